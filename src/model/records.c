#include "model/records.h"
#include "base/text.h"
#include "model/sealing_keys.h"
#include "model/tenant.h"

#include <string.h>

/* The same rows that made the struct members make the descriptions. */
#define FIELD(kind, name, label, help, def, min, max, extra, flags)                                \
	{ FIELD_##kind, #name, label, help, def, min, max, extra, flags,                           \
		offsetof(struct RECORD, name) },

static const struct field ms_exchange_connector_fields[] = {
#define RECORD ms_exchange_connector
#include "model/ms_exchange_connector.def"
#undef RECORD
};

static const struct field exchange_domain_fields[] = {
#define RECORD exchange_domain
#include "model/exchange_domain.def"
#undef RECORD
};

static const struct field conference_fields[] = {
#define RECORD conference
#include "model/conference.def"
#undef RECORD
};

static const struct field conference_alias_fields[] = {
#define RECORD conference_alias
#include "model/conference_alias.def"
#undef RECORD
};

static const struct field scheduled_alias_fields[] = {
#define RECORD scheduled_alias
#include "model/scheduled_alias.def"
#undef RECORD
};

static const struct field recurring_conference_fields[] = {
#define RECORD recurring_conference
#include "model/recurring_conference.def"
#undef RECORD
};

static const struct field scheduled_conference_fields[] = {
#define RECORD scheduled_conference
#include "model/scheduled_conference.def"
#undef RECORD
};

static const struct field end_user_fields[] = {
#define RECORD end_user
#include "model/end_user.def"
#undef RECORD
};

static const struct field global_settings_fields[] = {
#define RECORD global_settings
#include "model/global_settings.def"
#undef RECORD
};

static const struct field administrator_fields[] = {
#define RECORD administrator
#include "model/administrator.def"
#undef RECORD
};
static const struct field addin_version_fields[] = {
#define RECORD addin_version
#include "model/addin_version.def"
#undef RECORD
};
static const struct field alarm_fields[] = {
#define RECORD alarm
#include "model/alarm.def"
#undef RECORD
};

static const struct field licence_fields[] = {
#define RECORD licence
#include "model/licence.def"
#undef RECORD
};

static const struct field scheduling_operation_fields[] = {
#define RECORD scheduling_operation
#include "model/scheduling_operation.def"
#undef RECORD
};

static const struct field exchange_scheduler_fields[] = {
#define RECORD exchange_scheduler
#include "model/exchange_scheduler.def"
#undef RECORD
};
#undef FIELD

/* Blames one field of a record with one sentence. */
#define BLAME(type, name, ...)                                                                     \
	(*ret_field = record_field(&type, name), err_set(err, ERR_INVALID, __VA_ARGS__))

/* A password must not travel readable, except inside this machine. */
static bool url_is_safe(const char *url)
{
	static const char *const local[] = { "http://127.0.0.1", "http://[::1]",
		"http://localhost" };
	for (size_t i = 0; i < sizeof(local) / sizeof(*local); i++) {
		size_t len = strlen(local[i]);
		if (text_starts_with(url, local[i]) && strchr(":/", url[len]))
			return true;
	}
	return text_starts_with(url, "https://");
}

static bool connector_supported(
	const struct ms_exchange_connector *c, const struct field **ret_field, struct err *err)
{
	if (!text_equal(c->authentication_method, "BASIC"))
		return BLAME(ms_exchange_connector_type, "authentication_method",
			"%s is not supported yet; use BASIC", c->authentication_method);
	return true;
}

/* The first of the fields that is empty; NULL: none. */
static const struct field *connector_lacks(
	const struct ms_exchange_connector *c, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct field *f = record_field(&ms_exchange_connector_type, names[i]);
		if (text_empty(field_text(f, c)))
			return f;
	}
	return NULL;
}

/* What the scheduling service cannot work without. */
static bool connector_complete(
	const struct ms_exchange_connector *c, const struct field **ret_field, struct err *err)
{
	static const char *const needed[] = { "url", "room_mailbox_email_address", "username",
		"password", "scheduled_alias_domain" };
	const struct field *f = connector_lacks(c, needed, sizeof(needed) / sizeof(*needed));
	if (f) {
		*ret_field = f;
		return err_set(err, ERR_INVALID,
			"is needed for single-use rooms; fill it in, or switch enable_dynamic_vmrs "
			"off");
	}
	return true;
}

