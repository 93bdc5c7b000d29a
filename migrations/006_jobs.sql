-- What is to be done for each tenant now and then, and how it went.

CREATE TYPE booking.job_kind AS ENUM ('forget', 'daily_summary');
COMMENT ON TYPE booking.job_kind IS 'What is done for a tenant now and then.';

CREATE TABLE booking.jobs (
    tenant_id uuid NOT NULL REFERENCES booking.tenants ON DELETE CASCADE,
    kind booking.job_kind NOT NULL,
    due booking.second NOT NULL,
    held_until booking.second,
    run bigint NOT NULL DEFAULT 0 CHECK (run >= 0),
    started booking.second,
    finished booking.second,
    milliseconds bigint CHECK (milliseconds >= 0),
    failures integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
    error text CHECK (length(error) <= 1000),
    PRIMARY KEY (tenant_id, kind),
    CHECK ((failures = 0) = (error IS NULL))
);
COMMENT ON TABLE booking.jobs IS 'What is done for each tenant now and then. Processes claim what is due, so that each job is one process''s at a time.';
COMMENT ON COLUMN booking.jobs.tenant_id IS 'For whom.';
COMMENT ON COLUMN booking.jobs.kind IS 'What is done.';
COMMENT ON COLUMN booking.jobs.due IS 'When it is to be done next.';
COMMENT ON COLUMN booking.jobs.held_until IS 'Until when the process that claimed it has it to itself: a process that died holds it no longer. NULL while nobody does it.';
COMMENT ON COLUMN booking.jobs.run IS 'How often it was claimed, by which a process that was too slow is told from the one that took over.';
COMMENT ON COLUMN booking.jobs.started IS 'When it was last claimed.';
COMMENT ON COLUMN booking.jobs.finished IS 'When it last ended, well or not.';
COMMENT ON COLUMN booking.jobs.milliseconds IS 'How long it took then.';
COMMENT ON COLUMN booking.jobs.failures IS 'How often in a row it has failed; 0 when it went well.';
COMMENT ON COLUMN booking.jobs.error IS 'Why it failed the last time; NULL when it went well.';

CREATE INDEX jobs_by_due ON booking.jobs (due);
COMMENT ON INDEX booking.jobs_by_due IS 'What is due, whosever it is.';

CREATE FUNCTION booking.file_jobs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO booking.jobs (tenant_id, kind, due)
    SELECT NEW.tenant_id, kind, floor(extract(epoch FROM NEW.seen_at))::bigint
    FROM unnest(enum_range(NULL::booking.job_kind)) AS kind ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION booking.file_jobs() IS 'Gives a new tenant its jobs.';
CREATE TRIGGER file_jobs AFTER INSERT ON booking.tenants FOR EACH ROW EXECUTE FUNCTION booking.file_jobs();

-- Those that are there, which the directory shows.
SELECT set_config('booking.directory', 'on', true);
INSERT INTO booking.jobs (tenant_id, kind, due)
SELECT t.tenant_id, kind, floor(extract(epoch FROM now()))::bigint
FROM booking.tenants t, unnest(enum_range(NULL::booking.job_kind)) AS kind;
SELECT set_config('booking.directory', '', true);

ALTER TABLE booking.jobs ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.jobs FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON booking.jobs USING (tenant_id = booking.tenant());
-- What is due is asked before it is known for whom. Of this table only, which says nothing of what a tenant does: the functions
-- that claim jobs and that tell how they go say so, and nothing else does.
CREATE POLICY keeper_reads ON booking.jobs FOR SELECT USING (current_setting('booking.keeper', true) = 'on');
CREATE POLICY keeper_claims ON booking.jobs FOR UPDATE USING (current_setting('booking.keeper', true) = 'on');
