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

-- What lies ahead is looked at along the index: two claims of a lane that overlap have neighbours that do, in the order in which
-- they begin to block. Resources come in an order that starts anywhere, so that where there are too many for one look, the next
-- looks at others.
CREATE OR REPLACE FUNCTION booking.look_for_overlaps(
    tenant uuid, from_ bigint, until_ bigint, most bigint, OUT checked bigint, OUT overlapping uuid[])
LANGUAGE plpgsql AS $$
DECLARE
    anywhere uuid := gen_random_uuid();
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    SELECT count(*), coalesce(array_agg(DISTINCT n.resource_id) FILTER (WHERE n.begins < n.blocked_until), '{}')
    INTO checked, overlapping
    FROM (
        SELECT c.resource_id, c.begins, lag(c.over_) OVER (PARTITION BY c.resource_id, c.lane ORDER BY c.begins) AS blocked_until
        FROM (
            SELECT l.resource_id, ahead.* FROM (
                SELECT resource_id FROM booking.resource_lanes WHERE tenant_id = tenant AND lane = 0
                ORDER BY resource_id < anywhere, resource_id) l
            CROSS JOIN LATERAL (
                SELECT k.lane, k.starts - k.before AS begins, k.ends + k.after AS over_ FROM booking.claims k
                WHERE k.tenant_id = tenant AND k.resource_id = l.resource_id AND k.starts >= from_ AND k.starts < until_
                ORDER BY k.starts) ahead
            LIMIT most) c) n;
END $$;
COMMENT ON FUNCTION booking.look_for_overlaps(uuid, bigint, bigint, bigint) IS
    'Looks at so many claims of a tenant that start in a stretch, and names the resources on which two overlap: none, while the exclusion constraint holds.';

CREATE OR REPLACE FUNCTION booking.tenant_health(
    tenant uuid, now_ bigint, until_ bigint, most bigint, OUT waiting bigint, OUT waits_since bigint, OUT lapsed bigint,
    OUT lapsed_since bigint, OUT checked bigint, OUT overlapping uuid[])
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    SELECT count(*), (
        SELECT e.at FROM booking.booking_events e WHERE e.tenant_id = tenant AND e.event_id = min(o.event_id))
    INTO waiting, waits_since
    FROM (SELECT event_id FROM booking.outbox WHERE tenant_id = tenant ORDER BY event_id LIMIT 10000) o;
    SELECT count(*), min(b.deadline) INTO lapsed, lapsed_since FROM (
        SELECT deadline FROM booking.bookings
        WHERE tenant_id = tenant AND state IN ('held', 'pending') AND deadline <= now_ ORDER BY deadline LIMIT 10000) b;
    IF most > 0 THEN
        SELECT l.checked, l.overlapping INTO checked, overlapping
        FROM booking.look_for_overlaps(tenant, now_, until_, most) l;
    END IF;
END $$;
COMMENT ON FUNCTION booking.tenant_health(uuid, bigint, bigint, bigint) IS
    'What booking.health() adds up of one tenant: events that wait for their number, lapsed holds that nobody swept, overlaps.';

CREATE OR REPLACE FUNCTION booking.replication() RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    IF pg_is_in_recovery() THEN
        -- A receiver that has just begun is back at the start of a segment that was replayed before.
        RETURN jsonb_build_object(
            'replay_lag_bytes', CASE WHEN pg_last_wal_receive_lsn() IS NOT NULL THEN
                greatest(0, pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())) END,
            'replay_lag_seconds', CASE WHEN pg_last_wal_receive_lsn() <= pg_last_wal_replay_lsn() THEN 0
                ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::bigint END);
    END IF;
    RETURN jsonb_build_object('replicas', (
        SELECT coalesce(jsonb_agg(jsonb_build_object('name', application_name, 'state', state,
            'lag_bytes', pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn),
            'lag_seconds', extract(epoch FROM replay_lag)::bigint) ORDER BY application_name), '[]')
        FROM pg_stat_replication));
END $$;
COMMENT ON FUNCTION booking.replication() IS
    'How far replicas are behind, on the primary; on a replica, how far it has replayed what it got.';

