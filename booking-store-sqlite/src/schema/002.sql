-- Format 2. Recorded answers without what their key says already, and small enough to share pages.

ALTER TABLE answers RENAME TO answers_1;

-- Answers by idempotency key; `content` is the SHA-256 of what was asked.
CREATE TABLE answers (
    tenant TEXT NOT NULL,
    operation TEXT NOT NULL,
    key TEXT NOT NULL,
    at INTEGER NOT NULL,
    content BLOB NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (tenant, operation, key)
) WITHOUT ROWID;
