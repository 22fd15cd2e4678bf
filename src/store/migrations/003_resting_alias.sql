-- Aliases that were given out and are free again, but not given out before they have rested; in
-- lower case, each full and each numeric alias in a row of its own.

CREATE TABLE resting_alias (
	alias TEXT NOT NULL PRIMARY KEY,
	until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX resting_alias_until_idx ON resting_alias (until);

-- Requests for an alias that may come again (a double click, a lost answer): the digest of who
-- asked under which key, and what was answered.

CREATE TABLE alias_request (
	digest TEXT NOT NULL PRIMARY KEY,
	scheduled_alias INTEGER NOT NULL REFERENCES scheduled_alias (id) ON DELETE CASCADE,
	until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX alias_request_until_idx ON alias_request (until);
CREATE INDEX alias_request_scheduled_alias_idx ON alias_request (scheduled_alias);
