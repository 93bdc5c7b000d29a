-- New bookings, and what becomes of them.

CREATE OR REPLACE FUNCTION booking.note(
    tenant uuid, now_ bigint, who_ text, origin_ text, b booking.bookings, kind_ booking.event_kind)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    id bigint;
BEGIN
    INSERT INTO booking.booking_events (tenant_id, booking_id, kind, state, version, starts, ends, at, who, origin)
    VALUES (tenant, b.booking_id, kind_, b.state, b.version, b.starts, b.ends, now_, who_, origin_)
    RETURNING event_id INTO id;
    INSERT INTO booking.outbox (tenant_id, event_id) VALUES (tenant, id);
    RETURN id;
END $$;
COMMENT ON FUNCTION booking.note(uuid, bigint, text, text, booking.bookings, booking.event_kind) IS
    'Writes the event of a change, and puts it into the outbox.';

-- The first plan that fits, occupied. Refuses where none does.
CREATE OR REPLACE FUNCTION booking.choose(
    tenant uuid, now_ bigint, placement integer, booking_ uuid, expires bigint, party_ integer, plans jsonb, limits jsonb,
    ignoring uuid, alone_ boolean, OUT plan jsonb, OUT taken_in uuid) LANGUAGE plpgsql AS $$
DECLARE
    reached jsonb := booking.first_limit(tenant, now_, placement, limits, ignoring);
    last_reached jsonb;
    conflict jsonb;
    conflicts jsonb := '[]';
BEGIN
    IF reached IS NOT NULL THEN
        PERFORM booking.refuse(reached);
    END IF;
    FOR plan IN SELECT value FROM jsonb_array_elements(plans) LOOP
        reached := booking.first_limit(tenant, now_, placement, plan->'limits', ignoring);
        IF reached IS NOT NULL THEN
            conflict := CASE WHEN plan ? 'session'
                THEN booking.seat_conflict(tenant, now_, plan->'session', party_)
                ELSE booking.conflict(tenant, now_, plan->'claims') END;
        ELSIF plan ? 'session' THEN
            SELECT t.taken_in, t.conflict INTO taken_in, conflict
            FROM booking.take_seats(tenant, now_, booking_, expires, plan->'session', party_, alone_) t;
        ELSE
            conflict := booking.occupy(tenant, now_, booking_, NULL, expires, plan->'claims', alone_);
        END IF;
        IF conflict IS NOT NULL THEN
            conflicts := conflicts || conflict;
            last_reached := NULL;
        ELSIF reached IS NOT NULL THEN
            last_reached := reached;
        ELSE
            RETURN;
        END IF;
    END LOOP;
    PERFORM booking.refuse(coalesce(last_reached, jsonb_build_object(
        'kind', 'no_fit', 'placement', placement, 'conflicts', conflicts)));
END $$;
COMMENT ON FUNCTION booking.choose(uuid, bigint, integer, uuid, bigint, integer, jsonb, jsonb, uuid, boolean) IS
    'Occupies resources by the first plan that fits.';

CREATE OR REPLACE FUNCTION booking.write_picks(tenant uuid, b booking.bookings, picks_ jsonb) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO booking.picks (tenant_id, booking_id, place, requirement, resource_id, seconds, starts)
    SELECT tenant, b.booking_id, p.place - 1, p.value->>'requirement', (p.value->>'resource')::uuid,
           (p.value->>'seconds')::bigint, b.starts
    FROM jsonb_array_elements(picks_) WITH ORDINALITY AS p (value, place);
END $$;
COMMENT ON FUNCTION booking.write_picks(uuid, booking.bookings, jsonb) IS 'Writes which resource serves what.';

