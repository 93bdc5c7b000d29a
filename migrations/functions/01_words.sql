-- Small words the other functions are made of.

CREATE OR REPLACE FUNCTION booking.present(planned bigint) RETURNS bigint LANGUAGE sql VOLATILE AS $$
    SELECT floor(extract(epoch FROM clock_timestamp()))::bigint
$$;
COMMENT ON FUNCTION booking.present(bigint) IS
    'Now, by this server''s clock, in whole seconds: what decides whether a hold still lives. What the planner took for now is not looked at.';

CREATE OR REPLACE FUNCTION booking.refuse(reason jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'refused' USING ERRCODE = 'BK001', DETAIL = reason::text;
END $$;
COMMENT ON FUNCTION booking.refuse(jsonb) IS 'Takes back what the command wrote and answers with this reason.';

CREATE OR REPLACE FUNCTION booking.try_again(why text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', why USING ERRCODE = '40001';
END $$;
COMMENT ON FUNCTION booking.try_again(text) IS 'Takes back what the command wrote and asks the client to send it again.';

CREATE OR REPLACE FUNCTION booking.lives(expires bigint, now_ bigint) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT expires IS NULL OR expires > now_
$$;
COMMENT ON FUNCTION booking.lives(bigint, bigint) IS 'Whether what expires then (never, if NULL) is alive now.';

CREATE OR REPLACE FUNCTION booking.state_at(state_ booking.booking_state, deadline_ bigint, now_ bigint)
RETURNS booking.booking_state LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN state_ IN ('held', 'pending') AND deadline_ <= now_ THEN 'expired' ELSE state_ END
$$;
COMMENT ON FUNCTION booking.state_at(booking.booking_state, bigint, bigint) IS
    'Where a booking stands: a held or pending one whose deadline has come is expired, swept or not.';

CREATE OR REPLACE FUNCTION booking.counts(state_ booking.booking_state) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT state_ IN ('held', 'pending', 'confirmed', 'checked_in', 'completed', 'no_show')
$$;
COMMENT ON FUNCTION booking.counts(booking.booking_state) IS 'Whether limits count a booking in this state.';

CREATE OR REPLACE FUNCTION booking.is_live(state_ booking.booking_state) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT state_ IN ('held', 'pending', 'confirmed', 'checked_in')
$$;
COMMENT ON FUNCTION booking.is_live(booking.booking_state) IS 'Whether a booking in this state occupies its resources or seats.';

CREATE OR REPLACE FUNCTION booking.ids(list jsonb) RETURNS uuid[] LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    -- Most lists are empty.
    IF list IS NULL OR list = '[]' THEN
        RETURN '{}';
    END IF;
    RETURN (SELECT coalesce(array_agg(value::uuid ORDER BY place), '{}')
            FROM jsonb_array_elements_text(list) WITH ORDINALITY AS listed (value, place));
END $$;
COMMENT ON FUNCTION booking.ids(jsonb) IS 'The ids of a JSON list, in order.';

CREATE OR REPLACE FUNCTION booking.as_json(b booking.bookings) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT to_jsonb(b) || jsonb_build_object('picks', coalesce((
        SELECT jsonb_agg(jsonb_build_object('requirement', p.requirement, 'resource', p.resource_id, 'seconds', p.seconds)
                         ORDER BY p.place)
        FROM booking.picks p WHERE p.tenant_id = b.tenant_id AND p.booking_id = b.booking_id), '[]'))
$$;
COMMENT ON FUNCTION booking.as_json(booking.bookings) IS 'A booking with its picks, as the adapter reads it.';

-- A connection keeps its plans, those of the foreign keys too, and those that it made while a new database had next to nothing
-- in it would read tables whole that have grown since, until autovacuum has looked at them a minute later. So it forgets
-- them whenever the bookings have come to take twice the room, up to 4 MiB: from then on, plans are right.
CREATE OR REPLACE FUNCTION booking.plan_anew() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    planned_ bigint := coalesce(nullif(current_setting('booking.planned', true), ''), '0')::bigint;
    size_ bigint;
BEGIN
    IF planned_ >= 2097152 THEN
        RETURN;
    END IF;
    size_ := pg_relation_size('booking.bookings');
    IF size_ > 2 * planned_ THEN
        PERFORM set_config('booking.planned', size_::text, false);
        DISCARD PLANS;
    END IF;
END $$;
COMMENT ON FUNCTION booking.plan_anew() IS 'Forgets plans that were made for tables half as large, while these are small.';

-- An answer is a promise: what it tells is on the disk, whatever the session was set to.
CREATE OR REPLACE FUNCTION booking.begin_command(tenant uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'commands need READ COMMITTED: locks and what is read after them are separate snapshots'
            USING ERRCODE = '25001';
    END IF;
    IF current_setting('synchronous_commit') = 'off' THEN
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;
    PERFORM set_config('booking.tenant', tenant::text, true);
    PERFORM booking.plan_anew();
END $$;
COMMENT ON FUNCTION booking.begin_command(uuid) IS
    'Names the tenant, and sees that the transaction is isolated as commands need it and durable when it is committed.';

-- One lock order everywhere: the idempotency key, bookings by id, these by number, then resources by number, then
-- claims by resource, lane and start. Nothing here is taken while claims are held.
CREATE OR REPLACE FUNCTION booking.lock_names(names text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    number bigint;
BEGIN
    FOR number IN SELECT DISTINCT hashtextextended(name, 0) FROM unnest(names) AS name ORDER BY 1 LOOP
        PERFORM pg_advisory_xact_lock(number);
    END LOOP;
END $$;
COMMENT ON FUNCTION booking.lock_names(text[]) IS 'Locks names until the transaction ends, in one order.';

CREATE OR REPLACE FUNCTION booking.lock_resources(tenant uuid, resources uuid[], alone boolean) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    number bigint;
BEGIN
    FOR number IN SELECT DISTINCT hashtextextended('resource:' || tenant || resource, 0)
        FROM unnest(resources) AS resource ORDER BY 1
    LOOP
        IF alone THEN
            PERFORM pg_advisory_xact_lock(number);
        ELSE
            PERFORM pg_advisory_xact_lock_shared(number);
        END IF;
    END LOOP;
END $$;
COMMENT ON FUNCTION booking.lock_resources(uuid, uuid[], boolean) IS
    'Locks resources in one order: shared by those who add and remove claims, alone for those who give claims other lanes.';
