-- Version 6: what was learned of a meter's spend beyond the samples of the last days, as text that forecasts read.
CREATE TABLE learned (
    meter_id INTEGER PRIMARY KEY REFERENCES meter (id) ON DELETE CASCADE,
    body     TEXT NOT NULL
) STRICT;
