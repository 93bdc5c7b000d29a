-- Reads: one call each, which names its tenant first.

-- Sessions and the seats that are taken in them, for readers of the claims they own.
CREATE OR REPLACE FUNCTION booking.seated(tenant uuid, ids uuid[], now_ bigint, ignoring uuid) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT jsonb_agg(to_jsonb(s) || jsonb_build_object('taken', (
                SELECT count(*) FROM booking.session_seats t
                WHERE t.tenant_id = tenant AND t.session_id = s.session_id AND t.booking_id IS DISTINCT FROM ignoring
                  AND (t.expires IS NULL OR t.expires > now_))))
            FROM booking.sessions s WHERE s.tenant_id = tenant AND s.session_id = ANY (ids));
END $$;
COMMENT ON FUNCTION booking.seated(uuid, uuid[], bigint, uuid) IS 'Sessions with the number of their seats that are taken.';

-- What it answers has changed: another return type cannot be put in the place of the old one.
DROP FUNCTION IF EXISTS booking.occupancy(uuid, uuid[], bigint, bigint, bigint, uuid);
CREATE FUNCTION booking.occupancy(
    tenant uuid, asked uuid[], from_ bigint, until_ bigint, now_ bigint, ignoring uuid,
    OUT place integer, OUT claim_rows bytea, OUT counted boolean, OUT sessions_json jsonb,
    OUT blocks_json jsonb, OUT capacity_resources uuid[], OUT capacity_units integer[])
