-- What was booked, counted: for whoever runs the business, and kept by day for reports.

DROP FUNCTION IF EXISTS booking.dashboard(uuid, bigint, bigint);

-- Days are dates on the wall, which lie within a day of the same date in UTC. Sums are of integers where they fit: those of
-- larger numbers take twice as long.
CREATE OR REPLACE FUNCTION booking.booked_on(tenant uuid, from_ date, until_ date, now_ bigint)
RETURNS TABLE (
    day date, service uuid, state booking.booking_state, currency text, bookings bigint, people bigint, seconds bigint,
    price numeric)
LANGUAGE sql STABLE AS $$
    SELECT b.wall::date, b.service_id, booking.state_at(b.state, b.deadline, now_), b.price_currency, count(*),
           sum(b.party), sum((b.ends - b.starts)::integer), sum(b.price_minor)
    FROM booking.bookings b
    WHERE b.tenant_id = tenant AND b.wall >= from_ AND b.wall < until_
      AND b.starts >= extract(epoch FROM from_::timestamp)::bigint - 86400
      AND b.starts < extract(epoch FROM until_::timestamp)::bigint + 86400
    GROUP BY 1, 2, 3, 4
$$;
COMMENT ON FUNCTION booking.booked_on(uuid, date, date, bigint) IS
    'Counts the bookings of each day from the bookings themselves, as they stand at an instant.';

CREATE OR REPLACE FUNCTION booking.dashboard(tenant uuid, from_ date, until_ date, by_ text, now_ bigint) RETURNS jsonb
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    RETURN (
        SELECT coalesce(jsonb_agg(to_jsonb(r)), '[]') FROM (
            SELECT CASE by_ WHEN 'day' THEN jsonb_build_object('day', b.day)
                            WHEN 'service' THEN jsonb_build_object('service', b.service) ELSE '"whole"' END AS "group",
                   b.state, b.currency, sum(b.bookings) AS bookings, sum(b.people) AS people, sum(b.seconds) AS seconds,
                   sum(b.price) AS price
            FROM booking.booked_on(tenant, from_, until_, now_) b GROUP BY 1, 2, 3) r);
END $$;
COMMENT ON FUNCTION booking.dashboard(uuid, date, date, text, bigint) IS
    'How many bookings there are in each state, for how many people, seconds and how much money, by day, by service or as a whole.';

CREATE OR REPLACE FUNCTION booking.refresh_daily(tenant uuid, from_ date, until_ date) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    written bigint;
BEGIN
    PERFORM set_config('booking.tenant', tenant::text, true);
    PERFORM booking.lock_names(ARRAY['daily:' || tenant]);
    DELETE FROM booking.daily_summary WHERE tenant_id = tenant AND day >= from_ AND day < until_;
    INSERT INTO booking.daily_summary
    SELECT tenant, b.day, b.service, b.state, coalesce(b.currency, ''), b.bookings, b.people, b.seconds / 60,
           coalesce(b.price, 0)::bigint
    FROM booking.booked_on(tenant, from_, until_, booking.present(0)) b;
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN written;
END $$;
COMMENT ON FUNCTION booking.refresh_daily(uuid, date, date) IS 'Brings the daily summary of these days up to date.';
COMMENT ON COLUMN booking.daily_summary.minutes IS 'Whole minutes they take together.';

-- Until one way of counting was enough.
DROP FUNCTION IF EXISTS booking.count_days(uuid, date, date);
