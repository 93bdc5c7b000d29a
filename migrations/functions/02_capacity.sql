-- Capacity: what fits, and the lanes that make the exclusion constraint say the same.
--
-- What has a query of its own is plpgsql, whose plans last: a function in SQL that cannot be inlined is planned at each
-- call, which takes longer than most of these run.

CREATE OR REPLACE FUNCTION booking.capacity(tenant uuid, resource uuid) RETURNS integer LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN coalesce((SELECT units FROM booking.capacities WHERE tenant_id = tenant AND resource_id = resource), 1);
END $$;
COMMENT ON FUNCTION booking.capacity(uuid, uuid) IS 'Units that may be in use at once; one where none was ever told.';

CREATE OR REPLACE FUNCTION booking.ensure_lanes(tenant uuid, resource uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO booking.tenants (tenant_id) VALUES (tenant) ON CONFLICT DO NOTHING;
    INSERT INTO booking.resource_lanes (tenant_id, resource_id, lane)
        SELECT tenant, resource, lane FROM generate_series(0, booking.capacity(tenant, resource) - 1) AS lane
        ON CONFLICT DO NOTHING;
END $$;
COMMENT ON FUNCTION booking.ensure_lanes(uuid, uuid) IS 'Gives a resource one lane for every unit of its capacity.';

-- The claims of a plan as rows, in the plan's order.
CREATE OR REPLACE FUNCTION booking.wanted(list jsonb)
RETURNS TABLE (place bigint, resource uuid, starts bigint, ends bigint, before integer, after integer, units integer,
               from_ bigint, until_ bigint) LANGUAGE sql IMMUTABLE AS $$
    SELECT row_number() OVER (), c.resource, c.starts, c.ends, c.before, c.after, c.units,
           c.starts - c.before, c.ends + c.after
    FROM jsonb_to_recordset(list)
        AS c (resource uuid, starts bigint, ends bigint, before integer, after integer, units integer)
$$;
COMMENT ON FUNCTION booking.wanted(jsonb) IS 'The claims of a plan as rows.';

-- From which start to which a claim may touch a stretch, both included. Row security lets an index choose by starts, but
-- not by what ranges overlap: without these bounds every claim of the resource would be read. Claims on one lane lie one
-- after the other, so that only the last before the stretch and the first after it can reach into it; where there are
-- more lanes, a claim is at most 60 days long and its buffers 7 days each.
CREATE OR REPLACE FUNCTION booking.reach(
    tenant uuid, resource_ uuid, from_ bigint, until_ bigint, OUT low bigint, OUT high bigint) LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF (SELECT max(lane) FROM booking.resource_lanes WHERE tenant_id = tenant AND resource_id = resource_) = 0 THEN
        low := coalesce((SELECT max(starts) FROM booking.claims
                         WHERE tenant_id = tenant AND resource_id = resource_ AND starts < from_), from_);
        high := coalesce((SELECT min(starts) FROM booking.claims
                          WHERE tenant_id = tenant AND resource_id = resource_ AND starts >= until_), until_);
    ELSE
        low := from_ - 5788800;
        high := until_ + 604800;
    END IF;
END $$;
COMMENT ON FUNCTION booking.reach(uuid, uuid, bigint, bigint) IS
    'The first and the last start of a claim that may touch a stretch of a resource.';

-- Peak use: the most units in use at one instant of [from_, until_), by live claims and, where given, the wanted ones.
CREATE OR REPLACE FUNCTION booking.peak(tenant uuid, resource_ uuid, from_ bigint, until_ bigint, now_ bigint, list jsonb)
RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
    near record := booking.reach(tenant, resource_, from_, until_);
BEGIN
    RETURN (WITH used AS (
        SELECT c.starts - c.before AS start, c.ends + c.after AS stop, 1::bigint AS units
        FROM booking.claims c
        WHERE c.tenant_id = tenant AND c.resource_id = resource_ AND c.starts BETWEEN near.low AND near.high
          AND c.starts - c.before < peak.until_ AND c.ends + c.after > peak.from_
          AND (c.hold_expires_at IS NULL OR c.hold_expires_at > now_)
        UNION ALL
        SELECT w.from_, w.until_, w.units
        FROM booking.wanted(list) w
        WHERE w.resource = resource_ AND w.from_ < peak.until_ AND peak.from_ < w.until_
    ), bounds AS (
        SELECT greatest(start, from_) AS at, units AS change FROM used
        UNION ALL
        SELECT least(stop, until_), -units FROM used
    )
    -- At one instant ends come before starts: intervals are half-open.
    SELECT coalesce(max(total), 0) FROM (SELECT sum(change) OVER (ORDER BY at, change) AS total FROM bounds) totals);
END $$;
COMMENT ON FUNCTION booking.peak(uuid, uuid, bigint, bigint, bigint, jsonb) IS
    'The most units of a resource in use at one instant of a stretch, buffers included.';

-- Which bookings and sessions have live claims in a stretch, where those wanted of the resource are to be: how many, and
-- which where it is one.
CREATE OR REPLACE FUNCTION booking.in_the_way(
    tenant uuid, resource_ uuid, from_ bigint, until_ bigint, now_ bigint, list jsonb, OUT owners bigint, OUT by_ jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    near record := booking.reach(tenant, resource_, from_, until_);
BEGIN
    SELECT count(DISTINCT (c.booking_id, c.session_id)),
           min(CASE WHEN c.booking_id IS NULL THEN jsonb_build_object('session', c.session_id)
               ELSE jsonb_build_object('booking', c.booking_id) END::text)::jsonb
    INTO owners, by_
    FROM booking.claims c
    WHERE c.tenant_id = tenant AND c.resource_id = resource_ AND c.starts BETWEEN near.low AND near.high
      AND (c.hold_expires_at IS NULL OR c.hold_expires_at > now_)
      AND EXISTS (SELECT FROM booking.wanted(list) w
                  WHERE w.resource = resource_ AND c.starts - c.before < w.until_ AND w.from_ < c.ends + c.after);
    IF owners > 1 THEN
        by_ := NULL;
    END IF;
END $$;
COMMENT ON FUNCTION booking.in_the_way(uuid, uuid, bigint, bigint, bigint, jsonb) IS
    'How many bookings and sessions have a resource where it is wanted, and which where it is one.';

CREATE OR REPLACE FUNCTION booking.conflict(tenant uuid, now_ bigint, list jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    claim record;
    units_ integer;
    others record;
BEGIN
    FOR claim IN
        SELECT w.*, r.claims, r.low, r.high FROM booking.wanted(list) w
        JOIN (SELECT resource, min(place) AS first, count(*) AS claims, min(from_) AS low, max(until_) AS high
              FROM booking.wanted(list) GROUP BY resource) r USING (resource)
        ORDER BY r.first, w.place
    LOOP
        units_ := booking.capacity(tenant, claim.resource);
        IF units_ = 1 AND claim.claims = 1 AND claim.units = 1 THEN
            -- Nothing to add up: whoever is there at all is in the way.
            others := booking.in_the_way(tenant, claim.resource, claim.low, claim.high, now_, list);
            IF others.owners > 0 THEN
                RETURN jsonb_build_object('resource', claim.resource, 'by', others.by_, 'free', 0);
            END IF;
        ELSIF booking.peak(tenant, claim.resource, claim.from_, claim.until_, now_, list) > units_ THEN
            others := booking.in_the_way(tenant, claim.resource, claim.low, claim.high, now_, list);
            RETURN jsonb_build_object(
                'resource', claim.resource, 'by', others.by_,
                'free', greatest(
                    0, units_ - booking.peak(tenant, claim.resource, claim.from_, claim.until_, now_, '[]')));
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION booking.conflict(uuid, bigint, jsonb) IS
    'Where wanted claims exceed the capacity beside what lives, as committed or written by this transaction; NULL where they fit.';

-- Writes claims on lanes that look free. Answers whether all of them found one.
CREATE OR REPLACE FUNCTION booking.write_claims(tenant uuid, booking_ uuid, session_ uuid, expires bigint, list jsonb)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    asked bigint;
    written bigint;
BEGIN
    SELECT coalesce(sum(units), 0) INTO asked FROM booking.wanted(list);
    INSERT INTO booking.claims
        (tenant_id, resource_id, lane, starts, ends, before, after, hold_expires_at, booking_id, session_id,
         part)
    SELECT tenant, w.resource, free.lane, w.starts, w.ends, w.before, w.after, expires, booking_, session_, w.place
    FROM booking.wanted(list) w
    CROSS JOIN LATERAL (
        SELECT l.lane FROM booking.resource_lanes l
        WHERE l.tenant_id = tenant AND l.resource_id = w.resource
          AND (l.lane = 0 AND booking.capacity(tenant, w.resource) = 1 OR NOT EXISTS (
              SELECT FROM booking.claims c
              WHERE c.tenant_id = tenant AND c.resource_id = w.resource AND c.lane = l.lane
                -- As in booking.reach.
                AND c.starts > w.from_ - 5788800 AND c.starts < w.until_ + 604800
                AND c.starts - c.before < w.until_ AND c.ends + c.after > w.from_))
        -- At random, so that those who come at once do not all want the same.
        ORDER BY random() LIMIT w.units
    ) free
    ORDER BY w.resource, free.lane, w.starts
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN written = asked;
END $$;
COMMENT ON FUNCTION booking.write_claims(uuid, uuid, uuid, bigint, jsonb) IS
    'Inserts claims, one row a unit, sorted, ON CONFLICT DO NOTHING: the line that decides every race.';

-- Removes expired claims in the way. A hold or session that loses one is over already: whoever confirms it counts.
CREATE OR REPLACE FUNCTION booking.take_over(tenant uuid, now_ bigint, list jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    on_ record;
    near record;
BEGIN
    FOR on_ IN
        SELECT w.resource, min(w.from_) AS low, max(w.until_) AS high FROM booking.wanted(list) w GROUP BY 1 ORDER BY 1
    LOOP
        near := booking.reach(tenant, on_.resource, on_.low, on_.high);
        DELETE FROM booking.claims WHERE ctid IN (
            SELECT c.ctid FROM booking.claims c
            WHERE c.tenant_id = tenant AND c.resource_id = on_.resource AND c.starts BETWEEN near.low AND near.high
              AND c.hold_expires_at <= now_
              AND EXISTS (SELECT FROM booking.wanted(list) w
                          WHERE w.resource = on_.resource AND c.during && int8range(w.from_, w.until_))
            ORDER BY c.lane, c.starts FOR UPDATE)
          AND hold_expires_at <= now_;
    END LOOP;
END $$;
COMMENT ON FUNCTION booking.take_over(uuid, bigint, jsonb) IS 'Deletes expired claims that overlap wanted ones.';

-- Gives the claims around a stretch other lanes, together with wanted ones: colours the connected hull by start, which
-- always succeeds where the peak allows it. Needs the resource's lock alone.
CREATE OR REPLACE FUNCTION booking.lay_out(
    tenant uuid, resource_ uuid, now_ bigint, low bigint, high bigint,
    booking_ uuid, session_ uuid, expires bigint, list jsonb)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    wider record;
    units_ integer := booking.capacity(tenant, resource_);
    free_from bigint[] := '{}';
    lane_ integer;
    rows_ booking.claims[];
    row_ booking.claims;
    asked bigint := 0;
    written bigint;
BEGIN
    LOOP
        SELECT min(lower(c.during)) AS low, max(upper(c.during)) AS high INTO wider FROM booking.claims c
        WHERE c.tenant_id = tenant AND c.resource_id = resource_ AND c.starts > low - 5788800 AND c.starts < high + 604800
          AND c.during && int8range(low, high);
        EXIT WHEN wider.low IS NULL OR (wider.low >= low AND wider.high <= high);
        low := least(low, wider.low);
        high := greatest(high, wider.high);
    END LOOP;
    DELETE FROM booking.claims
    WHERE tenant_id = tenant AND resource_id = resource_ AND starts > low - 5788800 AND starts < high + 604800
          AND during && int8range(low, high)
      AND hold_expires_at <= now_;
    WITH gone AS (
        DELETE FROM booking.claims
        WHERE tenant_id = tenant AND resource_id = resource_ AND starts > low - 5788800 AND starts < high + 604800
          AND during && int8range(low, high) RETURNING claims.*)
    SELECT coalesce(array_agg(gone::booking.claims), '{}') INTO rows_ FROM gone;
    SELECT rows_ || coalesce(array_agg(ROW(tenant, resource_, 0, w.starts, w.ends, w.before, w.after,
               int8range(w.from_, w.until_), expires, booking_, session_, w.place, NULL)::booking.claims), '{}')
    INTO rows_
    FROM booking.wanted(list) w, generate_series(1, w.units) WHERE w.resource = resource_;
    FOR row_ IN SELECT (unnest(rows_)).* ORDER BY 8, 10, 11 LOOP
        lane_ := 1;
        WHILE lane_ <= cardinality(free_from) AND free_from[lane_] > lower(row_.during) LOOP
            lane_ := lane_ + 1;
        END LOOP;
        IF lane_ > units_ THEN
            RETURN false;
        END IF;
        free_from[lane_] := upper(row_.during);
        asked := asked + 1;
        rows_[asked] := row_;
        rows_[asked].lane := lane_ - 1;
    END LOOP;
    INSERT INTO booking.claims
        (tenant_id, resource_id, lane, starts, ends, before, after, hold_expires_at, booking_id, session_id,
         part)
    SELECT tenant_id, resource_id, lane, starts, ends, before, after, hold_expires_at, booking_id, session_id, part
    FROM unnest(rows_) ORDER BY lane, starts
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN written = asked;
END $$;
COMMENT ON FUNCTION booking.lay_out(uuid, uuid, bigint, bigint, bigint, uuid, uuid, bigint, jsonb) IS
    'Lays the claims around a stretch out on lanes anew, with wanted ones among them.';

-- Claims for a booking or a session. Answers the conflict, or NULL when they are written.
--
-- Every refusal is read from one snapshot of what is committed, so a feasible request is never refused; every success
-- is decided by the constraint. alone_ means the caller has the locks of the resources alone.
CREATE OR REPLACE FUNCTION booking.occupy(
    tenant uuid, now_ bigint, booking_ uuid, session_ uuid, expires bigint, list jsonb, alone_ boolean)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    conflict_ jsonb;
    shared_ uuid[];
    resource_ uuid;
    why text;
BEGIN
    FOR resource_ IN
        SELECT DISTINCT w.resource FROM booking.wanted(list) w
        WHERE NOT EXISTS (SELECT FROM booking.resource_lanes l
                          WHERE l.tenant_id = tenant AND l.resource_id = w.resource AND l.lane = 0)
        ORDER BY 1
    LOOP
        PERFORM booking.ensure_lanes(tenant, resource_);
    END LOOP;
    SELECT coalesce(array_agg(DISTINCT w.resource), '{}') INTO shared_ FROM booking.wanted(list) w
    WHERE booking.capacity(tenant, w.resource) > 1;
    FOR attempt IN 1..8 LOOP
        conflict_ := booking.conflict(tenant, now_, list);
        IF conflict_ IS NOT NULL THEN
            RETURN conflict_;
        END IF;
        -- A block, so that what fails gives back its claims and its locks before more is locked.
        BEGIN
            IF attempt = 1 AND NOT alone_ THEN
                why := 'lanes that looked free were taken';
                PERFORM booking.lock_resources(tenant, shared_, false);
                IF booking.write_claims(tenant, booking_, session_, expires, list) THEN
                    RETURN NULL;
                END IF;
            ELSE
                PERFORM booking.lock_resources(tenant, shared_, true);
                why := 'what was free was taken while its lock was waited for';
                IF booking.conflict(tenant, now_, list) IS NULL THEN
                    why := 'what was free under its lock could not be written';
                    PERFORM booking.take_over(tenant, now_, list);
                    IF booking.write_spread(tenant, now_, booking_, session_, expires, list, shared_) THEN
                        RETURN NULL;
                    END IF;
                END IF;
            END IF;
            RAISE EXCEPTION 'taken meanwhile' USING ERRCODE = 'BK002';
        EXCEPTION WHEN SQLSTATE 'BK002' THEN
            NULL;
        END;
    END LOOP;
    PERFORM booking.try_again('the calendar changed while it was written: ' || why);
END $$;
COMMENT ON FUNCTION booking.occupy(uuid, bigint, uuid, uuid, bigint, jsonb, boolean) IS
    'Claims time for a booking or a session, or says what is in the way.';

-- Under the locks of the resources with several units: free lanes where there are, another layout where not.
CREATE OR REPLACE FUNCTION booking.write_spread(
    tenant uuid, now_ bigint, booking_ uuid, session_ uuid, expires bigint, list jsonb, shared_ uuid[])
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    one record;
    part jsonb;
BEGIN
    FOR one IN
        SELECT w.resource, min(w.from_) AS low, max(w.until_) AS high FROM booking.wanted(list) w GROUP BY 1 ORDER BY 1
    LOOP
        SELECT jsonb_agg(value) INTO part FROM jsonb_array_elements(list)
        WHERE (value->>'resource')::uuid = one.resource;
        IF one.resource = ANY (shared_) THEN
            IF NOT booking.lay_out(
                tenant, one.resource, now_, one.low, one.high, booking_, session_, expires, part) THEN
                RETURN false;
            END IF;
        ELSIF NOT booking.write_claims(tenant, booking_, session_, expires, part) THEN
            RETURN false;
        END IF;
    END LOOP;
    RETURN true;
END $$;
COMMENT ON FUNCTION booking.write_spread(uuid, bigint, uuid, uuid, bigint, jsonb, uuid[]) IS
    'Writes claims resource by resource, laying out anew those with several units.';

CREATE OR REPLACE FUNCTION booking.set_capacity(tenant uuid, now_ bigint, resource_ uuid, units_ integer) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    most bigint;
BEGIN
    PERFORM booking.lock_resources(tenant, ARRAY[resource_], true);
    most := booking.peak(tenant, resource_, now_, 9000000000, now_, '[]');
    IF most > units_ THEN
        PERFORM booking.refuse(jsonb_build_object('kind', 'capacity_in_use', 'peak', most));
    END IF;
    INSERT INTO booking.tenants (tenant_id) VALUES (tenant) ON CONFLICT DO NOTHING;
    INSERT INTO booking.capacities (tenant_id, resource_id, units) VALUES (tenant, resource_, units_)
        ON CONFLICT (tenant_id, resource_id) DO UPDATE SET units = excluded.units;
    PERFORM booking.ensure_lanes(tenant, resource_);
    -- The catalogue tells the capacity that holds.
    UPDATE booking.resources SET
        spec = jsonb_set(spec, '{capacity}', to_jsonb(units_)),
        item = jsonb_set(jsonb_set(jsonb_set(item, '{value,item,resource,capacity}', to_jsonb(units_)),
            '{version}', to_jsonb((item->>'version')::bigint + 1)), '{changed}', to_jsonb(to_timestamp(now_)))
    WHERE tenant_id = tenant AND resource_id = resource_;
    IF EXISTS (SELECT FROM booking.claims
               WHERE tenant_id = tenant AND resource_id = resource_ AND lane >= units_) THEN
        PERFORM booking.narrow(tenant, resource_, now_);
    END IF;
    DELETE FROM booking.resource_lanes WHERE tenant_id = tenant AND resource_id = resource_ AND lane >= units_;
END $$;
COMMENT ON FUNCTION booking.set_capacity(uuid, bigint, uuid, integer) IS
    'Sets a capacity that is enough for what runs and what is to come, and moves claims off the lanes that go.';

CREATE OR REPLACE FUNCTION booking.narrow(tenant uuid, resource_ uuid, now_ bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    stretch int8range;
BEGIN
    DELETE FROM booking.claims WHERE tenant_id = tenant AND resource_id = resource_ AND hold_expires_at <= now_;
    FOR attempt IN 1..2 LOOP
        SELECT int8range(min(lower(during)), max(upper(during))) INTO stretch FROM booking.claims
        WHERE tenant_id = tenant AND resource_id = resource_;
        BEGIN
            IF lower(stretch) IS NULL OR booking.lay_out(
                tenant, resource_, now_, lower(stretch), upper(stretch), NULL, NULL, NULL, '[]') THEN
                RETURN;
            END IF;
            RAISE EXCEPTION 'too many' USING ERRCODE = 'BK002';
        EXCEPTION WHEN SQLSTATE 'BK002' THEN
            NULL;
        END;
        -- More were in use at once in the past than there will be lanes: what is over goes. Two claims that end after
        -- now and overlap, overlap after now as well, and there the peak allows the rest.
        DELETE FROM booking.claims WHERE tenant_id = tenant AND resource_id = resource_ AND upper(during) <= now_;
    END LOOP;
    PERFORM booking.try_again('claims came in while the capacity was set');
END $$;
COMMENT ON FUNCTION booking.narrow(uuid, uuid, bigint) IS 'Moves what runs and what is to come onto the lanes there are.';
