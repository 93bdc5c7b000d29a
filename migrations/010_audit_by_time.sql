-- What happened on a day, however long ago: rows come in nearly by time, so that a summary of each stretch of the table is
-- enough to find them, and costs whoever writes next to nothing.

CREATE INDEX audit_log_by_time ON booking.audit_log USING brin (at) WITH (pages_per_range = 32, autosummarize = on);
COMMENT ON INDEX booking.audit_log_by_time IS 'The audit log of a stretch of time.';
