-- Version 5: when a heads-up and when a warning of an episode was told last, and since when another is due.
ALTER TABLE episode ADD COLUMN planned_at INTEGER;
ALTER TABLE episode ADD COLUMN warned_at INTEGER;
ALTER TABLE episode ADD COLUMN plan_at INTEGER;
ALTER TABLE episode ADD COLUMN warn_at INTEGER;
