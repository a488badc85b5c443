-- Version 2: small state that survives a restart, and refusals of all accounts by time.

CREATE TABLE state (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX refusal_at ON refusal (at);