CREATE OR REPLACE FUNCTION booking.job_health(now_ bigint) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    told jsonb;
BEGIN
    PERFORM set_config('booking.keeper', 'on', true);
    SELECT jsonb_build_object(
        'overdue_seconds', (
            SELECT greatest(0, now_ - min(due)) FROM booking.jobs WHERE held_until IS NULL OR held_until <= now_),
        'failing', (SELECT count(*) FROM booking.jobs WHERE failures > 0),
        'failures', (
            SELECT coalesce(jsonb_agg(to_jsonb(f) ORDER BY f.failures DESC), '[]') FROM (
                SELECT tenant_id AS tenant, kind, failures, error FROM booking.jobs WHERE failures > 0
                ORDER BY failures DESC LIMIT 10) f))
    INTO told;
    PERFORM set_config('booking.keeper', '', true);
    RETURN told;
END $$;
COMMENT ON FUNCTION booking.job_health(bigint) IS
    'How overdue the most overdue job is, how many fail, and those that fail most.';

-- Row security shows one tenant at a time, and whoever asks is told of all by a visit to each: no policy lets anybody see the rows
-- of several. What each adds is read along indexes, and everything is bounded.
CREATE OR REPLACE FUNCTION booking.health() RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    -- Whoever asks goes on seeing what they saw.
    seen text := coalesce(current_setting('booking.tenant', true), '');
    days CONSTANT integer := 7;
    most CONSTANT bigint := 20000;
    anywhere uuid := gen_random_uuid();
    now_ bigint := booking.present(0);
    all_ uuid[];
    one uuid;
    of_one record;
    waiting bigint := 0;
    waits_since bigint;
    lapsed bigint := 0;
    lapsed_since bigint;
    checked bigint := 0;
    overlapping uuid[] := '{}';
BEGIN
    PERFORM set_config('booking.directory', 'on', true);
    SELECT array_agg(tenant_id) INTO all_ FROM (
        SELECT tenant_id FROM booking.tenants ORDER BY tenant_id < anywhere, tenant_id LIMIT 5001) t;
    PERFORM set_config('booking.directory', '', true);
    FOREACH one IN ARRAY coalesce(all_[:5000], '{}') LOOP
        of_one := booking.tenant_health(one, now_, now_ + days * 86400, most - checked);
        waiting := waiting + of_one.waiting;
        waits_since := least(waits_since, of_one.waits_since);
        lapsed := lapsed + of_one.lapsed;
        lapsed_since := least(lapsed_since, of_one.lapsed_since);
        checked := checked + coalesce(of_one.checked, 0);
        overlapping := overlapping || coalesce(of_one.overlapping, '{}');
    END LOOP;
    PERFORM set_config('booking.tenant', seen, true);
    RETURN jsonb_build_object(
        'now', now_,
        'in_recovery', pg_is_in_recovery(),
        'sees_all_sessions', pg_has_role(current_user, 'pg_read_all_stats', 'USAGE'),
        'oldest_transaction_seconds', (
            -- A vacuum is in no other's way, however long it takes.
            SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0)::bigint FROM pg_stat_activity
            WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
              AND pid NOT IN (SELECT pid FROM pg_stat_progress_vacuum)),
        'waiting_for_locks', (
            SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'),
        'dead_tuples', (
            SELECT jsonb_object_agg(relname, n_dead_tup) FROM pg_stat_user_tables WHERE schemaname = 'booking'),
        'replication', booking.replication(),
        'tenants', least(coalesce(cardinality(all_), 0), 5000),
        'all_tenants', coalesce(cardinality(all_), 0) <= 5000,
        'outbox', jsonb_build_object('events', waiting, 'age_seconds', greatest(0, now_ - waits_since)),
        'lapsed_holds', jsonb_build_object('bookings', lapsed, 'age_seconds', greatest(0, now_ - lapsed_since)),
        'jobs', booking.job_health(now_),
        'overlaps', jsonb_build_object('days', days, 'claims', checked, 'all_claims', checked < most,
            'resources', to_jsonb(overlapping[:10])));
END $$;
COMMENT ON FUNCTION booking.health() IS
    'How the database and the work on it are, of all tenants together, for whoever runs it: transactions, waits, replicas, rows that wait for vacuum, events that wait for their number, holds that nobody swept, jobs, overlaps in the coming days.';

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