static void connector_fresh(void *record, struct arena *arena)
{
	sealing_keys_new(record, arena);
}

/* What a token of Entra's is checked against. */
static bool connector_entra(
	const struct ms_exchange_connector *c, const struct field **ret_field, struct err *err)
{
	static const char *const needed[] = { "addin_application_id", "addin_authority_url" };
	if (text_equal(c->addin_authentication_method, "EXCHANGE_USER_ID_TOKEN"))
		return true;
	struct tenant tenant;
	*ret_field = connector_lacks(c, needed, 2);
	if (*ret_field)
		return err_set(err, ERR_INVALID, "is needed with %s; fill it in",
			c->addin_authentication_method);
	if (!tenant_parse(c->addin_authority_url, &tenant))
		return BLAME(ms_exchange_connector_type, "addin_authority_url",
			"must be https://login.microsoftonline.com/<tenant ID>: without the ID, "
			"users of other tenants would be let in");
	if (!text_empty(c->addin_jwks) &&
		(*c->addin_jwks != '{' || !strstr(c->addin_jwks, "\"keys\"")))
		return BLAME(ms_exchange_connector_type, "addin_jwks",
			"holds no key set; paste the JSON document at the authority's jwks_uri, "
			"which begins with '{' and has \"keys\"");
	return text_empty(c->addin_oidc_metadata_url) ||
		text_starts_with(c->addin_oidc_metadata_url, "https://") ||
		BLAME(ms_exchange_connector_type, "addin_oidc_metadata_url",
			"must begin with https://, or anyone could give out keys in its name");
}

/* Where users sign in for their personal rooms. */
static bool connector_personal(
	const struct ms_exchange_connector *c, const struct field **ret_field, struct err *err)
{
	static const char *const needed[] = { "personal_vmr_oauth_client_id",
		"personal_vmr_oauth_auth_endpoint", "personal_vmr_oauth_token_endpoint" };
	static const char *const addresses[] = { "personal_vmr_oauth_auth_endpoint",
		"personal_vmr_oauth_token_endpoint", "personal_vmr_oidc_metadata_url" };
	if (!c->enable_personal_vmrs)
		return true;
	*ret_field = connector_lacks(c, needed, 3);
	if (*ret_field)
		return err_set(err, ERR_INVALID,
			"is needed for personal rooms; fill it in, or switch enable_personal_vmrs "
			"off");
	for (size_t i = 0; i < 3; i++) {
		*ret_field = record_field(&ms_exchange_connector_type, addresses[i]);
		const char *url = field_text(*ret_field, c);
		if (!text_empty(url) && !text_starts_with(url, "https://"))
			return err_set(err, ERR_INVALID,
				"must begin with https://, or sign-ins would travel readable");
	}
	return true;
}

/* PINs of 1 to 3 digits are none: the conference's own limits (conference.def). */
static bool pin_digits_make_sense(int64_t digits)
{
	const struct field *pin = record_field(&conference_type, "pin");
	return digits == 0 || (digits >= pin->min && digits <= pin->max);
}

/* What conference_check() would say of every room that is made by them. */
static bool room_settings_check(
	const struct ms_exchange_connector *c, const struct field **ret_field, struct err *err)
{
	if (!pin_digits_make_sense(c->room_pin_digits))
		return BLAME(ms_exchange_connector_type, "room_pin_digits",
			"must be 0 (no PIN) or 4 to 20");
	if (!pin_digits_make_sense(c->room_guest_pin_digits))
		return BLAME(ms_exchange_connector_type, "room_guest_pin_digits",
			"must be 0 (no PIN) or 4 to 20");
	if (c->room_allow_guests && !c->room_pin_digits)
		return BLAME(ms_exchange_connector_type, "room_allow_guests",
			"needs a PIN, which tells hosts from guests; set room_pin_digits too");
	if (c->room_guest_pin_digits && !c->room_allow_guests)
		return BLAME(ms_exchange_connector_type, "room_guest_pin_digits",
			"needs guests to be allowed; set room_allow_guests to true too");
	return true;
}

