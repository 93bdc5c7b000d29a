-- Reads from a replica.

-- Every statement of this function sees what is committed when it begins: so the position is compared first, and what is
-- read afterwards is at least as new. A server that is no replica (any more) has a log of its own, and is not compared.
DROP FUNCTION IF EXISTS booking.occupancy_since(text, uuid, uuid[], bigint, bigint, bigint, uuid);
CREATE FUNCTION booking.occupancy_since(
    position_ text, tenant uuid, asked uuid[], from_ bigint, until_ bigint, now_ bigint, ignoring uuid,
    OUT place integer, OUT claim_rows bytea, OUT counted boolean, OUT sessions_json jsonb,
    OUT blocks_json jsonb, OUT capacity_resources uuid[], OUT capacity_units integer[])
RETURNS SETOF record LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF pg_is_in_recovery() AND pg_last_wal_replay_lsn() >= position_::pg_lsn THEN
        RETURN QUERY SELECT * FROM booking.occupancy(tenant, asked, from_, until_, now_, ignoring);
    END IF;
END $$;
COMMENT ON FUNCTION booking.occupancy_since(text, uuid, uuid[], bigint, bigint, bigint, uuid) IS
    'What occupies resources, if this replica has replayed that much of the log; nothing otherwise.';