RETURNS SETOF record LANGUAGE plpgsql
-- One plan serves every question: to plan each of them takes longer than to answer it.
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    several boolean := true;
    without uuid;
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    IF ignoring IS NULL THEN
        -- Claims of one lane never overlap, so that at most the one before the window and the one after it reach into it. Each
        -- claim is one row: nothing to count, and no units are told. Where a resource has more lanes nothing is told here; what
        -- is seen of lanes and of claims is of one instant.
        RETURN QUERY
        SELECT r.place, o.rows_, false, CASE WHEN o.ids IS NOT NULL THEN
                   booking.seated(tenant, string_to_array(o.ids, ' ')::uuid[], now_, NULL) END,
               NULL::jsonb, NULL::uuid[], NULL::integer[]
        FROM (SELECT u.resource_id, min(u.place)::integer AS place
              FROM unnest(asked) WITH ORDINALITY u (resource_id, place) GROUP BY 1) r
        CROSS JOIN LATERAL (SELECT string_agg(c.packed, '') AS rows_, string_agg(c.session_id::text, ' ') AS ids FROM (
            SELECT c.packed, c.session_id, c.hold_expires_at
            FROM booking.claims c
            WHERE c.tenant_id = tenant AND c.resource_id = r.resource_id AND c.starts >= from_ AND c.starts < until_
            UNION ALL
            SELECT b.packed, b.session_id, b.hold_expires_at FROM (
                SELECT c.packed, c.session_id, c.hold_expires_at, c.ends, c.after
                FROM booking.claims c
                WHERE c.tenant_id = tenant AND c.resource_id = r.resource_id AND c.starts < from_
                ORDER BY c.starts DESC LIMIT 1) b
            WHERE b.ends + b.after > from_
            UNION ALL
            SELECT a.packed, a.session_id, a.hold_expires_at FROM (
                SELECT c.packed, c.session_id, c.hold_expires_at, c.starts, c.before
                FROM booking.claims c
                WHERE c.tenant_id = tenant AND c.resource_id = r.resource_id AND c.starts >= until_
                ORDER BY c.starts LIMIT 1) a
            WHERE a.starts - a.before < until_) c
            WHERE c.hold_expires_at IS NULL OR c.hold_expires_at > now_) o
        WHERE o.rows_ IS NOT NULL AND NOT EXISTS (
            SELECT FROM booking.resource_lanes l
            WHERE l.tenant_id = tenant AND l.resource_id = ANY (asked) AND l.lane > 0);
        several := NOT FOUND;
    END IF;
    IF several THEN
        -- The session that lives only by the booking that is left out is left out with it.
        IF ignoring IS NOT NULL THEN
            SELECT s.session_id INTO without FROM booking.sessions s
            JOIN booking.bookings b ON b.tenant_id = s.tenant_id AND b.session_id = s.session_id
            WHERE b.tenant_id = tenant AND b.booking_id = ignoring AND NOT s.scheduled AND NOT EXISTS (
                SELECT FROM booking.session_seats t
                WHERE t.tenant_id = tenant AND t.session_id = s.session_id AND t.booking_id <> ignoring
                  AND (t.expires IS NULL OR t.expires > now_));
        END IF;
        RETURN QUERY
        SELECT r.place, o.rows_, true, CASE WHEN o.ids IS NOT NULL THEN
                   booking.seated(tenant, string_to_array(o.ids, ' ')::uuid[], now_, ignoring) END,
               NULL::jsonb, NULL::uuid[], NULL::integer[]
        FROM (SELECT u.resource_id, min(u.place)::integer AS place
              FROM unnest(asked) WITH ORDINALITY u (resource_id, place) GROUP BY 1) r
        CROSS JOIN LATERAL (
            SELECT string_agg(c.packed || int4send(c.units::integer), '') AS rows_,
                   string_agg(c.session_id::text, ' ') AS ids
            FROM (
                -- A claim is at most 60 days long, its buffers 7 days each: nothing that starts earlier reaches the window.
                SELECT c.packed, c.session_id, count(*) AS units
                FROM booking.claims c
                WHERE c.tenant_id = tenant AND c.resource_id = r.resource_id
                  AND c.starts > from_ - 5788800 AND c.starts < until_ + 604800
                  AND c.starts - c.before < until_ AND c.ends + c.after > from_
                  AND (c.hold_expires_at IS NULL OR c.hold_expires_at > now_)
                  -- Sixteen bytes of it are its booking: the index has it there.
                  AND (ignoring IS NULL OR c.session_id IS NOT NULL OR substr(c.packed, 9, 16) <> uuid_send(ignoring))
                  AND (without IS NULL OR c.session_id IS DISTINCT FROM without)
                GROUP BY 1, 2) c) o
        WHERE o.rows_ IS NOT NULL;
    END IF;
    RETURN QUERY
    SELECT NULL::integer, NULL::bytea, NULL::boolean, NULL::jsonb, (
               SELECT jsonb_agg(to_jsonb(b)) FROM booking.blocks b
               WHERE b.tenant_id = tenant AND b.resource_id = ANY (asked)
                 AND b.ends > from_ AND b.starts < until_),
           array_agg(c.resource_id), array_agg(c.units)
    FROM booking.capacities c WHERE c.tenant_id = tenant AND c.resource_id = ANY (asked);
END $$;
COMMENT ON FUNCTION booking.occupancy(uuid, uuid[], bigint, bigint, bigint, uuid) IS
    'What occupies resources in a window: the read behind every availability answer. For each resource that has claims its place in what was asked, its claims one after the other as they are packed, each followed by its units (4 bytes) where they are counted and one unit where they are not, and the sessions among their owners; in the last row, without a place, blocks and capacities.';

CREATE OR REPLACE FUNCTION booking.counted(
    tenant uuid, customers uuid[], resources_ uuid[], services_ uuid[], from_ bigint, until_ bigint, now_ bigint,
    ignoring uuid)
RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    RETURN (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'booking', b.booking_id, 'service', b.service_id, 'customer', b.customer_id, 'starts', b.starts,
            'ends', b.ends, 'resources', (
                SELECT jsonb_agg(jsonb_build_array(r.resource_id, r.seconds) ORDER BY r.first) FROM (
                    SELECT p.resource_id, sum(p.seconds) AS seconds, min(p.place) AS first FROM booking.picks p
                    WHERE p.tenant_id = tenant AND p.booking_id = b.booking_id GROUP BY 1) r))
            ORDER BY b.starts, b.booking_id), '[]')
        FROM booking.bookings b
        WHERE b.tenant_id = tenant AND b.starts >= from_ AND b.starts < until_
          AND booking.counts(booking.state_at(b.state, b.deadline, now_)) AND b.booking_id IS DISTINCT FROM ignoring
          AND b.booking_id IN (
            SELECT c.booking_id FROM booking.bookings c WHERE c.tenant_id = tenant AND c.customer_id = ANY (customers)
              AND c.starts >= from_ AND c.starts < until_
            UNION
            SELECT c.booking_id FROM booking.bookings c WHERE c.tenant_id = tenant AND c.service_id = ANY (services_)
              AND c.starts >= from_ AND c.starts < until_
            UNION
            SELECT p.booking_id FROM booking.picks p WHERE p.tenant_id = tenant AND p.resource_id = ANY (resources_)
              AND p.starts >= from_ AND p.starts < until_));
END $$;
COMMENT ON FUNCTION booking.counted(uuid, uuid[], uuid[], uuid[], bigint, bigint, bigint, uuid) IS
    'Bookings of any of these subjects that limits count.';

CREATE OR REPLACE FUNCTION booking.standing(
    tenant uuid, service uuid, customer uuid, resources_ uuid[], from_ bigint, until_ bigint, missed_since bigint,
    now_ bigint)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    rows_ jsonb;
    last_ jsonb := '[]';
    missed bigint := 0;
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    SELECT coalesce(jsonb_agg(jsonb_build_array(
               r.id, coalesce(used.bookings, 0), coalesce(used.seconds, 0), latest.at, latest.event_id) ORDER BY r.place), '[]')
    INTO rows_
    FROM unnest(resources_) WITH ORDINALITY AS r (id, place)
    LEFT JOIN LATERAL (
        SELECT count(DISTINCT b.booking_id) AS bookings, sum(p.seconds) AS seconds
        FROM booking.picks p JOIN booking.bookings b USING (tenant_id, booking_id)
        WHERE p.tenant_id = tenant AND p.resource_id = r.id AND p.starts >= from_ AND p.starts < until_
          AND booking.counts(booking.state_at(b.state, b.deadline, now_))) used ON true
    LEFT JOIN LATERAL (
        SELECT a.at, a.event_id FROM booking.assignments a
        WHERE a.tenant_id = tenant AND a.service_id = service AND a.resource_id = r.id
        ORDER BY a.event_id DESC LIMIT 1) latest ON true;
    IF customer IS NOT NULL THEN
        SELECT coalesce(jsonb_agg(p.resource_id ORDER BY p.place), '[]') INTO last_ FROM booking.picks p
        WHERE p.tenant_id = tenant AND p.booking_id = (
            SELECT b.booking_id FROM booking.bookings b
            WHERE b.tenant_id = tenant AND b.customer_id = customer AND b.service_id = service
              AND booking.counts(booking.state_at(b.state, b.deadline, now_))
            ORDER BY b.starts DESC, b.booking_id DESC LIMIT 1);
        SELECT count(*) INTO missed FROM booking.bookings b
        WHERE b.tenant_id = tenant AND b.customer_id = customer AND b.starts >= missed_since AND b.state = 'no_show';
    END IF;
    RETURN jsonb_build_object('resources', rows_, 'last', last_, 'missed', missed);
END $$;
COMMENT ON FUNCTION booking.standing(uuid, uuid, uuid, uuid[], bigint, bigint, bigint, bigint) IS
    'How resources and a customer stand, for strategies and the no-show rule.';

