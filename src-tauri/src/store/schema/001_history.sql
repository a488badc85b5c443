-- Version 1. Never edited once landed: what changes comes as a further file.
-- Times are milliseconds since 1970 UTC, quantities whole steps of the meter's unit. There are no floats.

CREATE TABLE meter (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    account    TEXT NOT NULL CHECK (account <> '' AND account NOT GLOB '*[^a-z0-9_-]*'),
    key        TEXT NOT NULL,
    kind       TEXT NOT NULL,
    unit       TEXT NOT NULL,
    label      TEXT NOT NULL,
    window     TEXT NOT NULL,
    provenance TEXT NOT NULL,
    UNIQUE (account, key, unit)
) STRICT;

-- One row per change: an unchanged reading moves last_at on. NULL is "not said", never zero.
CREATE TABLE sample (
    meter_id  INTEGER NOT NULL REFERENCES meter (id) ON DELETE CASCADE,
    at        INTEGER NOT NULL,
    last_at   INTEGER NOT NULL CHECK (last_at >= at),
    used      INTEGER,
    "limit"   INTEGER,
    remaining INTEGER,
    resets_at INTEGER,
    reserve   INTEGER,
    PRIMARY KEY (meter_id, at)
) STRICT, WITHOUT ROWID;

-- first, last, low and high are headroom.
CREATE TABLE rollup_hour (
    meter_id INTEGER NOT NULL REFERENCES meter (id) ON DELETE CASCADE,
    hour     INTEGER NOT NULL,
    spent    INTEGER NOT NULL CHECK (spent >= 0),
    added    INTEGER NOT NULL,
    first    INTEGER,
    last     INTEGER,
    low      INTEGER,
    high     INTEGER,
    polls    INTEGER NOT NULL CHECK (polls >= 0),
    PRIMARY KEY (meter_id, hour)
) STRICT, WITHOUT ROWID;

CREATE TABLE gap (
    account TEXT NOT NULL,
    at      INTEGER NOT NULL,
    last_at INTEGER NOT NULL CHECK (last_at >= at),
    polls   INTEGER NOT NULL CHECK (polls > 0),
    kind    TEXT NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (account, at)
) STRICT, WITHOUT ROWID;

-- body is the whole refusal as JSON. Gateways' logs are read again and again: UNIQUE keeps each refusal once.
CREATE TABLE refusal (
    id      INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    at      INTEGER NOT NULL,
    cause   TEXT NOT NULL,
    rule    TEXT NOT NULL,
    message TEXT NOT NULL,
    body    TEXT NOT NULL,
    UNIQUE (account, at, rule, message)
) STRICT;

CREATE TABLE episode (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    account       TEXT,
    meter         TEXT,
    kind          TEXT NOT NULL,
    state         TEXT NOT NULL,
    severity      TEXT NOT NULL,
    began_at      INTEGER NOT NULL,
    seen_at       INTEGER NOT NULL,
    streak        INTEGER NOT NULL,
    fired_at      INTEGER,
    resolved_at   INTEGER,
    snoozed_until INTEGER,
    told          TEXT,
    told_at       INTEGER,
    title         TEXT NOT NULL,
    evidence      TEXT NOT NULL
) STRICT;
CREATE INDEX episode_live ON episode (id) WHERE state <> 'resolved';
CREATE INDEX episode_began ON episode (began_at);

CREATE TABLE notice (
    id       INTEGER PRIMARY KEY,
    episode  INTEGER NOT NULL REFERENCES episode (id) ON DELETE CASCADE,
    severity TEXT NOT NULL,
    at       INTEGER NOT NULL,
    channel  TEXT NOT NULL,
    title    TEXT NOT NULL
) STRICT;
CREATE INDEX notice_at ON notice (at);
CREATE INDEX notice_episode ON notice (episode);
