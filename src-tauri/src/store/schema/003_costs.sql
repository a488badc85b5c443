-- Version 3: what was spent, as the provider bills it. The buckets of one by_what add up; those of two are the same
-- money told apart differently. A bucket that still grows is replaced.

CREATE TABLE cost (
    account    TEXT NOT NULL CHECK (account <> '' AND account NOT GLOB '*[^a-z0-9_-]*'),
    by_what    TEXT NOT NULL,
    start      INTEGER NOT NULL,
    end        INTEGER NOT NULL CHECK (end > start),
    name       TEXT NOT NULL,
    unit       TEXT NOT NULL,
    amount     INTEGER NOT NULL,
    provenance TEXT NOT NULL,
    PRIMARY KEY (account, by_what, start, name, unit)
) STRICT, WITHOUT ROWID;
