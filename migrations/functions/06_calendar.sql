-- Blocks, sessions on the calendar, and the waitlist.

CREATE OR REPLACE FUNCTION booking.add_block(tenant uuid, now_ bigint, wanted jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    blocked int8range := int8range((wanted->>'starts')::bigint, (wanted->>'ends')::bigint);
    hit jsonb;
BEGIN
    INSERT INTO booking.tenants (tenant_id) VALUES (tenant) ON CONFLICT DO NOTHING;
    INSERT INTO booking.blocks (tenant_id, block_id, resource_id, starts, ends, label)
    VALUES (tenant, (wanted->>'block_id')::uuid, (wanted->>'resource_id')::uuid, lower(blocked), upper(blocked),
            wanted->>'label')
    ON CONFLICT (tenant_id, block_id) DO UPDATE
        SET resource_id = excluded.resource_id, starts = excluded.starts, ends = excluded.ends, label = excluded.label;
    WITH owners AS (
        SELECT c.booking_id, c.session_id FROM booking.claims c
        WHERE c.tenant_id = tenant AND c.resource_id = (wanted->>'resource_id')::uuid AND c.during && blocked
          AND c.starts > lower(blocked) - 5788800 AND c.starts < upper(blocked) + 604800
          AND (c.hold_expires_at IS NULL OR c.hold_expires_at > now_)
    ), hits AS (
        SELECT booking_id FROM owners WHERE booking_id IS NOT NULL
        UNION
        SELECT t.booking_id FROM booking.session_seats t
        WHERE t.tenant_id = tenant AND t.session_id IN (SELECT session_id FROM owners)
          AND (t.expires IS NULL OR t.expires > now_))
    SELECT coalesce(jsonb_agg(b.booking_id ORDER BY b.starts, b.booking_id), '[]') INTO hit
    FROM hits JOIN booking.bookings b ON b.tenant_id = tenant AND b.booking_id = hits.booking_id;
    RETURN hit;
END $$;
COMMENT ON FUNCTION booking.add_block(uuid, bigint, jsonb) IS
    'Adds or replaces a block; answers the live bookings it collides with, by start.';

CREATE OR REPLACE FUNCTION booking.remove_block(tenant uuid, id uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM booking.blocks WHERE tenant_id = tenant AND block_id = id;
    IF NOT FOUND THEN
        PERFORM booking.refuse(jsonb_build_object('kind', 'not_found', 'what', 'block'));
    END IF;
END $$;
COMMENT ON FUNCTION booking.remove_block(uuid, uuid) IS 'Removes a block.';

CREATE OR REPLACE FUNCTION booking.schedule_session(tenant uuid, now_ bigint, wanted jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    s booking.sessions;
    tried record;
BEGIN
    IF wanted ? 'invalid' THEN
        PERFORM booking.refuse(wanted->'invalid');
    END IF;
    s := booking.live_session(tenant, now_, wanted);
    IF s.session_id IS NULL THEN
        -- The id of a live session is not given to another.
        IF EXISTS (SELECT FROM booking.sessions o WHERE o.tenant_id = tenant
                   AND o.session_id = (wanted->>'session_id')::uuid AND booking.session_lives(o, now_)) THEN
            PERFORM booking.refuse(jsonb_build_object('kind', 'exists', 'what', 'session'));
        END IF;
        tried := booking.open_session(tenant, now_, wanted, true, NULL, true);
        IF tried.conflict IS NOT NULL THEN
            PERFORM booking.refuse(jsonb_build_object(
                'kind', 'no_fit', 'placement', 0, 'conflicts', jsonb_build_array(tried.conflict)));
        END IF;
        SELECT * INTO s FROM booking.sessions WHERE tenant_id = tenant AND session_id = tried.opened;
    ELSE
        UPDATE booking.sessions SET scheduled = true WHERE tenant_id = tenant AND session_id = s.session_id
        RETURNING * INTO s;
        PERFORM booking.refresh_session(tenant, s.session_id);
    END IF;
    RETURN to_jsonb(s);
END $$;
COMMENT ON FUNCTION booking.schedule_session(uuid, bigint, jsonb) IS
    'Puts a session on the calendar; one that lives with the same key becomes scheduled.';

CREATE OR REPLACE FUNCTION booking.close_session(tenant uuid, now_ bigint, id uuid) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    s booking.sessions;
BEGIN
    SELECT * INTO s FROM booking.sessions WHERE tenant_id = tenant AND session_id = id FOR NO KEY UPDATE;
    IF NOT FOUND OR NOT booking.session_lives(s, now_) THEN
        PERFORM booking.refuse(jsonb_build_object('kind', 'not_found', 'what', 'session'));
    END IF;
    UPDATE booking.sessions SET scheduled = false WHERE tenant_id = tenant AND session_id = id RETURNING * INTO s;
    PERFORM booking.refresh_session(tenant, id);
    RETURN to_jsonb(s);
END $$;
COMMENT ON FUNCTION booking.close_session(uuid, bigint, uuid) IS
    'Takes a session off the calendar; it stays while it has a live seat.';

CREATE OR REPLACE FUNCTION booking.join_line(tenant uuid, wanted jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    entry booking.waitlist;
BEGIN
    PERFORM booking.lock_names(ARRAY['waitlist:' || tenant]);
    INSERT INTO booking.tenants (tenant_id) VALUES (tenant) ON CONFLICT DO NOTHING;
    entry := jsonb_populate_record(NULL::booking.waitlist, wanted || jsonb_build_object('tenant_id', tenant));
    SELECT coalesce(max(place), 0) + 1 INTO entry.place FROM booking.waitlist WHERE tenant_id = tenant;
    entry.state := 'waiting';
    entry.offered := '{}';
    INSERT INTO booking.waitlist VALUES (entry.*) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        PERFORM booking.refuse(jsonb_build_object('kind', 'exists', 'what', 'entry'));
    END IF;
    RETURN to_jsonb(entry);
END $$;
COMMENT ON FUNCTION booking.join_line(uuid, jsonb) IS 'Puts someone at the end of the line.';

CREATE OR REPLACE FUNCTION booking.has_live_offer(entry booking.waitlist, now_ bigint) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM booking.bookings b WHERE b.tenant_id = entry.tenant_id AND b.booking_id = entry.offer
                   AND booking.is_live(booking.state_at(b.state, b.deadline, now_)))
$$;
COMMENT ON FUNCTION booking.has_live_offer(booking.waitlist, bigint) IS 'Whether an entry has an offer that can be taken.';

CREATE OR REPLACE FUNCTION booking.leave_line(
    tenant uuid, now_ bigint, who_ text, origin_ text, wanted jsonb, OUT entry_json jsonb, OUT cancelled jsonb)
LANGUAGE plpgsql AS $$
DECLARE
    entry booking.waitlist;
BEGIN
    cancelled := '[]';
    SELECT * INTO entry FROM booking.waitlist
    WHERE tenant_id = tenant AND entry_id = (wanted->>'entry')::uuid FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        PERFORM booking.refuse(jsonb_build_object('kind', 'not_found', 'what', 'entry'));
    ELSIF entry.state = 'waiting' THEN
        IF booking.has_live_offer(entry, now_) THEN
            cancelled := jsonb_build_array(booking.change(
                tenant, now_, who_, origin_, wanted || jsonb_build_object('booking', entry.offer)));
        END IF;
        UPDATE booking.waitlist SET state = 'left' WHERE tenant_id = tenant AND entry_id = entry.entry_id
        RETURNING * INTO entry;
    END IF;
    entry_json := to_jsonb(entry);
END $$;
COMMENT ON FUNCTION booking.leave_line(uuid, bigint, text, text, jsonb) IS
    'Takes someone out of the line and cancels their live offer.';

-- Places the offers that fit, in order; those that do not leave no trace.
CREATE OR REPLACE FUNCTION booking.offer_all(
    tenant uuid, now_ bigint, who_ text, origin_ text, offers jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    made jsonb := '[]';
    offer_ jsonb;
    facts jsonb;
    start bigint;
    entry booking.waitlist;
BEGIN
    FOR offer_ IN SELECT value FROM jsonb_array_elements(offers) LOOP
        start := (offer_->'placement'->'booking'->>'starts')::bigint;
        SELECT * INTO entry FROM booking.waitlist
        WHERE tenant_id = tenant AND entry_id = (offer_->>'entry')::uuid FOR NO KEY UPDATE;
        CONTINUE WHEN NOT FOUND OR entry.state <> 'waiting' OR start = ANY (entry.offered)
            OR booking.has_live_offer(entry, now_);
        BEGIN
            facts := booking.place(tenant, now_, who_, origin_, 0, jsonb_set(
                offer_->'placement', '{booking,offer_to}', to_jsonb(entry.entry_id)), true);
        EXCEPTION WHEN SQLSTATE 'BK001' THEN
            CONTINUE;
        END;
        UPDATE booking.waitlist SET offer = (facts->>'booking_id')::uuid, offered = offered || start
        WHERE tenant_id = tenant AND entry_id = entry.entry_id;
        made := made || facts;
    END LOOP;
    RETURN made;
END $$;
COMMENT ON FUNCTION booking.offer_all(uuid, bigint, text, text, jsonb) IS
    'Holds for those in line, each at most one, passed over where they do not fit.';