CREATE OR REPLACE FUNCTION booking.assign(
    tenant uuid, now_ bigint, service uuid, event bigint, picks_ jsonb, before_ uuid[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO booking.assignments (tenant_id, service_id, resource_id, event_id, at)
    SELECT DISTINCT tenant, service, (value->>'resource')::uuid, event, now_ FROM jsonb_array_elements(picks_)
    WHERE (value->>'resource')::uuid <> ALL (before_);
END $$;
COMMENT ON FUNCTION booking.assign(uuid, bigint, uuid, bigint, jsonb, uuid[]) IS
    'Notes who was given a booking, without those who had it before.';

CREATE OR REPLACE FUNCTION booking.still_to_come(deadline_ bigint, now_ bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF deadline_ <= now_ THEN
        PERFORM booking.refuse(jsonb_build_object('kind', 'expired', 'at', deadline_));
    END IF;
END $$;
COMMENT ON FUNCTION booking.still_to_come(bigint, bigint) IS 'Refuses to write what would have lapsed already.';

-- The path of most bookings: one unit of each resource, none of which has more, and nothing in the way. All rows in one
-- statement; NULL where it does not apply or somebody was faster, and the general path decides.
CREATE OR REPLACE FUNCTION booking.place_at_once(
    tenant uuid, now_ bigint, who_ text, origin_ text, facts jsonb, plan jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    asked bigint;
    simple boolean;
    written bigint;
BEGIN
    SELECT count(*), bool_and(
        w.units = 1
        -- One lane and no more; and its claims lie one after the other, so that its neighbours tell what is in the way.
        AND (SELECT max(l.lane) FROM booking.resource_lanes l
             WHERE l.tenant_id = tenant AND l.resource_id = w.resource) IS NOT DISTINCT FROM 0
        AND coalesce((SELECT c.ends + c.after FROM booking.claims c
                      WHERE c.tenant_id = tenant AND c.resource_id = w.resource AND c.starts < w.until_
                      ORDER BY c.starts DESC LIMIT 1) <= w.from_, true)
        AND coalesce((SELECT c.starts - c.before FROM booking.claims c
                      WHERE c.tenant_id = tenant AND c.resource_id = w.resource AND c.starts >= w.until_
                      ORDER BY c.starts LIMIT 1) >= w.until_, true))
    INTO asked, simple FROM booking.wanted(plan->'claims') w;
    IF simple IS NOT TRUE THEN
        RETURN NULL;
    END IF;
    BEGIN
        WITH claimed AS (
            INSERT INTO booking.claims
                (tenant_id, resource_id, lane, starts, ends, before, after, hold_expires_at, booking_id, part)
            SELECT tenant, w.resource, 0, w.starts, w.ends, w.before, w.after, (facts->>'deadline')::bigint,
                   (facts->>'booking_id')::uuid, w.place
            FROM booking.wanted(plan->'claims') w ORDER BY w.resource, w.starts
            ON CONFLICT DO NOTHING RETURNING 1
        ), made AS (
            INSERT INTO booking.bookings SELECT r.* FROM jsonb_populate_record(NULL::booking.bookings, facts) r
            RETURNING booking_id, service_id, state, starts, ends
        ), picked AS (
            INSERT INTO booking.picks (tenant_id, booking_id, place, requirement, resource_id, seconds, starts)
            SELECT tenant, made.booking_id, place - 1, value->>'requirement', (value->>'resource')::uuid,
                   (value->>'seconds')::bigint, made.starts
            FROM made, jsonb_array_elements(plan->'picks') WITH ORDINALITY AS p (value, place)
        ), noted AS (
            INSERT INTO booking.booking_events
                (tenant_id, booking_id, kind, state, version, starts, ends, at, who, origin)
            SELECT tenant, booking_id, 'placed', state, 1, starts, ends, now_, who_, origin_ FROM made
            RETURNING event_id
        ), sent AS (
            INSERT INTO booking.outbox (tenant_id, event_id) SELECT tenant, event_id FROM noted
        ), given AS (
            INSERT INTO booking.assignments (tenant_id, service_id, resource_id, event_id, at)
            SELECT DISTINCT tenant, made.service_id, (value->>'resource')::uuid, noted.event_id, now_
            FROM made, noted, jsonb_array_elements(plan->'picks')
        )
        SELECT count(*) INTO written FROM claimed;
        IF written <> asked THEN
            RAISE EXCEPTION 'taken meanwhile' USING ERRCODE = 'BK002';
        END IF;
    EXCEPTION WHEN SQLSTATE 'BK002' OR unique_violation THEN
        RETURN NULL;
    END;
    RETURN facts || jsonb_build_object('picks', plan->'picks');
END $$;
COMMENT ON FUNCTION booking.place_at_once(uuid, bigint, text, text, jsonb, jsonb) IS
    'Makes an ordinary booking in one statement, or answers NULL.';

CREATE OR REPLACE FUNCTION booking.place(
    tenant uuid, now_ bigint, who_ text, origin_ text, placement integer, wanted jsonb, alone_ boolean)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    facts jsonb := wanted->'booking';
    id uuid := (facts->>'booking_id')::uuid;
    expires bigint := (facts->>'deadline')::bigint;
    chosen record;
    made jsonb;
    conflict_ jsonb;
    b booking.bookings;
BEGIN
    IF wanted ? 'invalid' THEN
        PERFORM booking.refuse(wanted->'invalid');
    END IF;
    IF EXISTS (SELECT FROM booking.bookings WHERE tenant_id = tenant AND booking_id = id) THEN
        PERFORM booking.refuse(jsonb_build_object('kind', 'exists', 'what', 'booking'));
    END IF;
    PERFORM booking.still_to_come(expires, now_);
    IF NOT alone_ AND wanted->'limits' = '[]' AND wanted->'plans'->0->'limits' = '[]'
        AND NOT wanted->'plans'->0 ? 'session' THEN
        made := booking.place_at_once(tenant, now_, who_, origin_, facts || jsonb_build_object(
            'tenant_id', tenant, 'created', now_, 'changed', now_, 'session_id', NULL,
            'claims', wanted->'plans'->0->'claims'), wanted->'plans'->0);
        IF made IS NOT NULL THEN
            RETURN made;
        END IF;
        -- In a race for a slot most find it taken: that is read before anything else is tried.
        IF jsonb_array_length(wanted->'plans') = 1 THEN
            conflict_ := booking.conflict(tenant, now_, wanted->'plans'->0->'claims');
            IF conflict_ IS NOT NULL THEN
                PERFORM booking.refuse(jsonb_build_object(
                    'kind', 'no_fit', 'placement', placement, 'conflicts', jsonb_build_array(conflict_)));
            END IF;
        END IF;
    END IF;
    chosen := booking.choose(tenant, now_, placement, id, expires, (facts->>'party')::integer, wanted->'plans',
                             wanted->'limits', NULL, alone_);
    facts := facts || jsonb_build_object(
        'tenant_id', tenant, 'created', now_, 'changed', now_, 'session_id', chosen.taken_in,
        'claims', coalesce(chosen.plan->'claims', '[]'));
    INSERT INTO booking.bookings SELECT r.* FROM jsonb_populate_record(NULL::booking.bookings, facts) r
        ON CONFLICT DO NOTHING RETURNING * INTO b;
    IF NOT FOUND THEN
        PERFORM booking.refuse(jsonb_build_object('kind', 'exists', 'what', 'booking'));
    END IF;
    PERFORM booking.write_picks(tenant, b, chosen.plan->'picks');
    PERFORM booking.assign(tenant, now_, b.service_id, booking.note(tenant, now_, who_, origin_, b, 'placed'),
                           chosen.plan->'picks', '{}');
    RETURN facts || jsonb_build_object('picks', chosen.plan->'picks');
END $$;
COMMENT ON FUNCTION booking.place(uuid, bigint, text, text, integer, jsonb, boolean) IS
    'Makes a booking by the first plan that fits.';

-- Takes a booking's claims and seats off the calendar.
CREATE OR REPLACE FUNCTION booking.release(tenant uuid, b booking.bookings) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM booking.claims WHERE tenant_id = tenant AND booking_id = b.booking_id;
    IF b.session_id IS NOT NULL THEN
        DELETE FROM booking.session_seats WHERE tenant_id = tenant AND booking_id = b.booking_id;
        PERFORM booking.refresh_session(tenant, b.session_id);
    END IF;
END $$;
COMMENT ON FUNCTION booking.release(uuid, booking.bookings) IS 'Frees what a booking occupies.';

-- Lets a booking's claims and seats live until then, or without an end. All of them must still be there: those that
-- were taken over are gone, and the booking with them.
CREATE OR REPLACE FUNCTION booking.prolong(tenant uuid, b booking.bookings, expires_ bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    kept bigint;
    owned bigint;
BEGIN
    PERFORM FROM booking.claims WHERE tenant_id = tenant AND booking_id = b.booking_id
    ORDER BY resource_id, lane, starts FOR UPDATE;
    UPDATE booking.claims SET hold_expires_at = expires_ WHERE tenant_id = tenant AND booking_id = b.booking_id;
    GET DIAGNOSTICS kept = ROW_COUNT;
    SELECT coalesce(sum(units), 0) INTO owned FROM booking.wanted(b.claims);
    IF b.session_id IS NOT NULL THEN
        UPDATE booking.session_seats SET expires = expires_ WHERE tenant_id = tenant AND booking_id = b.booking_id;
        GET DIAGNOSTICS kept = ROW_COUNT;
        owned := b.party;
    END IF;
    IF kept <> owned THEN
        PERFORM booking.refuse(jsonb_build_object('kind', 'expired', 'at', b.deadline));
    END IF;
    IF b.session_id IS NOT NULL THEN
        PERFORM booking.refresh_session(tenant, b.session_id);
    END IF;
END $$;
COMMENT ON FUNCTION booking.prolong(uuid, booking.bookings, bigint) IS
    'Gives a booking''s claims and seats another expiry; refused where any was lost.';

-- The booking, if it may make this move now. Expiry is judged first, so that a sweep, which raises the version of what
-- it marks, changes no answer.
CREATE OR REPLACE FUNCTION booking.movable(tenant uuid, now_ bigint, wanted jsonb) RETURNS booking.bookings
LANGUAGE plpgsql AS $$
DECLARE
    b booking.bookings;
BEGIN
    SELECT * INTO b FROM booking.bookings
    WHERE tenant_id = tenant AND booking_id = (wanted->>'booking')::uuid FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        PERFORM booking.refuse(jsonb_build_object('kind', 'not_found', 'what', 'booking'));
    ELSIF booking.state_at(b.state, b.deadline, now_) = 'expired' THEN
        PERFORM booking.refuse(jsonb_build_object('kind', 'expired', 'at', coalesce(b.deadline, b.changed)));
    ELSIF (wanted->>'if_version')::bigint <> b.version THEN
        PERFORM booking.refuse(jsonb_build_object('kind', 'version', 'current', b.version));
    ELSIF NOT wanted->'next' ? b.state::text THEN
        PERFORM booking.refuse(jsonb_build_object(
            'kind', 'illegal_move', 'from', b.state, 'attempted', wanted->>'attempted'));
    ELSIF (wanted->>'from_start')::boolean AND b.starts > now_ THEN
        PERFORM booking.refuse(jsonb_build_object('kind', 'too_early', 'from', b.starts));
    END IF;
    RETURN b;
END $$;
COMMENT ON FUNCTION booking.movable(uuid, bigint, jsonb) IS
    'The booking, if the life cycle, its version and its deadline allow the move.';

CREATE OR REPLACE FUNCTION booking.rewrite(
    tenant uuid, now_ bigint, who_ text, origin_ text, b booking.bookings, kind_ booking.event_kind)
RETURNS booking.bookings LANGUAGE plpgsql AS $$
DECLARE
    after_ booking.bookings;
BEGIN
    UPDATE booking.bookings SET
        starts = b.starts, ends = b.ends, party = b.party, state = b.state, version = version + 1,
        deadline = b.deadline, zone = b.zone, wall = b.wall, tzdata = b.tzdata, claims = b.claims,
        session_id = b.session_id, price_group = b.price_group, tier = b.tier, price_minor = b.price_minor, price_currency = b.price_currency,
        deposit_minor = b.deposit_minor, deposit_currency = b.deposit_currency, fee_minor = b.fee_minor,
        fee_currency = b.fee_currency, changed = now_
    WHERE tenant_id = tenant AND booking_id = b.booking_id RETURNING * INTO after_;
    PERFORM booking.note(tenant, now_, who_, origin_, after_, kind_);
    RETURN after_;
END $$;
COMMENT ON FUNCTION booking.rewrite(uuid, bigint, text, text, booking.bookings, booking.event_kind) IS
    'Writes a changed booking with its next version and its event.';

CREATE OR REPLACE FUNCTION booking.relocate(
    tenant uuid, now_ bigint, who_ text, origin_ text, wanted jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    b booking.bookings := booking.movable(tenant, now_, wanted);
    facts jsonb := wanted->'booking_facts';
    had uuid[];
    chosen record;
BEGIN
    IF wanted ? 'invalid' THEN
        PERFORM booking.refuse(wanted->'invalid');
    END IF;
    IF b.state = 'pending' THEN
        b.deadline := least(b.deadline, (facts->>'starts')::bigint);
    END IF;
    PERFORM booking.still_to_come(b.deadline, now_);
    PERFORM booking.release(tenant, b);
    SELECT coalesce(array_agg(resource_id), '{}') INTO had FROM booking.picks
    WHERE tenant_id = tenant AND booking_id = b.booking_id;
    chosen := booking.choose(tenant, now_, 0, b.booking_id, CASE WHEN b.state IN ('held', 'pending') THEN b.deadline END,
                             (facts->>'party')::integer, wanted->'plans', wanted->'limits', b.booking_id, true);
    b := jsonb_populate_record(b, facts || jsonb_build_object(
        'session_id', chosen.taken_in, 'claims', coalesce(chosen.plan->'claims', '[]')));
    b := booking.rewrite(tenant, now_, who_, origin_, b, (wanted->>'event')::booking.event_kind);
    DELETE FROM booking.picks WHERE tenant_id = tenant AND booking_id = b.booking_id;
    PERFORM booking.write_picks(tenant, b, chosen.plan->'picks');
    PERFORM booking.assign(tenant, now_, b.service_id, (
        SELECT max(event_id) FROM booking.booking_events WHERE tenant_id = tenant AND booking_id = b.booking_id),
        chosen.plan->'picks', had);
    RETURN booking.as_json(b);
END $$;
COMMENT ON FUNCTION booking.relocate(uuid, bigint, text, text, jsonb) IS
    'Gives a booking another time, party or other resources: its own claims go first, in the same transaction.';

CREATE OR REPLACE FUNCTION booking.change(
    tenant uuid, now_ bigint, who_ text, origin_ text, wanted jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    b booking.bookings := booking.movable(tenant, now_, wanted);
    path text := CASE WHEN b.approval IS NULL THEN 'plain' ELSE 'approval' END;
    latest bigint := b.created + b.max_hold;
BEGIN
    IF wanted ? 'until' THEN
        IF (wanted->>'until')::bigint > latest THEN
            PERFORM booking.refuse(jsonb_build_object('kind', 'extend_too_far', 'latest', latest));
        ELSIF (wanted->>'until')::bigint <= greatest(b.deadline, now_) THEN
            PERFORM booking.refuse(jsonb_build_object(
                'kind', 'extends_nothing', 'until', wanted->'until', 'present', greatest(b.deadline, now_)));
        END IF;
    END IF;
    b.state := wanted->'next'->(b.state::text)->>path;
    IF wanted->>'attempted' = 'confirm' AND b.state = 'pending' THEN
        latest := least(now_ + b.approval, b.starts);
        IF latest <= now_ THEN
            PERFORM booking.refuse(jsonb_build_object('kind', 'expired', 'at', latest));
        END IF;
        PERFORM booking.prolong(tenant, b, latest);
        b.deadline := latest;
    ELSIF NOT booking.is_live(b.state) THEN
        PERFORM booking.release(tenant, b);
        b.deadline := NULL;
    ELSIF b.deadline IS NOT NULL THEN
        PERFORM booking.prolong(tenant, b, (wanted->>'until')::bigint);
        b.deadline := (wanted->>'until')::bigint;
    END IF;
    IF (wanted->>'charges')::boolean THEN
        b.fee_minor := (wanted->>'fee_minor')::bigint;
        b.fee_currency := wanted->>'fee_currency';
    END IF;
    IF wanted->>'attempted' = 'confirm' AND b.offer_to IS NOT NULL THEN
        UPDATE booking.waitlist SET state = 'served'
        WHERE tenant_id = tenant AND entry_id = b.offer_to AND state = 'waiting';
    END IF;
    RETURN booking.as_json(booking.rewrite(
        tenant, now_, who_, origin_, b, (wanted->>'attempted')::booking.event_kind));
END $$;
COMMENT ON FUNCTION booking.change(uuid, bigint, text, text, jsonb) IS
    'Moves a booking along its life cycle. Which moves are legal is told by the caller, who has the one table.';

CREATE OR REPLACE FUNCTION booking.cancel_many(
    tenant uuid, now_ bigint, who_ text, origin_ text, wanted jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    cancelled jsonb := '[]';
    b booking.bookings;
    id uuid;
BEGIN
    FOREACH id IN ARRAY booking.ids(wanted->'bookings') LOOP
        SELECT * INTO b FROM booking.bookings WHERE tenant_id = tenant AND booking_id = id FOR NO KEY UPDATE;
        IF FOUND AND b.starts > now_ AND wanted->'next' ? booking.state_at(b.state, b.deadline, now_)::text THEN
            cancelled := cancelled || booking.change(
                tenant, now_, who_, origin_, wanted || jsonb_build_object('booking', id));
        END IF;
    END LOOP;
    RETURN cancelled;
END $$;
COMMENT ON FUNCTION booking.cancel_many(uuid, bigint, text, text, jsonb) IS
    'Cancels those that may be cancelled and have not started.';

CREATE OR REPLACE FUNCTION booking.sweep(
    tenant uuid, now_ bigint, who_ text, origin_ text, ids uuid[]) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    swept jsonb := '[]';
    b booking.bookings;
    id uuid;
BEGIN
    FOREACH id IN ARRAY ids LOOP
        SELECT * INTO b FROM booking.bookings WHERE tenant_id = tenant AND booking_id = id FOR NO KEY UPDATE;
        IF FOUND AND b.state <> 'expired' AND booking.state_at(b.state, b.deadline, now_) = 'expired' THEN
            PERFORM booking.release(tenant, b);
            b.state := 'expired';
            swept := swept || booking.as_json(booking.rewrite(tenant, now_, who_, origin_, b, 'expire'));
        END IF;
    END LOOP;
    RETURN swept;
END $$;
COMMENT ON FUNCTION booking.sweep(uuid, bigint, text, text, uuid[]) IS
    'Marks what has lapsed. It keeps its deadline: the answer to whoever comes late.';