/* Each line becomes a script tag and a source in the pane's policy. */
static bool connector_sources(
	const struct ms_exchange_connector *c, const struct field **ret_field, struct err *err)
{
	static const char gap[] = " \t\r\n";
	const char *p = c->additional_add_in_script_sources;
	int lines = 0;
	for (; p && *(p += strspn(p, gap)); p += strcspn(p, gap), lines++)
		if (!text_starts_with(p, "https://") && !text_starts_with(p, "http://"))
			return BLAME(ms_exchange_connector_type, "additional_add_in_script_sources",
				"'%.*s' is no https:// address; write one a line",
				(int)strcspn(p, gap), p);
	if (lines > CONNECTOR_SOURCES_MAX)
		return BLAME(ms_exchange_connector_type, "additional_add_in_script_sources",
			"has %d addresses; %d are allowed", lines, CONNECTOR_SOURCES_MAX);
	return true;
}

static bool connector_check(const void *record, const struct field **ret_field, struct err *err)
{
	const struct ms_exchange_connector *c = record;
	if (!connector_supported(c, ret_field, err))
		return false;
	if (!text_empty(c->url) && !url_is_safe(c->url))
		return BLAME(ms_exchange_connector_type, "url",
			"must begin with https://, or the password would travel readable");
	if (!text_empty(c->ca_certificates) &&
		!strstr(c->ca_certificates, "-----BEGIN CERTIFICATE-----"))
		return BLAME(ms_exchange_connector_type, "ca_certificates",
			"holds no certificate; paste PEM text that begins with "
			"'-----BEGIN CERTIFICATE-----'");
	if (!text_empty(c->meeting_instructions_template) &&
		!strstr(c->meeting_instructions_template, "alias_uuid"))
		return BLAME(ms_exchange_connector_type, "meeting_instructions_template",
			"must contain {{alias_uuid}}, or no meeting would be recognised");
	return connector_sources(c, ret_field, err) && connector_entra(c, ret_field, err) &&
		connector_personal(c, ret_field, err) && room_settings_check(c, ret_field, err) &&
		(!c->enable_dynamic_vmrs || connector_complete(c, ret_field, err));
}

static bool conference_check(const void *record, const struct field **ret_field, struct err *err)
{
	const struct conference *c = record;
	if (!text_equal(c->service_type, "conference") && !text_equal(c->service_type, "lecture"))
		return BLAME(conference_type, "service_type",
			"%s is not supported yet; use conference or lecture", c->service_type);
	if (c->allow_guests && text_empty(c->pin))
		return BLAME(conference_type, "allow_guests",
			"needs a PIN, which tells hosts from guests; set pin too");
	if (!text_empty(c->guest_pin) && !c->allow_guests)
		return BLAME(conference_type, "guest_pin",
			"needs guests to be allowed; set allow_guests to true too");
	if (!text_empty(c->guest_pin) && text_equal(c->pin, c->guest_pin))
		return BLAME(conference_type, "guest_pin",
			"must differ from pin, or guests would be hosts");
	return true;
}

/* Dialling compares aliases without their white space, so there can be none. */
static bool alias_check(const void *record, const struct field **ret_field, struct err *err)
{
	const struct conference_alias *a = record;
	if (strpbrk(a->alias, " \t/?#"))
		return BLAME(
			conference_alias_type, "alias", "must not contain spaces or any of / ? #");
	return true;
}

static bool scheduled_conference_check(
	const void *record, const struct field **ret_field, struct err *err)
{
	const struct scheduled_conference *c = record;
	if (c->end_time < c->start_time)
		return BLAME(
			scheduled_conference_type, "end_time", "must not be before start_time");
	return true;
}

/* An Ed25519 key, as 'vmrd licence keygen' prints it. */
static bool global_settings_check(
	const void *record, const struct field **ret_field, struct err *err)
{
	const struct global_settings *g = record;
	struct buf key;
	if (text_empty(g->licence_public_key))
		return true;
	buf_init(&key, 32);
	bool ok = text_base64_decode(&key, g->licence_public_key, strlen(g->licence_public_key)) &&
		key.len == 32;
	buf_release(&key);
	return ok ||
		BLAME(global_settings_type, "licence_public_key",
			"is no public key; 'vmrd licence keygen' prints one");
}

/* HTTP Basic splits the two at the first colon (RFC 7617). */
static bool administrator_check(const void *record, const struct field **ret_field, struct err *err)
{
	const struct administrator *a = record;
	if (strchr(a->username, ':'))
		return BLAME(administrator_type, "username", "must not contain a colon");
	return true;
}

