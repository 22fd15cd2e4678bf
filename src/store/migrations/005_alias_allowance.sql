-- How many aliases one user may ask for. See store/allowance.h.

ALTER TABLE global_settings ADD COLUMN alias_requests_per_user_per_hour INTEGER NOT NULL DEFAULT 60;

-- Of whom: a digest; until when the allowance is spent in advance: UTC milliseconds.
CREATE TABLE alias_allowance (
	user_digest TEXT NOT NULL PRIMARY KEY,
	spent_until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX alias_allowance_spent_until_ms_idx ON alias_allowance (spent_until_ms);
