-- Group commit: ordinary bookings of one tenant that came in together, in one transaction.
--
-- Ordinary is one unit of each resource, none of which has more, without limits and sessions. What turns out otherwise,
-- or is in the way of something, is left out: it is refused where what is in its way is read after the batch was written,
-- and else left to a command of its own.

-- What does not belong into a batch, as far as can be read before anything is written.
CREATE OR REPLACE FUNCTION booking.not_ordinary(
    tenant uuid, now_ bigint, bookings_ jsonb, claims_ jsonb, keys_ jsonb) RETURNS uuid[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(array_agg(booking_id), '{}') FROM (
        SELECT c.booking_id
        FROM jsonb_to_recordset(claims_) AS c (
            booking_id uuid, resource uuid, starts bigint, ends bigint, before integer, after integer)
        -- One lane and no more; and its claims lie one after the other, so that its neighbours tell what is in the way.
        WHERE (SELECT max(l.lane) FROM booking.resource_lanes l
               WHERE l.tenant_id = tenant AND l.resource_id = c.resource) IS DISTINCT FROM 0
           OR (SELECT t.ends + t.after FROM booking.claims t
               WHERE t.tenant_id = tenant AND t.resource_id = c.resource AND t.starts < c.ends + c.after
               ORDER BY t.starts DESC LIMIT 1) > c.starts - c.before
           OR (SELECT t.starts - t.before FROM booking.claims t
               WHERE t.tenant_id = tenant AND t.resource_id = c.resource AND t.starts >= c.ends + c.after
               ORDER BY t.starts LIMIT 1) < c.ends + c.after
        UNION
        SELECT b.booking_id FROM jsonb_to_recordset(bookings_) AS b (booking_id uuid, deadline bigint)
        WHERE b.deadline <= now_
        UNION
        SELECT a.booking_id
        FROM jsonb_to_recordset(keys_) AS a (booking_id uuid, operation booking.operation, key text)
        JOIN booking.idempotency_keys k ON k.tenant_id = tenant AND k.operation = a.operation AND k.key = a.key
    ) found);
END $$;
COMMENT ON FUNCTION booking.not_ordinary(uuid, bigint, jsonb, jsonb, jsonb) IS
    'Which bookings a batch cannot make: something is in the way, has lapsed, was asked before, or has several units.';

-- All rows of all bookings in one statement, claims sorted. Answers those that found something in their way; the caller
-- then takes the whole back.
CREATE OR REPLACE FUNCTION booking.write_batch(
    tenant uuid, now_ bigint, bookings_ jsonb, claims_ jsonb, picks_ jsonb, keys_ jsonb, left_ uuid[])
RETURNS uuid[] LANGUAGE plpgsql AS $$
DECLARE
    lost uuid[];
