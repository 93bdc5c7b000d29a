-- What may be forgotten, the condition of indexes, and what queries cost.

-- Each resource that has claims has a first lane: from there the index of claims finds what is over, and reads nothing that
-- lies ahead.
CREATE OR REPLACE FUNCTION booking.forget_claims(tenant uuid, keep bigint, most integer) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    forgotten integer;
    over_ bigint := booking.present(0) - keep;
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    DELETE FROM booking.claims WHERE ctid IN (
        SELECT c.ctid FROM booking.resource_lanes l
        JOIN booking.claims c ON c.tenant_id = l.tenant_id AND c.resource_id = l.resource_id
        WHERE l.tenant_id = tenant AND l.lane = 0 AND c.starts < over_ AND c.ends + c.after <= over_
        LIMIT most FOR UPDATE OF c SKIP LOCKED);
    GET DIAGNOSTICS forgotten = ROW_COUNT;
    RETURN forgotten;
END $$;
COMMENT ON FUNCTION booking.forget_claims(uuid, bigint, integer) IS
    'Deletes claims that were over that many seconds ago: history stays in bookings and sessions, claims hold the future.';

CREATE OR REPLACE FUNCTION booking.forget_assignments(tenant uuid, most integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    forgotten integer;
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    DELETE FROM booking.assignments WHERE ctid IN (
        SELECT a.ctid FROM booking.assignments a
        WHERE a.tenant_id = tenant AND EXISTS (
            SELECT FROM booking.assignments later
            WHERE later.tenant_id = tenant AND later.service_id = a.service_id AND later.resource_id = a.resource_id
              AND later.event_id > a.event_id)
        LIMIT most FOR UPDATE OF a SKIP LOCKED);
    GET DIAGNOSTICS forgotten = ROW_COUNT;
    RETURN forgotten;
END $$;
COMMENT ON FUNCTION booking.forget_assignments(uuid, integer) IS
    'Deletes all but the last assignment of each resource: no other counts.';

CREATE OR REPLACE FUNCTION booking.drain(tenant uuid, most integer) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    RETURN booking.publish(tenant, most);
END $$;
COMMENT ON FUNCTION booking.drain(uuid, integer) IS
    'Numbers the oldest events of the outbox, which else waits for somebody who reads the feed.';

-- From the old end only, in the order of their numbers: so the feed stays without gaps, and a booking has its whole history until
-- its visit is over. The last number of the feed stays, because the next one follows from it. Only the oldest rows are looked at,
-- whatever else there is.
CREATE OR REPLACE FUNCTION booking.forget_history(
    tenant uuid, before_ bigint, most integer, OUT entries integer, OUT events integer) LANGUAGE plpgsql AS $$
DECLARE
    until_ bigint := least(before_, booking.present(0));
    stop_ bigint;
    forgotten bigint[];
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    UPDATE booking.tenants SET forgotten_until = until_
    WHERE tenant_id = tenant AND (forgotten_until IS NULL OR forgotten_until < until_);
    DELETE FROM booking.audit_log WHERE tenant_id = tenant AND audit_id IN (
        SELECT o.audit_id FROM (
            SELECT l.audit_id, l.at FROM booking.audit_log l WHERE l.tenant_id = tenant ORDER BY l.audit_id LIMIT most) o
        WHERE o.at < to_timestamp(until_));
    GET DIAGNOSTICS entries = ROW_COUNT;
    SELECT coalesce(min(o.sequence) FILTER (WHERE e.at >= until_ OR b.ends > until_), max(o.sequence) + 1) INTO stop_
    FROM (SELECT f.sequence, f.event_id FROM booking.feed f WHERE f.tenant_id = tenant ORDER BY f.sequence LIMIT most) o
    JOIN booking.booking_events e ON e.tenant_id = tenant AND e.event_id = o.event_id
    JOIN booking.bookings b ON b.tenant_id = tenant AND b.booking_id = e.booking_id;
    WITH gone AS (
        DELETE FROM booking.feed f
        WHERE f.tenant_id = tenant AND f.sequence < stop_
          AND f.sequence < (SELECT max(l.sequence) FROM booking.feed l WHERE l.tenant_id = tenant)
        RETURNING f.event_id)
    SELECT array_agg(gone.event_id) INTO forgotten FROM gone;
    DELETE FROM booking.booking_events WHERE tenant_id = tenant AND event_id = ANY (forgotten);
    GET DIAGNOSTICS events = ROW_COUNT;
END $$;
COMMENT ON FUNCTION booking.forget_history(uuid, bigint, integer) IS
    'Deletes so many of the oldest entries of the audit log and events from before an instant; events only of visits that were over by then, up to the first that is kept. Bookings stay.';

-- A btree page is nine tenths full when built; a tuple takes 16 bytes beside its values, of which pg_stats knows the width.
CREATE OR REPLACE FUNCTION booking.index_condition()
RETURNS TABLE (index_name text, table_name text, valid boolean, bytes bigint, expected_bytes bigint, scans bigint, rule boolean)
LANGUAGE sql STABLE AS $$
    SELECT x.relname::text, t.relname::text, i.indisvalid, pg_relation_size(x.oid),
           CASE WHEN a.amname = 'btree' THEN (8192 * (2 + ceil(greatest(x.reltuples, 0) * (16 + (
               SELECT coalesce(sum(coalesce(s.avg_width, 8)), 8) FROM unnest(i.indkey::int2[]) AS k (number)
               LEFT JOIN pg_attribute c ON c.attrelid = t.oid AND c.attnum = k.number
               LEFT JOIN pg_stats s ON s.schemaname = 'booking' AND s.tablename = t.relname AND s.attname = c.attname
           )) / (8192 * 0.9))))::bigint END,
           coalesce(u.idx_scan, 0), i.indisunique OR i.indisexclusion
    FROM pg_index i
    JOIN pg_class x ON x.oid = i.indexrelid
    JOIN pg_class t ON t.oid = i.indrelid
    JOIN pg_am a ON a.oid = x.relam
    LEFT JOIN pg_stat_user_indexes u ON u.indexrelid = i.indexrelid
    WHERE t.relnamespace = 'booking'::regnamespace AND x.relkind = 'i'
    ORDER BY 1
$$;
COMMENT ON FUNCTION booking.index_condition() IS
    'Each index: whether it is valid, its size and about what it should be, how often it was used, and whether a rule needs it.';

-- It has to be preloaded, which needs a superuser, and nobody else may ask whether it is.
CREATE OR REPLACE FUNCTION booking.counting_lacks() RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    schema_ text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'pg_stat_statements');
BEGIN
    IF schema_ IS NULL THEN
        RETURN 'extension';
    END IF;
    EXECUTE format('SELECT mean_exec_time FROM %s.pg_stat_statements LIMIT 1', schema_);
    RETURN NULL;