#define TABLE(record)                                                                              \
	.size = sizeof(struct record), .fields = record##_fields,                                  \
	.n_fields = sizeof(record##_fields) / sizeof(*record##_fields)

const struct record_type ms_exchange_connector_type = {
	.name = "ms_exchange_connector",
	.label = "Exchange integration",
	.help = "One connection to one Exchange deployment, with its equipment resource and its "
		"texts.",
	TABLE(ms_exchange_connector),
	.fresh = connector_fresh,
	.check = connector_check,
};

const struct record_type exchange_domain_type = {
	.name = "exchange_domain",
	.label = "Exchange domain",
	.help = "An Exchange server whose identity tokens an integration accepts.",
	TABLE(exchange_domain),
};

const struct record_type conference_type = {
	.name = "conference",
	.label = "Conference",
	.help = "A virtual meeting room (VMR).",
	TABLE(conference),
	.check = conference_check,
};

const struct record_type conference_alias_type = {
	.name = "conference_alias",
	.label = "Conference alias",
	.help = "An address by which a room is dialled.",
	TABLE(conference_alias),
	.check = alias_check,
};

const struct record_type scheduled_alias_type = {
	.name = "scheduled_alias",
	.label = "Scheduled alias",
	.help = "An alias that the add-in was given for a meeting.",
	TABLE(scheduled_alias),
	.scheduled = true,
};

const struct record_type recurring_conference_type = {
	.name = "recurring_conference",
	.label = "Recurring conference",
	.help = "A recurring series and the room its meetings share.",
	TABLE(recurring_conference),
	.scheduled = true,
};

const struct record_type scheduled_conference_type = {
	.name = "scheduled_conference",
	.label = "Scheduled conference",
	.help = "One meeting: when its room may be joined.",
	TABLE(scheduled_conference),
	.scheduled = true,
	.check = scheduled_conference_check,
};

const struct record_type end_user_type = {
	.name = "end_user",
	.label = "End user",
	.help = "Someone who uses the add-in, and whose personal rooms are offered there.",
	TABLE(end_user),
};

const struct record_type global_settings_type = {
	.name = "global_settings",
	.label = "Global settings",
	.help = "Settings of the whole installation.",
	TABLE(global_settings),
	.singleton = true,
	.check = global_settings_check,
};

const struct record_type administrator_type = {
	.name = "administrator",
	.label = "Administrator",
	.help = "Someone who may use the management interface.",
	TABLE(administrator),
	.check = administrator_check,
};

const struct record_type alarm_type = {
	.name = "alarm",
	.label = "Alarm",
	.help = "Something that wants an administrator, as long as it lasts.",
	TABLE(alarm),
	.status = true,
};

const struct record_type licence_type = {
	.name = "licence",
	.label = "Licence",
	.help = "A licence that was installed. Without a licence_public_key in the global settings "
		"none "
		"is needed.",
	TABLE(licence),
};

const struct record_type addin_version_type = {
	.name = "addin_version",
	.label = "Add-in version",
	.help = "A version of an integration's add-in, and when it was last about.",
	TABLE(addin_version),
	.status = true,
};

const struct record_type scheduling_operation_type = {
	.name = "scheduling_operation",
	.label = "Scheduling operation",
	.help = "One decision of the scheduling service, and how it went.",
	TABLE(scheduling_operation),
	.status = true,
};

const struct record_type exchange_scheduler_type = {
	.name = "exchange_scheduler",
	.label = "Exchange scheduler",
	.help = "When an integration last dealt with something.",
	TABLE(exchange_scheduler),
	.status = true,
};

const struct record_type *const record_types[] = {
	&ms_exchange_connector_type,
	&exchange_domain_type,
	&conference_type,
	&conference_alias_type,
	&scheduled_alias_type,
	&recurring_conference_type,
	&scheduled_conference_type,
	&end_user_type,
	&global_settings_type,
	&administrator_type,
	&licence_type,
	&alarm_type,
	&addin_version_type,
	&scheduling_operation_type,
	&exchange_scheduler_type,
	NULL,
};

const struct record_type *record_type_find(const char *name)
{
	for (const struct record_type *const *t = record_types; *t; t++)
		if (text_equal((*t)->name, name))
			return *t;
	return NULL;
}