BEGIN
    WITH asked AS MATERIALIZED (
        SELECT b.*, e.who, e.origin
        FROM jsonb_array_elements(bookings_) AS j (one)
        CROSS JOIN LATERAL jsonb_populate_record(NULL::booking.bookings, j.one) b
        CROSS JOIN LATERAL jsonb_to_record(j.one) AS e (who text, origin text)
        WHERE b.booking_id <> ALL (left_)
    ), wanted AS MATERIALIZED (
        SELECT c.* FROM jsonb_to_recordset(claims_) AS c (
            booking_id uuid, resource uuid, starts bigint, ends bigint, before integer, after integer, part integer,
            expires bigint)
        WHERE c.booking_id <> ALL (left_)
    ), claimed AS (
        INSERT INTO booking.claims
            (tenant_id, resource_id, lane, starts, ends, before, after, hold_expires_at, booking_id, part)
        SELECT tenant, c.resource, 0, c.starts, c.ends, c.before, c.after, c.expires, c.booking_id, c.part
        FROM wanted c ORDER BY c.resource, c.starts
        ON CONFLICT DO NOTHING RETURNING claims.booking_id
    ), made AS (
        INSERT INTO booking.bookings
            (tenant_id, booking_id, service_id, customer_id, starts, ends, party, state, version, deadline, zone, wall,
             tzdata, claims, series_id, series_place, offer_to, price_group, tier, price_minor, price_currency,
             deposit_minor, deposit_currency, fee_minor, fee_currency, approval, max_hold, created, changed)
        SELECT tenant, a.booking_id, a.service_id, a.customer_id, a.starts, a.ends, a.party, a.state, 1, a.deadline,
               a.zone, a.wall, a.tzdata, a.claims, a.series_id, a.series_place, a.offer_to, a.price_group, a.tier,
               a.price_minor, a.price_currency, a.deposit_minor, a.deposit_currency, a.fee_minor, a.fee_currency,
               a.approval, a.max_hold, now_, now_
        FROM asked a ORDER BY a.booking_id
        ON CONFLICT DO NOTHING RETURNING bookings.booking_id
    ), picked AS (
        INSERT INTO booking.picks (tenant_id, booking_id, place, requirement, resource_id, seconds, starts)
        SELECT tenant, p.booking_id, p.place, p.requirement, p.resource, p.seconds, a.starts
        FROM jsonb_to_recordset(picks_) AS p (
            booking_id uuid, place integer, requirement text, resource uuid, seconds bigint)
        JOIN asked a USING (booking_id)
    ), noted AS (
        INSERT INTO booking.booking_events
            (tenant_id, booking_id, kind, state, version, starts, ends, at, who, origin)
        SELECT tenant, a.booking_id, 'placed', a.state, 1, a.starts, a.ends, now_, a.who, a.origin FROM asked a
        RETURNING booking_events.booking_id, event_id
    ), sent AS (
        INSERT INTO booking.outbox (tenant_id, event_id) SELECT tenant, event_id FROM noted
    ), given AS (
        INSERT INTO booking.assignments (tenant_id, service_id, resource_id, event_id, at)
        SELECT DISTINCT tenant, a.service_id, p.resource, n.event_id, now_
        FROM noted n JOIN asked a USING (booking_id)
        JOIN jsonb_to_recordset(picks_) AS p (booking_id uuid, resource uuid) USING (booking_id)
    ), audited AS (
        INSERT INTO booking.audit_log (tenant_id, at, who, origin, action, object_kind, object_id, version)
        SELECT tenant, to_timestamp(now_), a.who, a.origin, 'place', 'booking', a.booking_id, 1 FROM asked a
    ), recorded AS (
        INSERT INTO booking.idempotency_keys (tenant_id, operation, key, content, answer, at)
        SELECT tenant, k.operation, k.key, decode(k.content, 'hex'),
               k.answer || jsonb_build_object('bookings', jsonb_build_array(
                   (k.answer->'bookings'->0) || jsonb_build_object('created', now_, 'changed', now_))), now_
        FROM jsonb_to_recordset(keys_) AS k (
            booking_id uuid, operation booking.operation, key text, content text, answer jsonb)
        WHERE k.booking_id <> ALL (left_)
    )
    SELECT array_agg(a.booking_id) INTO lost FROM asked a
    WHERE ((SELECT count(*) FROM made) < (SELECT count(*) FROM asked)
           OR (SELECT count(*) FROM claimed) < (SELECT count(*) FROM wanted))
      AND (a.booking_id NOT IN (SELECT booking_id FROM made)
       OR (SELECT count(*) FROM claimed c WHERE c.booking_id = a.booking_id)
          <> (SELECT count(*) FROM wanted w WHERE w.booking_id = a.booking_id));
    RETURN lost;
END $$;
COMMENT ON FUNCTION booking.write_batch(uuid, bigint, jsonb, jsonb, jsonb, jsonb, uuid[]) IS
    'Writes the bookings of a batch; answers which of them found something in their way.';

CREATE OR REPLACE FUNCTION booking.make_batch(
    tenant uuid, now_ bigint, bookings_ jsonb, claims_ jsonb, picks_ jsonb, keys_ jsonb) RETURNS uuid[]
LANGUAGE plpgsql AS $$
DECLARE
    left_ uuid[] := booking.not_ordinary(tenant, now_, bookings_, claims_, keys_);
    lost uuid[];
