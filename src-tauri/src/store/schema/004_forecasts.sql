-- Version 4: what was forecast, at most once an hour and meter, to be held against what came; and with each notice the
-- evidence that it was told from. chance is that of a wall within 48 hours, in millionths. NULL is "none in sight".

CREATE TABLE forecast (
    meter_id INTEGER NOT NULL REFERENCES meter (id) ON DELETE CASCADE,
    at       INTEGER NOT NULL,
    p10      INTEGER,
    p50      INTEGER,
    p90      INTEGER,
    chance   INTEGER NOT NULL CHECK (chance BETWEEN 0 AND 1000000),
    PRIMARY KEY (meter_id, at)
) STRICT, WITHOUT ROWID;

ALTER TABLE notice ADD COLUMN evidence TEXT;
