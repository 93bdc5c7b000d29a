-- Limits: counted after their subjects are locked, in a statement of its own.

CREATE OR REPLACE FUNCTION booking.first_limit(
    tenant uuid, now_ bigint, placement integer, limits jsonb, ignoring uuid)
RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    one record;
    low bigint;
    high bigint;
    used_count bigint;
    used_seconds bigint;
BEGIN
    -- Most bookings have none.
    IF limits = '[]' THEN
        RETURN NULL;
    END IF;
    FOR one IN
        SELECT * FROM jsonb_to_recordset(limits) AS l (
            rule integer, subject text, id uuid, service uuid, intervals jsonb,
            max_count bigint, max_seconds bigint, adds bigint)
    LOOP
        SELECT min((value->>0)::bigint), max((value->>1)::bigint) INTO low, high
        FROM jsonb_array_elements(one.intervals);
        IF one.subject = 'resource' THEN
            SELECT count(DISTINCT b.booking_id), coalesce(sum(p.seconds), 0) INTO used_count, used_seconds
            FROM booking.picks p JOIN booking.bookings b USING (tenant_id, booking_id)
            WHERE p.tenant_id = tenant AND p.resource_id = one.id AND p.starts >= low AND p.starts < high
              AND booking.counts(booking.state_at(b.state, b.deadline, now_))
              AND (one.service IS NULL OR b.service_id = one.service) AND b.booking_id IS DISTINCT FROM ignoring
              AND EXISTS (SELECT FROM jsonb_array_elements(one.intervals)
                          WHERE b.starts >= (value->>0)::bigint AND b.starts < (value->>1)::bigint);
        ELSIF one.subject = 'customer' THEN
            SELECT count(*), coalesce(sum(b.ends - b.starts), 0) INTO used_count, used_seconds
            FROM booking.bookings b
            WHERE b.tenant_id = tenant AND b.customer_id = one.id AND b.starts >= low AND b.starts < high
              AND booking.counts(booking.state_at(b.state, b.deadline, now_))
              AND (one.service IS NULL OR b.service_id = one.service) AND b.booking_id IS DISTINCT FROM ignoring
              AND EXISTS (SELECT FROM jsonb_array_elements(one.intervals)
                          WHERE b.starts >= (value->>0)::bigint AND b.starts < (value->>1)::bigint);
        ELSE
            SELECT count(*), coalesce(sum(b.ends - b.starts), 0) INTO used_count, used_seconds
            FROM booking.bookings b
            WHERE b.tenant_id = tenant AND b.service_id = one.id AND b.starts >= low AND b.starts < high
              AND booking.counts(booking.state_at(b.state, b.deadline, now_))
              AND (one.service IS NULL OR b.service_id = one.service) AND b.booking_id IS DISTINCT FROM ignoring
              AND EXISTS (SELECT FROM jsonb_array_elements(one.intervals)
                          WHERE b.starts >= (value->>0)::bigint AND b.starts < (value->>1)::bigint);
        END IF;
        IF used_count + 1 > one.max_count THEN
            RETURN jsonb_build_object('kind', 'limit', 'placement', placement, 'rule', one.rule,
                                      'used', used_count, 'max', one.max_count);
        ELSIF used_seconds + one.adds > one.max_seconds THEN
            RETURN jsonb_build_object('kind', 'limit', 'placement', placement, 'rule', one.rule,
                                      'used', used_seconds, 'max', one.max_seconds);
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION booking.first_limit(uuid, bigint, integer, jsonb, uuid) IS
    'The first limit that one more booking would exceed, as a refusal; NULL where none is.';
