-- Version 5: up to when what was told of an episode holds.
ALTER TABLE episode ADD COLUMN planned_at INTEGER;
ALTER TABLE episode ADD COLUMN warned_at INTEGER;
ALTER TABLE episode ADD COLUMN renewed_at INTEGER;
