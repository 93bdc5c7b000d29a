-- What is done for each tenant now and then: claimed by one process at a time.

-- A claim or an end that a crash of the server loses only means that a job is done once more: nobody waits for the disk.
CREATE OR REPLACE FUNCTION booking.claim_jobs(most integer, hold_ integer)
RETURNS TABLE (tenant uuid, what text, run_ bigint, now_ bigint) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    PERFORM set_config('booking.keeper', 'on', true);
    now_ := booking.present(0);
    RETURN QUERY
    WITH mine AS MATERIALIZED (
        SELECT d.tenant_id, d.kind FROM booking.jobs d
        WHERE d.due <= now_ AND (d.held_until IS NULL OR d.held_until <= now_)
        ORDER BY d.due LIMIT most FOR UPDATE SKIP LOCKED)
    UPDATE booking.jobs j SET held_until = now_ + hold_, run = j.run + 1, started = now_
    FROM mine WHERE j.tenant_id = mine.tenant_id AND j.kind = mine.kind
    RETURNING j.tenant_id, j.kind::text, j.run, now_;
    PERFORM set_config('booking.keeper', '', true);
END $$;
COMMENT ON FUNCTION booking.claim_jobs(integer, integer) IS
    'Claims so many jobs that are due, of any tenant, the most overdue first, for so many seconds: those that no other process has or is claiming.';

-- After a failure it is tried again in a minute, then in two, and so on up to an hour.
CREATE OR REPLACE FUNCTION booking.finish_job(
    tenant uuid, what booking.job_kind, run_ bigint, milliseconds_ bigint, every_ integer, error_ text) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    now_ bigint := booking.present(0);
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    PERFORM set_config('booking.tenant', tenant::text, true);
    UPDATE booking.jobs SET
        due = now_ + CASE WHEN error_ IS NULL THEN every_ ELSE least(60 << least(failures, 6), 3600) END,
        held_until = NULL, finished = now_, milliseconds = milliseconds_,
        failures = CASE WHEN error_ IS NULL THEN 0 ELSE failures + 1 END, error = left(error_, 1000)
    WHERE tenant_id = tenant AND kind = what AND run = run_ AND held_until IS NOT NULL;
    RETURN FOUND;
END $$;
COMMENT ON FUNCTION booking.finish_job(uuid, booking.job_kind, bigint, bigint, integer, text) IS
    'Says how a claimed job ended; it is due again in so many seconds, or after a while that grows with each failure. False where another process has taken it over, which alone may say so.';
