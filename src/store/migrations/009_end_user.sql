-- Users of the add-in; how Entra's tokens are checked and users are signed in.

ALTER TABLE ms_exchange_connector ADD COLUMN addin_token_scope TEXT NOT NULL DEFAULT 'access_as_user';
ALTER TABLE ms_exchange_connector ADD COLUMN addin_authorized_client_ids TEXT NOT NULL DEFAULT '';
ALTER TABLE ms_exchange_connector ADD COLUMN addin_jwks TEXT NOT NULL DEFAULT '';
ALTER TABLE ms_exchange_connector ADD COLUMN personal_vmr_oidc_metadata_url TEXT NOT NULL DEFAULT '';

CREATE TABLE end_user (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	primary_email_address TEXT NOT NULL,
	first_name TEXT NOT NULL,
	last_name TEXT NOT NULL,
	display_name TEXT NOT NULL,
	uuid TEXT NOT NULL,
	exchange_user_id TEXT NOT NULL,
	user_oid TEXT NOT NULL,
	ms_exchange_guid TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX end_user_uuid_key ON end_user (lower(uuid)) WHERE uuid <> '';
CREATE UNIQUE INDEX end_user_exchange_user_id_key ON end_user (lower(exchange_user_id)) WHERE exchange_user_id <> '';
CREATE UNIQUE INDEX end_user_user_oid_key ON end_user (lower(user_oid)) WHERE user_oid <> '';
CREATE INDEX end_user_primary_email_address_idx ON end_user (lower(primary_email_address));

-- Whose room it is: asked each time someone wants a personal room.
CREATE INDEX conference_primary_owner_email_address_idx ON conference (lower(primary_owner_email_address));
