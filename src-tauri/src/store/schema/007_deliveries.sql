-- Version 7: what is to be sent through channels beside the desktop, and how that went.

CREATE TABLE delivery (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    -- What every try carries, so that a receiver knows a second one.
    message  TEXT NOT NULL UNIQUE,
    channel  TEXT NOT NULL,
    kind     TEXT NOT NULL,
    severity TEXT NOT NULL,
    title    TEXT NOT NULL,
    -- The message as JSON: every try says the same.
    body     TEXT NOT NULL,
    -- pending, failed, done, given_up
    state    TEXT NOT NULL,
    made_at  INTEGER NOT NULL,
    next_at  INTEGER NOT NULL,
    tried_at INTEGER,
    tries    INTEGER NOT NULL,
    -- Why the last try failed; no secret stands in it.
    error    TEXT
) STRICT;

CREATE INDEX delivery_open ON delivery (channel, id) WHERE state IN ('pending', 'failed');
CREATE INDEX delivery_made ON delivery (made_at);

-- Which episodes one delivery tells of.
CREATE TABLE delivery_part (
    delivery INTEGER NOT NULL REFERENCES delivery (id) ON DELETE CASCADE,
    episode  INTEGER NOT NULL,
    severity TEXT NOT NULL,
    title    TEXT NOT NULL,
    -- What the rule saw when it was made.
    evidence TEXT,
    -- Whether the episode counts as told once the channel accepted it.
    counts   INTEGER NOT NULL,
    -- Whether the channel is still to be told of the episode's end.
    waits    INTEGER NOT NULL,
    PRIMARY KEY (delivery, episode, severity)
) STRICT, WITHOUT ROWID;

CREATE INDEX delivery_part_episode ON delivery_part (episode, delivery);
CREATE INDEX delivery_part_waits ON delivery_part (episode) WHERE waits = 1;
