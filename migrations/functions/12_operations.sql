-- For those who run it.

-- What must never be found, said in SQL apart from all that writes: overlaps, units above the capacity, live bookings
-- without all of their claims, claims of what does not live.
CREATE OR REPLACE FUNCTION booking.self_check(tenant uuid)
RETURNS TABLE (problem text, subject uuid) LANGUAGE plpgsql AS $$
DECLARE
    now_ bigint := booking.present(0);
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    RETURN QUERY
    SELECT 'overlap', a.resource_id FROM booking.claims a JOIN booking.claims b
        ON a.tenant_id = b.tenant_id AND a.resource_id = b.resource_id AND a.lane = b.lane AND a.during && b.during
    WHERE a.tenant_id = tenant AND a.ctid < b.ctid;
    RETURN QUERY
    SELECT 'over capacity', c.resource_id FROM booking.claims c
    WHERE c.tenant_id = tenant AND c.lane >= booking.capacity(tenant, c.resource_id);
    RETURN QUERY
    SELECT 'claims missing', b.booking_id FROM booking.bookings b
    WHERE b.tenant_id = tenant AND booking.is_live(booking.state_at(b.state, b.deadline, now_)) AND b.ends > now_
      AND (SELECT coalesce(sum(w.units), 0) FROM booking.wanted(b.claims) w)
          <> (SELECT count(*) FROM booking.claims c WHERE c.tenant_id = tenant AND c.booking_id = b.booking_id);
    RETURN QUERY
    SELECT DISTINCT 'claims left over', b.booking_id FROM booking.bookings b
    JOIN booking.claims c ON c.tenant_id = b.tenant_id AND c.booking_id = b.booking_id
    WHERE b.tenant_id = tenant AND NOT booking.is_live(b.state);
    RETURN QUERY
    SELECT 'seats missing', b.booking_id FROM booking.bookings b
    WHERE b.tenant_id = tenant AND b.session_id IS NOT NULL
      AND booking.is_live(booking.state_at(b.state, b.deadline, now_))
      AND b.party <> (SELECT count(*) FROM booking.session_seats t
                      WHERE t.tenant_id = tenant AND t.booking_id = b.booking_id);
END $$;
COMMENT ON FUNCTION booking.self_check(uuid) IS 'What must never be found in a tenant''s data; no rows mean that all is well.';

CREATE OR REPLACE FUNCTION booking.health() RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object(
        'now', floor(extract(epoch FROM clock_timestamp())),
        'in_recovery', pg_is_in_recovery(),
        'oldest_transaction_seconds', (
            SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0)::bigint FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()),
        'waiting_for_locks', (
            SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'),
        'dead_tuples', (
            SELECT jsonb_object_agg(relname, n_dead_tup) FROM pg_stat_user_tables
            WHERE schemaname = 'booking' AND relname IN ('bookings', 'claims', 'outbox')))
$$;
COMMENT ON FUNCTION booking.health() IS 'How the server is: age of transactions, waits, rows that wait for vacuum.';

-- Counts, minutes and money of the visits that start in a stretch.
CREATE OR REPLACE FUNCTION booking.dashboard(tenant uuid, from_ bigint, until_ bigint) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    now_ bigint := booking.present(0);
    found_ jsonb;
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    WITH visits AS (
        SELECT booking.state_at(b.state, b.deadline, now_) AS state, b.ends - b.starts AS seconds, b.price_minor,
               b.price_currency, b.party
        FROM booking.bookings b WHERE b.tenant_id = tenant AND b.starts >= from_ AND b.starts < until_
    )
    SELECT jsonb_build_object(
        'states', (SELECT coalesce(jsonb_object_agg(state, number), '{}')
                   FROM (SELECT v.state, count(*) AS number FROM visits v GROUP BY 1) s),
        'people', (SELECT coalesce(sum(party), 0) FROM visits WHERE booking.counts(state)),
        'minutes', (SELECT coalesce(sum(seconds), 0)::bigint / 60 FROM visits WHERE booking.counts(state)),
        'prices', (SELECT coalesce(jsonb_object_agg(price_currency, minor), '{}') FROM (
                       SELECT price_currency, sum(price_minor) AS minor FROM visits
                       WHERE booking.counts(state) AND price_minor IS NOT NULL GROUP BY 1) p))
    INTO found_;
    RETURN found_;
END $$;
COMMENT ON FUNCTION booking.dashboard(uuid, bigint, bigint) IS 'Counts, minutes and money of the visits that start in a stretch.';

-- For people and reports: instants as timestamps. Views see what the caller sees.
CREATE OR REPLACE VIEW booking.agenda WITH (security_invoker = true) AS
    SELECT p.tenant_id, p.resource_id, r.name AS resource, to_timestamp(b.starts) AS starts_at,
           to_timestamp(b.ends) AS ends_at, b.booking_id, b.state, s.name AS service, c.name AS customer, b.party
    FROM booking.picks p
    JOIN booking.bookings b USING (tenant_id, booking_id)
    LEFT JOIN booking.resources r ON r.tenant_id = p.tenant_id AND r.resource_id = p.resource_id
    LEFT JOIN booking.services s ON s.tenant_id = b.tenant_id AND s.service_id = b.service_id
    LEFT JOIN booking.customers c ON c.tenant_id = b.tenant_id AND c.customer_id = b.customer_id
    WHERE booking.is_live(b.state);
COMMENT ON VIEW booking.agenda IS 'Who is where and when: the live bookings of each resource.';
COMMENT ON COLUMN booking.agenda.tenant_id IS 'Whose.';
COMMENT ON COLUMN booking.agenda.resource_id IS 'Which resource.';
COMMENT ON COLUMN booking.agenda.resource IS 'What people call it.';
COMMENT ON COLUMN booking.agenda.starts_at IS 'When the visit starts.';
COMMENT ON COLUMN booking.agenda.ends_at IS 'When it ends.';
COMMENT ON COLUMN booking.agenda.booking_id IS 'The booking.';
COMMENT ON COLUMN booking.agenda.state IS 'Where it stands.';
COMMENT ON COLUMN booking.agenda.service IS 'What was booked.';
COMMENT ON COLUMN booking.agenda.customer IS 'Who booked.';
COMMENT ON COLUMN booking.agenda.party IS 'How many people.';
