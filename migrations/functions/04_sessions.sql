-- Sessions and their seats. Whoever changes a session or its seats holds the lock of its name.

CREATE OR REPLACE FUNCTION booking.session_name(
    tenant uuid, service uuid, starts_ bigint, ends_ bigint, resources_ uuid[]) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT concat_ws(':', 'session', tenant, service, starts_, ends_, array_to_string(resources_, ','))
$$;
COMMENT ON FUNCTION booking.session_name(uuid, uuid, bigint, bigint, uuid[]) IS
    'What is locked to change a session: service, start, end and resources make it the same one.';

CREATE OR REPLACE FUNCTION booking.session_lives(s booking.sessions, now_ bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT s.scheduled OR EXISTS (
        SELECT FROM booking.session_seats t
        WHERE t.tenant_id = s.tenant_id AND t.session_id = s.session_id AND (t.expires IS NULL OR t.expires > now_))
$$;
COMMENT ON FUNCTION booking.session_lives(booking.sessions, bigint) IS
    'Whether a session is scheduled or has a live seat.';

CREATE OR REPLACE FUNCTION booking.live_session(tenant uuid, now_ bigint, wanted jsonb) RETURNS booking.sessions
LANGUAGE sql STABLE AS $$
    SELECT s FROM booking.sessions s
    WHERE s.tenant_id = tenant AND s.service_id = (wanted->>'service_id')::uuid
      AND s.starts = (wanted->>'starts')::bigint AND s.ends = (wanted->>'ends')::bigint
      AND s.resources = booking.ids(wanted->'resources') AND booking.session_lives(s, now_)
    ORDER BY s.session_id LIMIT 1
$$;
COMMENT ON FUNCTION booking.live_session(uuid, bigint, jsonb) IS
    'The live session of this service, visit and resources.';

CREATE OR REPLACE FUNCTION booking.seats_free(s booking.sessions, now_ bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT s.seats - count(*) FROM booking.session_seats t
    WHERE t.tenant_id = s.tenant_id AND t.session_id = s.session_id AND (t.expires IS NULL OR t.expires > now_)
$$;
COMMENT ON FUNCTION booking.seats_free(booking.sessions, bigint) IS 'Seats that no live booking has.';

-- What keeps a party out of the session it wants, without writing anything.
CREATE OR REPLACE FUNCTION booking.seat_conflict(tenant uuid, now_ bigint, wanted jsonb, party_ integer) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    live booking.sessions := booking.live_session(tenant, now_, wanted);
    first_resource text := wanted->'picks'->0->>'resource';
    free bigint;
BEGIN
    IF live.session_id IS NOT NULL THEN
        free := greatest(0, booking.seats_free(live, now_));
        RETURN CASE WHEN party_ > free THEN jsonb_build_object(
            'resource', first_resource, 'by', jsonb_build_object('session', live.session_id), 'free', free) END;
    END IF;
    IF party_ > (wanted->>'seats')::integer THEN
        RETURN jsonb_build_object('resource', first_resource, 'by', NULL, 'free', (wanted->>'seats')::integer);
    END IF;
    RETURN booking.conflict(tenant, now_, wanted->'claims');
END $$;
COMMENT ON FUNCTION booking.seat_conflict(uuid, bigint, jsonb, integer) IS
    'What keeps a party from joining the live session, or from opening it.';

-- Brings the claims of a session up to date with its seats, and removes a session in which nobody sits.
CREATE OR REPLACE FUNCTION booking.refresh_session(tenant uuid, session_ uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    s booking.sessions;
    taken bigint;
    lives_until bigint;
    claimed bigint;
    now_ bigint := booking.present(0);
BEGIN
    SELECT * INTO s FROM booking.sessions WHERE tenant_id = tenant AND session_id = session_;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT count(*), max(coalesce(expires, 9000000000)) INTO taken, lives_until
    FROM booking.session_seats WHERE tenant_id = tenant AND session_id = session_;
    IF taken = 0 AND NOT s.scheduled THEN
        DELETE FROM booking.claims WHERE tenant_id = tenant AND session_id = session_;
        DELETE FROM booking.sessions WHERE tenant_id = tenant AND session_id = session_;
        RETURN;
    END IF;
    IF s.scheduled OR lives_until = 9000000000 THEN
        lives_until := NULL;
    END IF;
    UPDATE booking.claims SET hold_expires_at = lives_until
    WHERE tenant_id = tenant AND session_id = session_ AND hold_expires_at IS DISTINCT FROM lives_until;
    -- Claims that are over may have been forgotten.
    SELECT count(*) INTO claimed FROM booking.claims
    WHERE tenant_id = tenant AND session_id = session_ AND upper(during) > now_;
    IF lives_until IS NULL AND claimed <> (
        SELECT coalesce(sum(w.units), 0) FROM booking.wanted(s.claims) w WHERE w.until_ > now_) THEN
        PERFORM booking.try_again('a session lapsed while it was joined');
    END IF;
END $$;
COMMENT ON FUNCTION booking.refresh_session(uuid, uuid) IS
    'Lets the claims of a session live as long as its last seat; removes it with that.';

CREATE OR REPLACE FUNCTION booking.sit(
    tenant uuid, now_ bigint, s booking.sessions, booking_ uuid, party_ integer, expires_ bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    written integer;
BEGIN
    DELETE FROM booking.session_seats
    WHERE tenant_id = tenant AND session_id = s.session_id AND expires <= now_;
    INSERT INTO booking.session_seats (tenant_id, session_id, seat, seats, booking_id, expires)
    SELECT tenant, s.session_id, seat, s.seats, booking_, expires_
    FROM generate_series(0, s.seats - 1) AS seat
    WHERE NOT EXISTS (SELECT FROM booking.session_seats t
                      WHERE t.tenant_id = tenant AND t.session_id = s.session_id AND t.seat = seat.seat)
    ORDER BY seat LIMIT party_
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS written = ROW_COUNT;
    IF written <> party_ THEN
        PERFORM booking.try_again('seats were taken meanwhile');
    END IF;
    PERFORM booking.refresh_session(tenant, s.session_id);
END $$;
COMMENT ON FUNCTION booking.sit(uuid, bigint, booking.sessions, uuid, integer, bigint) IS
    'Gives a booking seats in a session that has them.';

CREATE OR REPLACE FUNCTION booking.open_session(
    tenant uuid, now_ bigint, wanted jsonb, scheduled_ boolean, expires bigint, alone_ boolean, OUT opened uuid,
    OUT conflict jsonb) LANGUAGE plpgsql AS $$
DECLARE
    old booking.sessions;
    session_ uuid := (wanted->>'session_id')::uuid;
BEGIN
    SELECT * INTO old FROM booking.sessions WHERE tenant_id = tenant AND session_id = session_;
    -- An id may be used again once its session is over; what is left of that one goes.
    IF FOUND AND NOT booking.session_lives(old, now_) THEN
        DELETE FROM booking.session_seats WHERE tenant_id = tenant AND session_id = session_;
        DELETE FROM booking.claims WHERE tenant_id = tenant AND session_id = session_;
        DELETE FROM booking.sessions WHERE tenant_id = tenant AND session_id = session_;
    ELSIF FOUND THEN
        conflict := booking.conflict(tenant, now_, wanted->'claims');
        IF conflict IS NOT NULL THEN
            RETURN;
        END IF;
        PERFORM booking.refuse(jsonb_build_object('kind', 'exists', 'what', 'session'));
    END IF;
    conflict := booking.occupy(tenant, now_, NULL, session_, expires, wanted->'claims', alone_);
    IF conflict IS NOT NULL THEN
        RETURN;
    END IF;
    INSERT INTO booking.tenants (tenant_id) VALUES (tenant) ON CONFLICT DO NOTHING;
    INSERT INTO booking.sessions
        (tenant_id, session_id, service_id, starts, ends, resources, picks, claims, seats, scheduled)
    VALUES (tenant, session_, (wanted->>'service_id')::uuid, (wanted->>'starts')::bigint, (wanted->>'ends')::bigint,
            booking.ids(wanted->'resources'), wanted->'picks', wanted->'claims', (wanted->>'seats')::integer, scheduled_)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        PERFORM booking.try_again('another session took the id');
    END IF;
    opened := session_;
END $$;
COMMENT ON FUNCTION booking.open_session(uuid, bigint, jsonb, boolean, bigint, boolean) IS
    'Opens a session with its claims, or says what is in the way.';

CREATE OR REPLACE FUNCTION booking.take_seats(
    tenant uuid, now_ bigint, booking_ uuid, expires bigint, wanted jsonb, party_ integer, alone_ boolean,
    OUT taken_in uuid, OUT conflict jsonb) LANGUAGE plpgsql AS $$
DECLARE
    s booking.sessions;
BEGIN
    conflict := booking.seat_conflict(tenant, now_, wanted, party_);
    IF conflict IS NOT NULL THEN
        RETURN;
    END IF;
    s := booking.live_session(tenant, now_, wanted);
    IF s.session_id IS NULL THEN
        SELECT o.opened, o.conflict INTO taken_in, conflict
        FROM booking.open_session(tenant, now_, wanted, false, expires, alone_) o;
        IF conflict IS NOT NULL THEN
            RETURN;
        END IF;
        SELECT * INTO s FROM booking.sessions WHERE tenant_id = tenant AND session_id = taken_in;
    END IF;
    PERFORM booking.sit(tenant, now_, s, booking_, party_, expires);
    taken_in := s.session_id;
END $$;
COMMENT ON FUNCTION booking.take_seats(uuid, bigint, uuid, bigint, jsonb, integer, boolean) IS
    'Seats in the live session, or in the one it opens; or what is in the way.';

CREATE OR REPLACE FUNCTION booking.session_json(s booking.sessions) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT to_jsonb(s)
$$;
COMMENT ON FUNCTION booking.session_json(booking.sessions) IS 'A session, as the adapter reads it.';
