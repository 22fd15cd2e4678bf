-- The configuration records, as their tables (model/*.def) describe them.

CREATE TABLE ms_exchange_connector (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	name TEXT NOT NULL,
	description TEXT NOT NULL,
	uuid TEXT NOT NULL,
	public_key TEXT NOT NULL,
	private_key TEXT NOT NULL,
	url TEXT NOT NULL,
	room_mailbox_email_address TEXT NOT NULL,
	room_mailbox_name TEXT NOT NULL,
	direct_access INTEGER NOT NULL,
	authentication_method TEXT NOT NULL,
	username TEXT NOT NULL,
	password TEXT NOT NULL,
	ca_certificates TEXT NOT NULL,
	disable_proxy INTEGER NOT NULL,
	oauth_client_id TEXT NOT NULL,
	oauth_client_secret TEXT NOT NULL,
	oauth_auth_endpoint TEXT NOT NULL,
	oauth_token_endpoint TEXT NOT NULL,
	oauth_redirect_uri TEXT NOT NULL,
	oauth_refresh_token TEXT NOT NULL,
	oauth_state TEXT NOT NULL,
	kerberos_realm TEXT NOT NULL,
	kerberos_kdc TEXT NOT NULL,
	kerberos_exchange_spn TEXT NOT NULL,
	kerberos_kdc_https_proxy TEXT NOT NULL,
	kerberos_enable_tls INTEGER NOT NULL,
	kerberos_auth_every_request INTEGER NOT NULL,
	kerberos_verify_tls_using_custom_ca INTEGER NOT NULL,
	enable_dynamic_vmrs INTEGER NOT NULL,
	enable_personal_vmrs INTEGER NOT NULL,
	allow_new_users INTEGER NOT NULL,
	auth_provider TEXT NOT NULL,
	scheduled_alias_prefix TEXT NOT NULL,
	scheduled_alias_domain TEXT NOT NULL,
	scheduled_alias_suffix_length INTEGER NOT NULL,
	meeting_buffer_before INTEGER NOT NULL,
	meeting_buffer_after INTEGER NOT NULL,
	ivr_theme TEXT NOT NULL,
	host_identity_provider_group TEXT NOT NULL,
	non_idp_participants TEXT NOT NULL,
	addin_server_domain TEXT NOT NULL,
	addin_display_name TEXT NOT NULL,
	addin_description TEXT NOT NULL,
	addin_provider_name TEXT NOT NULL,
	addin_button_label TEXT NOT NULL,
	addin_group_label TEXT NOT NULL,
	addin_supertip_title TEXT NOT NULL,
	addin_supertip_description TEXT NOT NULL,
	addin_authentication_method TEXT NOT NULL,
	addin_application_id TEXT NOT NULL,
	addin_authority_url TEXT NOT NULL,
	addin_oidc_metadata_url TEXT NOT NULL,
	addin_naa_web_api_application_id TEXT NOT NULL,
	addin_pane_title TEXT NOT NULL,
	addin_pane_description TEXT NOT NULL,
	addin_pane_button_title TEXT NOT NULL,
	addin_pane_success_heading TEXT NOT NULL,
	addin_pane_success_message TEXT NOT NULL,
	addin_pane_already_video_meeting_heading TEXT NOT NULL,
	addin_pane_already_video_meeting_message TEXT NOT NULL,
	addin_pane_general_error_heading TEXT NOT NULL,
	addin_pane_general_error_message TEXT NOT NULL,
	addin_pane_management_node_down_heading TEXT NOT NULL,
	addin_pane_management_node_down_message TEXT NOT NULL,
	addin_pane_personal_vmr_add_button TEXT NOT NULL,
	addin_pane_personal_vmr_sign_in_button TEXT NOT NULL,
	addin_pane_personal_vmr_select_message TEXT NOT NULL,
	addin_pane_personal_vmr_none_message TEXT NOT NULL,
	addin_pane_personal_vmr_error_getting_message TEXT NOT NULL,
	addin_pane_personal_vmr_error_inserting_meeting_message TEXT NOT NULL,
	addin_pane_personal_vmr_error_signing_in_message TEXT NOT NULL,
	enable_addin_debug_logs INTEGER NOT NULL,
	use_custom_add_in_sources INTEGER NOT NULL,
	office_js_url TEXT NOT NULL,
	microsoft_fabric_url TEXT NOT NULL,
	microsoft_fabric_components_url TEXT NOT NULL,
	additional_add_in_script_sources TEXT NOT NULL,
	personal_vmr_oauth_client_id TEXT NOT NULL,
	personal_vmr_oauth_client_secret TEXT NOT NULL,
	personal_vmr_oauth_auth_endpoint TEXT NOT NULL,
	personal_vmr_oauth_token_endpoint TEXT NOT NULL,
	personal_vmr_adfs_relying_party_trust_identifier TEXT NOT NULL,
	meeting_instructions_template TEXT NOT NULL,
	placeholder_instructions_template TEXT NOT NULL,
	personal_vmr_instructions_template TEXT NOT NULL,
	personal_vmr_location_template TEXT NOT NULL,
	personal_vmr_name_template TEXT NOT NULL,
	personal_vmr_description_template TEXT NOT NULL,
	conference_name_template TEXT NOT NULL,
	conference_description_template TEXT NOT NULL,
	conference_subject_template TEXT NOT NULL,
	scheduled_alias_description_template TEXT NOT NULL,
	accept_new_single_meeting_template TEXT NOT NULL,
	accept_new_recurring_series_template TEXT NOT NULL,
	accept_edited_single_meeting_template TEXT NOT NULL,
	accept_edited_recurring_series_template TEXT NOT NULL,
	accept_edited_occurrence_template TEXT NOT NULL,
	reject_alias_conflict_template TEXT NOT NULL,
	reject_alias_deleted_template TEXT NOT NULL,
	reject_general_error_template TEXT NOT NULL,
	reject_invalid_alias_id_template TEXT NOT NULL,
	reject_recurring_series_past_template TEXT NOT NULL,
	reject_single_meeting_past TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX ms_exchange_connector_name_key ON ms_exchange_connector (lower(name)) WHERE name <> '';
CREATE UNIQUE INDEX ms_exchange_connector_uuid_key ON ms_exchange_connector (lower(uuid)) WHERE uuid <> '';
CREATE UNIQUE INDEX ms_exchange_connector_room_mailbox_email_address_key ON ms_exchange_connector (lower(room_mailbox_email_address)) WHERE room_mailbox_email_address <> '';

CREATE TABLE exchange_domain (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	domain TEXT NOT NULL,
	creation_time INTEGER NOT NULL,
	exchange_connector INTEGER NOT NULL REFERENCES ms_exchange_connector (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX exchange_domain_exchange_connector_idx ON exchange_domain (exchange_connector);

CREATE TABLE conference (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	name TEXT NOT NULL,
	description TEXT NOT NULL,
	service_type TEXT NOT NULL,
	pin TEXT NOT NULL,
	allow_guests INTEGER NOT NULL,
	guest_pin TEXT NOT NULL,
	primary_owner_email_address TEXT NOT NULL,
	tag TEXT NOT NULL,
	participant_limit INTEGER,
	host_view TEXT NOT NULL,
	guest_view TEXT NOT NULL,
	ivr_theme TEXT NOT NULL,
	host_identity_provider_group TEXT NOT NULL,
	guest_identity_provider_group TEXT NOT NULL,
	non_idp_participants TEXT NOT NULL,
	enable_chat TEXT NOT NULL,
	enable_overlay_text INTEGER NOT NULL,
	live_captions_enabled TEXT NOT NULL,
	mute_all_guests INTEGER NOT NULL,
	creation_time INTEGER NOT NULL,
	sync_tag TEXT NOT NULL,
	single_use INTEGER NOT NULL,
	exchange_connector INTEGER REFERENCES ms_exchange_connector (id) ON DELETE SET NULL
) STRICT;
CREATE UNIQUE INDEX conference_name_key ON conference (lower(name)) WHERE name <> '';
CREATE INDEX conference_exchange_connector_idx ON conference (exchange_connector);

CREATE TABLE conference_alias (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	alias TEXT NOT NULL,
	description TEXT NOT NULL,
	creation_time INTEGER NOT NULL,
	conference INTEGER NOT NULL REFERENCES conference (id) ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX conference_alias_alias_key ON conference_alias (lower(alias)) WHERE alias <> '';
CREATE INDEX conference_alias_conference_idx ON conference_alias (conference);

CREATE TABLE scheduled_alias (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	uuid TEXT NOT NULL,
	alias TEXT NOT NULL,
	numeric_alias TEXT NOT NULL,
	alias_number INTEGER NOT NULL,
	exchange_connector INTEGER REFERENCES ms_exchange_connector (id) ON DELETE SET NULL,
	creation_time INTEGER NOT NULL,
	is_used INTEGER NOT NULL,
	ews_item_uid TEXT NOT NULL,
	conference_deletion_time INTEGER
) STRICT;
CREATE UNIQUE INDEX scheduled_alias_uuid_key ON scheduled_alias (lower(uuid)) WHERE uuid <> '';
CREATE UNIQUE INDEX scheduled_alias_alias_key ON scheduled_alias (lower(alias)) WHERE alias <> '';
CREATE UNIQUE INDEX scheduled_alias_numeric_alias_key ON scheduled_alias (lower(numeric_alias)) WHERE numeric_alias <> '';
CREATE INDEX scheduled_alias_exchange_connector_idx ON scheduled_alias (exchange_connector);

CREATE TABLE recurring_conference (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	conference INTEGER NOT NULL REFERENCES conference (id) ON DELETE CASCADE,
	current_index INTEGER NOT NULL,
	is_depleted INTEGER NOT NULL,
	ews_item_id TEXT NOT NULL,
	subject TEXT NOT NULL,
	scheduled_alias INTEGER REFERENCES scheduled_alias (id) ON DELETE SET NULL
) STRICT;
CREATE INDEX recurring_conference_conference_idx ON recurring_conference (conference);
CREATE INDEX recurring_conference_scheduled_alias_idx ON recurring_conference (scheduled_alias);

CREATE TABLE scheduled_conference (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	conference INTEGER NOT NULL REFERENCES conference (id) ON DELETE CASCADE,
	start_time INTEGER NOT NULL,
	end_time INTEGER NOT NULL,
	subject TEXT NOT NULL,
	ews_item_id TEXT NOT NULL,
	ews_item_uid TEXT NOT NULL,
	recurring_conference INTEGER REFERENCES recurring_conference (id) ON DELETE SET NULL,
	scheduled_alias INTEGER REFERENCES scheduled_alias (id) ON DELETE SET NULL,
	exchange_connector INTEGER REFERENCES ms_exchange_connector (id) ON DELETE SET NULL
) STRICT;
CREATE INDEX scheduled_conference_conference_idx ON scheduled_conference (conference);
CREATE INDEX scheduled_conference_recurring_conference_idx ON scheduled_conference (recurring_conference);
CREATE INDEX scheduled_conference_scheduled_alias_idx ON scheduled_conference (scheduled_alias);
CREATE INDEX scheduled_conference_exchange_connector_idx ON scheduled_conference (exchange_connector);

CREATE TABLE global_settings (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	alias_rest_days INTEGER NOT NULL,
	unused_alias_days INTEGER NOT NULL,
	expired_meeting_hours INTEGER NOT NULL,
	join_misses_per_minute INTEGER NOT NULL,
	join_misses_per_minute_overall INTEGER NOT NULL,
	log_level TEXT NOT NULL
) STRICT;

CREATE TABLE administrator (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	username TEXT NOT NULL,
	password TEXT NOT NULL,
	creation_time INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX administrator_username_key ON administrator (lower(username)) WHERE username <> '';