CREATE OR REPLACE FUNCTION booking.recorded(tenant uuid, operation_ booking.operation, key_ text, keep bigint)
RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    RETURN (SELECT jsonb_build_object('content', encode(k.content, 'hex'), 'answer', k.answer)
            FROM booking.idempotency_keys k
            WHERE k.tenant_id = tenant AND k.operation = operation_ AND k.key = key_
              AND k.at + keep > booking.present(k.at));
END $$;
COMMENT ON FUNCTION booking.recorded(uuid, booking.operation, text, bigint) IS 'What a key was used for.';

CREATE OR REPLACE FUNCTION booking.booking(tenant uuid, id uuid) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    RETURN (SELECT booking.as_json(b) FROM booking.bookings b WHERE b.tenant_id = tenant AND b.booking_id = id);
END $$;
COMMENT ON FUNCTION booking.booking(uuid, uuid) IS 'One booking.';

CREATE OR REPLACE FUNCTION booking.block(tenant uuid, id uuid) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    RETURN (SELECT to_jsonb(b) FROM booking.blocks b WHERE b.tenant_id = tenant AND b.block_id = id);
END $$;
COMMENT ON FUNCTION booking.block(uuid, uuid) IS 'One block.';

CREATE OR REPLACE FUNCTION booking.entry(tenant uuid, id uuid) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    RETURN (SELECT to_jsonb(w) FROM booking.waitlist w WHERE w.tenant_id = tenant AND w.entry_id = id);
END $$;
COMMENT ON FUNCTION booking.entry(uuid, uuid) IS 'One waitlist entry.';

CREATE OR REPLACE FUNCTION booking.waiting(tenant uuid, from_ bigint, until_ bigint, now_ bigint, most bigint)
RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    RETURN (SELECT coalesce(jsonb_agg(to_jsonb(line) ORDER BY line.joined, line.place), '[]') FROM (
        SELECT w.* FROM booking.waitlist w
        WHERE w.tenant_id = tenant AND w.state = 'waiting' AND w.starts < until_ AND from_ < w.ends
          AND NOT booking.has_live_offer(w, now_)
        ORDER BY w.joined, w.place LIMIT most) line);
END $$;
COMMENT ON FUNCTION booking.waiting(uuid, bigint, bigint, bigint, bigint) IS 'The line, without those who have a live offer.';

CREATE OR REPLACE FUNCTION booking.lapsed(tenant uuid, now_ bigint, most bigint) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    RETURN (SELECT coalesce(jsonb_agg(booking.as_json(b) ORDER BY b.deadline, b.booking_id), '[]') FROM (
        SELECT * FROM booking.bookings l
        WHERE l.tenant_id = tenant AND l.state IN ('held', 'pending') AND l.deadline <= now_
        ORDER BY l.deadline, l.booking_id LIMIT most) b);
END $$;
COMMENT ON FUNCTION booking.lapsed(uuid, bigint, bigint) IS 'Held and pending bookings whose deadline has come.';

-- Each combination of conditions is planned on its own, with the index that fits it.
CREATE OR REPLACE FUNCTION booking.list(tenant uuid, filter jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    conditions text := '';
    found_ jsonb;
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    IF filter ? 'from' THEN
        -- No visit is longer than 60 days.
        conditions := conditions || ' AND b.starts < ($2->>''until'')::bigint AND b.ends > ($2->>''from'')::bigint
            AND b.starts > ($2->>''from'')::bigint - 5184000';
    END IF;
    IF filter ? 'customer' THEN
        conditions := conditions || ' AND b.customer_id = ($2->>''customer'')::uuid';
    END IF;
    IF filter ? 'service' THEN
        conditions := conditions || ' AND b.service_id = ($2->>''service'')::uuid';
    END IF;
    IF filter ? 'series' THEN
        conditions := conditions || ' AND b.series_id = ($2->>''series'')::uuid';
    END IF;
    IF filter ? 'resource' THEN
        conditions := conditions || ' AND EXISTS (SELECT FROM booking.picks p WHERE p.tenant_id = $1
            AND p.resource_id = ($2->>''resource'')::uuid AND p.booking_id = b.booking_id)';
    END IF;
    IF filter ? 'states' THEN
        conditions := conditions || ' AND $2->''states'' ?
            booking.state_at(b.state, b.deadline, ($2->>''now'')::bigint)::text';
    END IF;
    IF filter ? 'after_start' THEN
        conditions := conditions || ' AND (b.starts, b.booking_id)
            > (($2->>''after_start'')::bigint, ($2->>''after_id'')::uuid)';
    END IF;
    EXECUTE 'SELECT coalesce(jsonb_agg(booking.as_json(l) ORDER BY l.starts, l.booking_id), ''[]'') FROM (
        SELECT * FROM booking.bookings b WHERE b.tenant_id = $1' || conditions || '
        ORDER BY b.starts, b.booking_id LIMIT ($2->>''limit'')::bigint) l'
    INTO found_ USING tenant, filter;
    RETURN found_;