BEGIN
    FOR attempt IN 1..2 LOOP
        IF cardinality(left_) = jsonb_array_length(bookings_) THEN
            RETURN left_;
        END IF;
        BEGIN
            lost := booking.write_batch(tenant, now_, bookings_, claims_, picks_, keys_, left_);
            IF lost IS NULL THEN
                RETURN left_;
            END IF;
            RAISE EXCEPTION 'taken meanwhile' USING ERRCODE = 'BK002';
        EXCEPTION WHEN SQLSTATE 'BK002' THEN
            left_ := left_ || lost;
        END;
    END LOOP;
    RETURN (SELECT array_agg((value->>'booking_id')::uuid) FROM jsonb_array_elements(bookings_));
END $$;
COMMENT ON FUNCTION booking.make_batch(uuid, bigint, jsonb, jsonb, jsonb, jsonb) IS
    'Writes the bookings of a batch without those that something is in the way of, and answers which those are.';

-- What is in the way of those that a batch does not make, read after it was written: what `booking.commit` would answer.
-- Only of those who ask for nothing else: one plan, and neither a booking, nor a recorded answer, nor a deadline to look at.
CREATE OR REPLACE FUNCTION booking.refusals(tenant uuid, now_ bigint, list jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (WITH asked AS MATERIALIZED (
        SELECT r.place, r.claims
        FROM jsonb_to_recordset(list) AS r (
            place integer, single boolean, booking_id uuid, deadline bigint, operation booking.operation, key text,
            claims jsonb)
        WHERE r.single AND (r.deadline IS NULL OR r.deadline > now_)
          AND NOT EXISTS (SELECT FROM booking.bookings b WHERE b.tenant_id = tenant AND b.booking_id = r.booking_id)
          AND NOT EXISTS (SELECT FROM booking.idempotency_keys k
                          WHERE k.tenant_id = tenant AND k.operation = r.operation AND k.key = r.key)
    ), judged AS MATERIALIZED (
        -- Many may want the same: it is looked at once.
        SELECT d.claims, booking.conflict(tenant, now_, d.claims) AS conflict FROM (SELECT DISTINCT claims FROM asked) d
    )
    SELECT jsonb_agg(jsonb_build_object('place', a.place, 'conflict', j.conflict))
    FROM asked a JOIN judged j USING (claims) WHERE j.conflict IS NOT NULL);
END $$;
COMMENT ON FUNCTION booking.refusals(uuid, bigint, jsonb) IS
    'What is in the way of bookings that came in with a batch and are not made by it.';

-- others_ came in with the batch and want what it makes.
DROP FUNCTION IF EXISTS booking.commit_batch(uuid, bigint, jsonb, jsonb, jsonb, jsonb);
CREATE OR REPLACE FUNCTION booking.commit_batch(
    tenant uuid, planned bigint, bookings_ jsonb, claims_ jsonb, picks_ jsonb, keys_ jsonb, others_ jsonb,
    OUT now_ bigint, OUT left_ uuid[], OUT refused jsonb) LANGUAGE plpgsql
-- Planning anew for each batch would take as long as making it.
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    PERFORM booking.begin_command(tenant);
    IF keys_ <> '[]' OR jsonb_path_exists(others_, '$[*].key') THEN
        PERFORM booking.lock_names(ARRAY(
            SELECT concat_ws(':', 'key', tenant, k.operation, k.key)
            FROM jsonb_to_recordset(keys_ || others_) AS k (operation text, key text) WHERE k.key IS NOT NULL));
    END IF;
    now_ := booking.present(planned);
    left_ := booking.make_batch(tenant, now_, bookings_, claims_, picks_, keys_);
    IF cardinality(left_) > 0 THEN
        SELECT others_ || coalesce(jsonb_agg(value), '[]') INTO others_ FROM jsonb_array_elements(bookings_)
        WHERE (value->>'booking_id')::uuid = ANY (left_);
    END IF;
    IF others_ <> '[]' THEN
        refused := booking.refusals(tenant, now_, others_);
    END IF;
END $$;
COMMENT ON FUNCTION booking.commit_batch(uuid, bigint, jsonb, jsonb, jsonb, jsonb, jsonb) IS
    'Makes ordinary bookings together; answers when, which of them it left, and what is in the way of those and the others.';
