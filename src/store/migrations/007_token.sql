-- Sealed tokens, licences, and what the scheduling service tells of its work.

-- The pair's two halves have been there from the beginning. Who has none gets them with the start.
ALTER TABLE ms_exchange_connector ADD COLUMN sealing_key TEXT NOT NULL DEFAULT '';

-- Which alias a sealed token became: the same token again is the same alias. See store/aliases.h.
CREATE TABLE sealed_token (
	exchange_connector INTEGER NOT NULL REFERENCES ms_exchange_connector (id) ON DELETE CASCADE,
	token_id TEXT NOT NULL,
	scheduled_alias INTEGER NOT NULL REFERENCES scheduled_alias (id) ON DELETE CASCADE,
	until INTEGER NOT NULL,
	PRIMARY KEY (exchange_connector, token_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX sealed_token_until_idx ON sealed_token (until);
CREATE INDEX sealed_token_scheduled_alias_idx ON sealed_token (scheduled_alias);

CREATE TABLE scheduling_operation (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	creation_time INTEGER NOT NULL,
	transaction_uuid TEXT NOT NULL,
	success INTEGER NOT NULL,
	error_code TEXT NOT NULL,
	error_description TEXT NOT NULL,
	resource_id INTEGER
) STRICT;
CREATE INDEX scheduling_operation_creation_time_idx ON scheduling_operation (creation_time);

-- The id is the integration's.
CREATE TABLE exchange_scheduler (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	exchange_connector_id INTEGER NOT NULL,
	last_modified_time INTEGER
) STRICT;

ALTER TABLE global_settings ADD COLUMN licence_public_key TEXT NOT NULL DEFAULT '';

CREATE TABLE licence (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	file TEXT NOT NULL,
	entitlement_id TEXT NOT NULL,
	license_type TEXT NOT NULL,
	features TEXT NOT NULL,
	start_date INTEGER,
	expiration_date INTEGER,
	concurrent INTEGER,
	status TEXT NOT NULL
) STRICT;
