-- What reports count, by day: filled by booking.refresh_daily, and equal to counting again.

CREATE TABLE booking.daily_summary (
    tenant_id uuid NOT NULL REFERENCES booking.tenants,
    day date NOT NULL,
    service_id uuid NOT NULL,
    state booking.booking_state NOT NULL,
    price_currency text NOT NULL DEFAULT '',
    bookings bigint NOT NULL CHECK (bookings >= 1),
    people bigint NOT NULL,
    minutes bigint NOT NULL,
    price_minor bigint NOT NULL,
    PRIMARY KEY (tenant_id, day, service_id, state, price_currency)
);
COMMENT ON TABLE booking.daily_summary IS 'Bookings by the day they start on, as of the last refresh: what reports over long stretches read.';
COMMENT ON COLUMN booking.daily_summary.tenant_id IS 'Whose.';
COMMENT ON COLUMN booking.daily_summary.day IS 'The date on the wall where the visit starts.';
COMMENT ON COLUMN booking.daily_summary.service_id IS 'What was booked.';
COMMENT ON COLUMN booking.daily_summary.state IS 'Where the bookings stand.';
COMMENT ON COLUMN booking.daily_summary.price_currency IS 'The currency of the prices; empty where there are none.';
COMMENT ON COLUMN booking.daily_summary.bookings IS 'How many.';
COMMENT ON COLUMN booking.daily_summary.people IS 'People they are for.';
COMMENT ON COLUMN booking.daily_summary.minutes IS 'Minutes they take.';
COMMENT ON COLUMN booking.daily_summary.price_minor IS 'The sum of their prices, in the minor unit.';

ALTER TABLE booking.daily_summary ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.daily_summary FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON booking.daily_summary USING (tenant_id = booking.tenant());
