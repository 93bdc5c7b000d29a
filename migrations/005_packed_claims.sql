-- What readers get of a claim, as one value: an answer of 25,000 claims is put together by appending it, where each column
-- of each claim had to be encoded and sent by itself. Rewrites the table of claims, which takes about a minute for every
-- five million of them.

-- Readers look for claims no further back than this; and seconds fit into three bytes.
ALTER TABLE booking.claims ADD CONSTRAINT claims_at_most_60_days CHECK (ends - starts <= 5184000);

ALTER TABLE booking.claims ADD COLUMN packed bytea NOT NULL GENERATED ALWAYS AS (
    substr(int8send(starts), 5)
    || int4send((ends - starts)::integer
        + CASE WHEN session_id IS NULL THEN 0 ELSE 16777216 END
        + CASE WHEN before = 0 AND after = 0 AND part = 1 THEN 0 ELSE 33554432 END)
    || uuid_send(coalesce(booking_id, session_id))
    || CASE WHEN before = 0 AND after = 0 AND part = 1 THEN ''
        ELSE int4send(before) || int4send(after) || int4send(part) END) STORED;
-- Too short to compress.
ALTER TABLE booking.claims ALTER COLUMN packed SET STORAGE PLAIN;
COMMENT ON COLUMN booking.claims.packed IS
    'The claim as readers get it: start (4 bytes), seconds (3, after a byte with 1 where a session owns it and 2 where more follows), booking or session (16), and unless all are as usual the seconds kept free before and after and the part (4 each).';

ALTER TABLE booking.claims DROP CONSTRAINT claims_pkey;
ALTER TABLE booking.claims ADD PRIMARY KEY (tenant_id, resource_id, starts, lane)
    INCLUDE (ends, before, after, hold_expires_at, session_id, packed);
