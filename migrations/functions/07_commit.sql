-- The entry: one command, one call, one transaction.

-- Locks what a command will touch, in the one order: bookings, names, resources.
CREATE OR REPLACE FUNCTION booking.lock_all(tenant uuid, command jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    bookings_ uuid[] := booking.ids(command->'locks'->'bookings');
    sessions_ uuid[] := booking.ids(command->'locks'->'sessions');
    resources_ uuid[] := booking.ids(command->'locks'->'resources');
    names text[];
    owned uuid[];
BEGIN
    IF command->'locks' ? 'entry' THEN
        SELECT bookings_ || offer INTO bookings_ FROM booking.waitlist
        WHERE tenant_id = tenant AND entry_id = (command->'locks'->>'entry')::uuid AND offer IS NOT NULL;
        bookings_ := coalesce(bookings_, '{}');
    END IF;
    SELECT coalesce(array_agg(value), '{}') INTO names FROM jsonb_array_elements_text(command->'locks'->'names');
    IF cardinality(bookings_) > 0 THEN
        PERFORM FROM booking.bookings WHERE tenant_id = tenant AND booking_id = ANY (bookings_)
        ORDER BY booking_id FOR NO KEY UPDATE;
        SELECT sessions_ || coalesce(array_agg(session_id) FILTER (WHERE session_id IS NOT NULL), '{}') INTO sessions_
        FROM booking.bookings WHERE tenant_id = tenant AND booking_id = ANY (bookings_);
        SELECT coalesce(array_agg(DISTINCT w.resource), '{}') INTO owned
        FROM booking.bookings b, booking.wanted(b.claims) w
        WHERE b.tenant_id = tenant AND b.booking_id = ANY (bookings_);
        resources_ := resources_ || owned;
    END IF;
    IF cardinality(sessions_) > 0 THEN
        SELECT names || coalesce(array_agg(
                   booking.session_name(tenant, s.service_id, s.starts, s.ends, s.resources)), '{}'),
               resources_ || coalesce((
                   SELECT array_agg(DISTINCT w.resource) FROM booking.sessions t, booking.wanted(t.claims) w
                   WHERE t.tenant_id = tenant AND t.session_id = ANY (sessions_)), '{}')
        INTO names, resources_
        FROM booking.sessions s WHERE s.tenant_id = tenant AND s.session_id = ANY (sessions_);
    END IF;
    IF cardinality(names) > 0 THEN
        PERFORM booking.lock_names(names);
    END IF;
    IF cardinality(resources_) > 0 THEN
        PERFORM booking.lock_resources(tenant, resources_, (command->'locks'->>'alone')::boolean);
    END IF;
END $$;
COMMENT ON FUNCTION booking.lock_all(uuid, jsonb) IS 'Locks what a command will touch, in one order.';

CREATE OR REPLACE FUNCTION booking.act(
    tenant uuid, now_ bigint, who_ text, origin_ text, action jsonb, alone_ boolean) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    list jsonb := '[]';
    one jsonb;
    place_ integer := 0;
    left_ record;
BEGIN
    CASE action->>'kind'
    WHEN 'place' THEN
        FOR one IN SELECT value FROM jsonb_array_elements(action->'placements') LOOP
            list := list || booking.place(tenant, now_, who_, origin_, place_, one, alone_);
            place_ := place_ + 1;
        END LOOP;
    WHEN 'move' THEN
        list := jsonb_build_array(booking.relocate(tenant, now_, who_, origin_, action));
    WHEN 'change' THEN
        list := jsonb_build_array(booking.change(tenant, now_, who_, origin_, action));
    WHEN 'cancel_many' THEN
        list := booking.cancel_many(tenant, now_, who_, origin_, action);
    WHEN 'sweep' THEN
        list := booking.sweep(tenant, now_, who_, origin_, booking.ids(action->'bookings'));
    WHEN 'add_block' THEN
        RETURN jsonb_build_object('bookings', list, 'collides', booking.add_block(tenant, now_, action));
    WHEN 'remove_block' THEN
        PERFORM booking.remove_block(tenant, (action->>'block')::uuid);
    WHEN 'set_capacity' THEN
        IF action ? 'invalid' THEN
            PERFORM booking.refuse(action->'invalid');
        END IF;
        PERFORM booking.set_capacity(tenant, now_, (action->>'resource')::uuid, (action->>'capacity')::integer);
    WHEN 'open_session' THEN
        RETURN jsonb_build_object('bookings', list, 'session', booking.schedule_session(tenant, now_, action->'session'));
    WHEN 'close_session' THEN
        RETURN jsonb_build_object(
            'bookings', list, 'session', booking.close_session(tenant, now_, (action->>'session')::uuid));
    WHEN 'join' THEN
        RETURN jsonb_build_object('bookings', list, 'entry', booking.join_line(tenant, action->'entry'));
    WHEN 'leave' THEN
        left_ := booking.leave_line(tenant, now_, who_, origin_, action);
        RETURN jsonb_build_object('bookings', left_.cancelled, 'entry', left_.entry_json);
    END CASE;
    RETURN jsonb_build_object('bookings', list);
END $$;
COMMENT ON FUNCTION booking.act(uuid, bigint, text, text, jsonb, boolean) IS 'Does what a command asks.';

-- A note for each thing that a command made or changed.
CREATE OR REPLACE FUNCTION booking.audit(
    tenant uuid, now_ bigint, who_ text, origin_ text, audit jsonb, answer jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF audit ? 'object' THEN
        INSERT INTO booking.audit_log (tenant_id, at, who, origin, action, object_kind, object_id)
        VALUES (tenant, to_timestamp(now_), who_, origin_, audit->>'action', audit->>'object',
                coalesce(answer->'session'->>'session_id', answer->'entry'->>'entry_id', audit->>'id')::uuid);
    END IF;
    INSERT INTO booking.audit_log (tenant_id, at, who, origin, action, object_kind, object_id, version)
    SELECT tenant, to_timestamp(now_), who_, origin_, noted.action, 'booking', (noted.value->>'booking_id')::uuid,
           (noted.value->>'version')::bigint
    FROM (
        SELECT value, place, audit->>'bookings' AS action
        FROM jsonb_array_elements(answer->'bookings') WITH ORDINALITY AS b (value, place)
        UNION ALL
        SELECT value, 1000000 + place, 'offer'
        FROM jsonb_array_elements(answer->'offers') WITH ORDINALITY AS o (value, place)
    ) noted ORDER BY noted.place;
END $$;
COMMENT ON FUNCTION booking.audit(uuid, bigint, text, text, jsonb, jsonb) IS 'Writes what a command did into the audit log.';

CREATE OR REPLACE FUNCTION booking.apply(tenant uuid, command jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    now_ bigint;
    answer jsonb;
    who_ text := command->>'who';
    origin_ text := command->>'origin';
    key_ jsonb := command->'key';
BEGIN
    PERFORM booking.lock_all(tenant, command);
    -- After the locks: what lapsed while waiting for them has lapsed.
    now_ := booking.present((command->>'now')::bigint);
    answer := booking.act(
        tenant, now_, who_, origin_, command->'action', (command->'locks'->>'alone')::boolean);
    IF jsonb_array_length(command->'offers') > 0 THEN
        answer := answer || jsonb_build_object(
            'offers', booking.offer_all(tenant, now_, who_, origin_, command->'offers'));
    END IF;
    answer := answer || jsonb_build_object('verdicts', command->'verdicts');
    IF jsonb_typeof(key_) = 'object' THEN
        INSERT INTO booking.idempotency_keys (tenant_id, operation, key, content, answer, at)
        VALUES (tenant, (key_->>'operation')::booking.operation, key_->>'key', decode(key_->>'content', 'hex'), answer, now_)
        ON CONFLICT (tenant_id, operation, key) DO UPDATE
            SET content = excluded.content, answer = excluded.answer, at = excluded.at;
    END IF;
    PERFORM booking.audit(tenant, now_, who_, origin_, command->'audit', answer);
    RETURN answer;
END $$;
COMMENT ON FUNCTION booking.apply(uuid, jsonb) IS
    'Applies a command: its rows, events, outbox, audit and recorded answer, or a refusal that leaves nothing.';

CREATE OR REPLACE FUNCTION booking.commit(command jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    tenant uuid := (command->>'tenant')::uuid;
    key_ jsonb := command->'key';
    known booking.idempotency_keys;
    detail text;
BEGIN
    PERFORM booking.begin_command(tenant);
    IF jsonb_typeof(key_) = 'object' THEN
        PERFORM booking.lock_names(ARRAY[concat_ws(':', 'key', tenant, key_->>'operation', key_->>'key')]);
        SELECT * INTO known FROM booking.idempotency_keys k
        WHERE k.tenant_id = tenant AND k.operation = (key_->>'operation')::booking.operation AND k.key = key_->>'key';
        IF FOUND AND known.at + (command->>'keep_keys')::bigint > booking.present((command->>'now')::bigint) THEN
            IF known.content <> decode(key_->>'content', 'hex') THEN
                RETURN jsonb_build_object('refused', jsonb_build_object('kind', 'key_reused'));
            END IF;
            RETURN known.answer || jsonb_build_object('replayed', true);
        END IF;
    END IF;
    BEGIN
        RETURN booking.apply(tenant, command);
    EXCEPTION WHEN SQLSTATE 'BK001' THEN
        GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
        RETURN jsonb_build_object('refused', detail::jsonb);
    END;
END $$;
COMMENT ON FUNCTION booking.commit(jsonb) IS
    'The entry of the adapter: replays a known key, or applies the command wholly, or answers why not.';

CREATE OR REPLACE FUNCTION booking.forget_keys(tenant uuid, keep bigint, most integer) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    forgotten integer;
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    DELETE FROM booking.idempotency_keys WHERE ctid IN (
        SELECT ctid FROM booking.idempotency_keys
        WHERE tenant_id = tenant AND at <= floor(extract(epoch FROM clock_timestamp())) - keep
        ORDER BY at LIMIT most FOR UPDATE SKIP LOCKED);
    GET DIAGNOSTICS forgotten = ROW_COUNT;
    RETURN forgotten;
END $$;
COMMENT ON FUNCTION booking.forget_keys(uuid, bigint, integer) IS 'Deletes recorded answers older than that many seconds.';
