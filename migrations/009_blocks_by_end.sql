-- Row security keeps what overlaps from being found by an index, so that each question read all blocks that a resource ever had.
-- Questions are about what lies ahead: those that end later than it begins are few, however many there were.

DROP INDEX booking.blocks_by_time;
CREATE INDEX blocks_by_end ON booking.blocks (tenant_id, resource_id, ends);
COMMENT ON INDEX booking.blocks_by_end IS 'Blocks of a resource that are not over by a time.';
