-- History can be forgotten, where somebody decides so.

ALTER TABLE booking.tenants ADD COLUMN forgotten_until booking.second;
COMMENT ON COLUMN booking.tenants.forgotten_until IS
    'Events and entries of the audit log from before then may have been forgotten; NULL where all are there.';

-- The number of its event orders an assignment, and the last one of each resource stays when the event is forgotten. Nothing
-- needs the event to be there, which was looked up for each booking, under an index that nothing else asked.
ALTER TABLE booking.assignments DROP CONSTRAINT assignments_tenant_id_event_id_fkey;
DROP INDEX booking.assignments_by_event;
COMMENT ON COLUMN booking.assignments.event_id IS 'By which event: their order. The event may have been forgotten.';
