-- What processes tell each other.

-- A transaction of its own, which waits for no disk: bookings do not notify, because commits that do wait for one another.
CREATE OR REPLACE FUNCTION booking.tell(channel text, message text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    PERFORM pg_notify(channel, message);
END $$;
COMMENT ON FUNCTION booking.tell(text, text) IS 'Tells those who listen on a channel.';
