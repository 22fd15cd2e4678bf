-- The versions of each integration's add-in. See store/addin_versions.h.

CREATE TABLE addin_version (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	exchange_connector INTEGER NOT NULL REFERENCES ms_exchange_connector (id) ON DELETE CASCADE,
	version TEXT NOT NULL,
	number INTEGER NOT NULL,
	is_current INTEGER NOT NULL,
	digest TEXT NOT NULL,
	creation_time INTEGER NOT NULL,
	first_seen_time INTEGER,
	last_seen_time INTEGER,
	last_used_time INTEGER
) STRICT;
CREATE INDEX addin_version_exchange_connector_number_idx ON addin_version (exchange_connector, number);

ALTER TABLE global_settings ADD COLUMN old_manifest_days INTEGER NOT NULL DEFAULT 3;