EXCEPTION
    WHEN object_not_in_prerequisite_state THEN
        RETURN 'preload';
    WHEN undefined_column THEN
        RETURN 'update';
END $$;
COMMENT ON FUNCTION booking.counting_lacks() IS
    'What the server lacks to count what queries cost in this database: the extension pg_stat_statements, its being preloaded, or its update; NULL where it lacks nothing.';

CREATE OR REPLACE FUNCTION booking.slow_queries(min_ms double precision)
RETURNS TABLE (query text, calls bigint, mean_ms double precision, max_ms double precision, total_ms double precision)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF booking.counting_lacks() IS NOT NULL THEN
        RETURN;
    END IF;
    -- A text is missing where its file is gone.
    RETURN QUERY EXECUTE format(
        'SELECT coalesce(s.query, ''''), s.calls, s.mean_exec_time, s.max_exec_time, s.total_exec_time FROM %s.pg_stat_statements s
         WHERE s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND s.mean_exec_time >= $1
         ORDER BY s.total_exec_time DESC LIMIT 100',
        (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'pg_stat_statements')) USING min_ms;
END $$;
COMMENT ON FUNCTION booking.slow_queries(double precision) IS
    'Queries that take at least so long on average, those that cost most first; nothing where booking.counting_lacks() says what is missing.';

CREATE OR REPLACE VIEW booking.query_performance WITH (security_invoker = true) AS
    SELECT query, calls, mean_ms, max_ms, total_ms FROM booking.slow_queries(0);
COMMENT ON VIEW booking.query_performance IS 'What queries cost, where pg_stat_statements is loaded.';
COMMENT ON COLUMN booking.query_performance.query IS 'Its text.';
COMMENT ON COLUMN booking.query_performance.calls IS 'How often it ran.';
COMMENT ON COLUMN booking.query_performance.mean_ms IS 'How long it takes, in milliseconds.';
COMMENT ON COLUMN booking.query_performance.max_ms IS 'How long it took at most.';
COMMENT ON COLUMN booking.query_performance.total_ms IS 'How long it took in all.';

CREATE OR REPLACE VIEW booking.upcoming WITH (security_invoker = true) AS
    SELECT * FROM booking.agenda WHERE ends_at > now();
COMMENT ON VIEW booking.upcoming IS 'The agenda from now on.';
COMMENT ON COLUMN booking.upcoming.tenant_id IS 'Whose.';
COMMENT ON COLUMN booking.upcoming.resource_id IS 'Which resource.';
COMMENT ON COLUMN booking.upcoming.resource IS 'What people call it.';
COMMENT ON COLUMN booking.upcoming.starts_at IS 'When the visit starts.';
COMMENT ON COLUMN booking.upcoming.ends_at IS 'When it ends.';
COMMENT ON COLUMN booking.upcoming.booking_id IS 'The booking.';
COMMENT ON COLUMN booking.upcoming.state IS 'Where it stands.';
COMMENT ON COLUMN booking.upcoming.service IS 'What was booked.';
COMMENT ON COLUMN booking.upcoming.customer IS 'Who booked.';
COMMENT ON COLUMN booking.upcoming.party IS 'How many people.';