END $$;
COMMENT ON FUNCTION booking.list(uuid, jsonb) IS 'Bookings by start, then id, that meet all conditions given.';

-- Numbers what the outbox holds, in order. Only committed events are seen here and nobody else numbers meanwhile, so a
-- reader who has seen a number has seen all before it.
CREATE OR REPLACE FUNCTION booking.publish(tenant uuid, most integer) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    published bigint := 0;
BEGIN
    IF pg_is_in_recovery() OR NOT EXISTS (SELECT FROM booking.outbox WHERE tenant_id = tenant) THEN
        RETURN 0;
    END IF;
    PERFORM booking.lock_names(ARRAY['feed:' || tenant]);
    WITH ready AS (
        DELETE FROM booking.outbox WHERE tenant_id = tenant AND (most IS NULL OR event_id IN (
            SELECT event_id FROM booking.outbox WHERE tenant_id = tenant ORDER BY event_id LIMIT most))
        RETURNING event_id
    ), last AS (
        SELECT coalesce(max(sequence), 0) AS sequence FROM booking.feed WHERE tenant_id = tenant
    )
    INSERT INTO booking.feed (tenant_id, sequence, event_id)
    SELECT tenant, last.sequence + row_number() OVER (ORDER BY ready.event_id), ready.event_id FROM ready, last;
    GET DIAGNOSTICS published = ROW_COUNT;
    RETURN published;
END $$;
COMMENT ON FUNCTION booking.publish(uuid, integer) IS
    'Moves committed events from the outbox into the numbered feed: the oldest, or all.';
-- It had one argument.
DROP FUNCTION IF EXISTS booking.publish(uuid);

CREATE OR REPLACE FUNCTION booking.events(tenant uuid, after_ bigint, most bigint) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    PERFORM booking.publish(tenant, NULL);
    RETURN (SELECT coalesce(jsonb_agg(to_jsonb(e) ORDER BY e.sequence), '[]') FROM (
        SELECT f.sequence, e.* FROM booking.feed f JOIN booking.booking_events e USING (tenant_id, event_id)
        WHERE f.tenant_id = tenant AND f.sequence > after_ ORDER BY f.sequence LIMIT most) e);
END $$;
COMMENT ON FUNCTION booking.events(uuid, bigint, bigint) IS 'The feed after a number.';

CREATE OR REPLACE FUNCTION booking.history(tenant uuid, id uuid) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    PERFORM booking.publish(tenant, NULL);
    RETURN (SELECT coalesce(jsonb_agg(to_jsonb(e) || jsonb_build_object('sequence', f.sequence) ORDER BY f.sequence), '[]')
            FROM booking.booking_events e JOIN booking.feed f USING (tenant_id, event_id)
            WHERE e.tenant_id = tenant AND e.booking_id = id);
END $$;
COMMENT ON FUNCTION booking.history(uuid, uuid) IS 'What happened to a booking, oldest first.';
