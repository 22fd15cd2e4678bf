#include "model/record.h"
#include "base/clock.h"
#include "base/iso8601.h"
#include "base/random.h"
#include "base/text.h"

#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const struct field *record_field(const struct record_type *type, const char *name)
{
	for (size_t i = 0; i < type->n_fields; i++)
		if (strcmp(type->fields[i].name, name) == 0)
			return &type->fields[i];
	return NULL;
}

bool field_is_text(const struct field *f)
{
	return f->kind != FIELD_BOOL && f->kind != FIELD_INT && f->kind != FIELD_TIME &&
		f->kind != FIELD_REF;
}

static const void *member(const struct field *f, const void *record)
{
	return (const char *)record + f->offset;
}

const char *field_text(const struct field *f, const void *record)
{
	assert(field_is_text(f));
	return *(const char *const *)member(f, record);
}

int64_t field_int(const struct field *f, const void *record)
{
	assert(!field_is_text(f) && f->kind != FIELD_BOOL);
	return *(const int64_t *)member(f, record);
}

bool field_bool(const struct field *f, const void *record)
{
	assert(f->kind == FIELD_BOOL);
	return *(const bool *)member(f, record);
}

void field_put_text(const struct field *f, void *record, const char *value)
{
	assert(field_is_text(f) && value);
	*(const char **)((char *)record + f->offset) = value;
}

void field_put_int(const struct field *f, void *record, int64_t value)
{
	assert(!field_is_text(f) && f->kind != FIELD_BOOL);
	*(int64_t *)((char *)record + f->offset) = value;
}

void field_put_bool(const struct field *f, void *record, bool value)
{
	assert(f->kind == FIELD_BOOL);
	*(bool *)((char *)record + f->offset) = value;
}

/* ---- what a text may be ------------------------------------------------------------------- */

static size_t characters(const char *text)
{
	size_t n = 0;
	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

static bool check_characters(const struct field *f, const char *text, struct err *err)
{
	bool lines = f->kind == FIELD_TEMPLATE || f->flags & FIELD_LONG;
	if (!text_is_utf8(text, strlen(text)))
		return err_set(err, ERR_INVALID, "is not valid UTF-8");
	for (const char *p = text; *p; p++)
		if (((unsigned char)*p < 0x20 || *p == 0x7f) && !(lines && strchr("\t\r\n", *p)))
			return err_set(err, ERR_INVALID,
				lines ? "must not contain control characters"
				      : "must be one line without control characters");
	return true;
}

static bool check_length(const struct field *f, const char *text, struct err *err)
{
	int64_t n = (int64_t)characters(text);
	if (n > f->max)
		return err_set(err, ERR_LIMIT,
			"is %" PRId64 " characters long; at most %" PRId64 " are allowed", n,
			f->max);
	if (n < f->min)
		return err_set(err, ERR_LIMIT,
			"is %" PRId64 " characters long; at least %" PRId64 " are needed", n,
			f->min);
	return true;
}

/* One label of a host name: letters, digits, hyphens inside, at most 63 (RFC 1123). Underscores are
 * taken as well, since internal names have them. */
static bool is_label(const char *text, size_t len)
{
	if (len == 0 || len > 63 || text[0] == '-' || text[len - 1] == '-')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)text[i]) && text[i] != '-' && text[i] != '_')
			return false;
	return true;
}

static bool is_host_name(const char *text, size_t len)
{
	for (;;) {
		const char *dot = memchr(text, '.', len);
		size_t label = dot ? (size_t)(dot - text) : len;
		if (!is_label(text, label))
			return false;
		if (!dot)
			return true;
		text += label + 1;
		len -= label + 1;
	}
}

static bool is_ipv6_literal(const char *text, size_t len)
{
	if (len < 4 || text[0] != '[' || text[len - 1] != ']')
		return false;
	for (size_t i = 1; i + 1 < len; i++)
		if (!isxdigit((unsigned char)text[i]) && text[i] != ':' && text[i] != '.')
			return false;
	return true;
}

static bool is_port(const char *text, size_t len)
{
	int port = 0;
	for (size_t i = 0; i < len; i++) {
		if (!isdigit((unsigned char)text[i]) || i == 5)
			return false;
		port = port * 10 + text[i] - '0';
	}
	return len > 0 && port >= 1 && port <= 65535;
}

/* host[:port], the host being a name, an IPv4 address or an [IPv6 address]. */
static bool is_host_port(const char *text, size_t len)
{
	const char *close = len && text[0] == '[' ? memchr(text, ']', len) : NULL;
	const char *rest = close ? close + 1 : memchr(text, ':', len);
	size_t host = rest ? (size_t)(rest - text) : len;
	if (host < len && (text[host] != ':' || !is_port(text + host + 1, len - host - 1)))
		return false;
	return close ? is_ipv6_literal(text, host) : is_host_name(text, host);
}

static bool check_url(const char *text, bool bare, struct err *err)
{
	const char *rest = text_starts_with(text, "https://") ? text + 8
		: text_starts_with(text, "http://") && !bare  ? text + 7
							      : NULL;
	if (!rest)
		return err_set(err, ERR_INVALID, "must begin with https://");
	size_t host = strcspn(rest, "/?#");
	if (memchr(rest, '@', host))
		return err_set(err, ERR_INVALID, "must not contain a user name");
	if (!is_host_port(rest, host))
		return err_set(err, ERR_INVALID, "has no valid host name");
	if (bare && rest[host] && strcmp(rest + host, "/") != 0)
		return err_set(err, ERR_INVALID, "must end after the host name (and port)");
	if (strpbrk(rest + host, " \"<>\\^`{|}"))
		return err_set(err, ERR_INVALID,
			"contains a character that must be percent-encoded in a URL");
	return true;
}

static bool check_host(const char *text, struct err *err)
{
	if (is_host_port(text, strlen(text)))
		return true;
	return err_set(err, ERR_INVALID,
		strstr(text, "://") ? "must be a host name only, without '%s'"
				    : "is not a valid host name",
		"https://");
}

static bool check_email(const char *text, struct err *err)
{
	const char *at = strrchr(text, '@');
	size_t local = at ? (size_t)(at - text) : 0;
	bool ok = local > 0 && strcspn(text, " \t,;<>()[]\\\":@") == local && text[0] != '.' &&
		text[local - 1] != '.' && !strstr(text, "..") &&
		is_host_name(at + 1, strlen(at + 1));
	return ok
		? true
		: err_set(err, ERR_INVALID, "is not one e-mail address, such as room@example.com");
}

static bool check_digits(const char *text, struct err *err)
{
	if (text[strspn(text, "0123456789")] == '\0')
		return true;
	return err_set(err, ERR_INVALID, "must consist of digits only");
}

static bool check_uuid(const char *text, struct err *err)
{
	return text_is_uuid(text, strlen(text)) || err_set(err, ERR_INVALID, "is not a UUID");
}

static bool check_choice(const struct field *f, const char *text, struct err *err)
{
	size_t len = strlen(text);
	for (const char *p = f->extra;; p++) {
		size_t choice = strcspn(p, "|");
		if (choice == len && memcmp(p, text, len) == 0)
			return true;
		p += choice;
		if (!*p)
			break;
	}
	return err_set(err, ERR_INVALID, "'%.100s' is not one of %s", text, f->extra);
}

static bool check_form(const struct field *f, const char *text, struct err *err)
{
	switch (f->kind) {
	case FIELD_URL: return check_url(text, false, err);
	case FIELD_FQDN: return check_host(text, err);
	case FIELD_HOST_URL:
		return strstr(text, "://") ? check_url(text, true, err) : check_host(text, err);
	case FIELD_EMAIL: return check_email(text, err);
	case FIELD_DIGITS: return check_digits(text, err);
	case FIELD_UUID: return check_uuid(text, err);
	case FIELD_CHOICE: return check_choice(f, text, err);
	default: return true;
	}
}

static bool check_text(const struct field *f, const char *text, struct err *err)
{
	if (text_empty(text) && f->kind != FIELD_CHOICE)
		return f->flags & FIELD_REQUIRED ? err_set(err, ERR_INVALID, "must not be empty")
						 : true;
	if (!check_characters(f, text, err))
		return false;
	if (f->kind != FIELD_CHOICE && !check_length(f, text, err))
		return false;
	return check_form(f, text, err);
}

static bool check_number(const struct field *f, int64_t value, struct err *err)
{
	if (value == FIELD_NULL)
		return f->flags & FIELD_NULLABLE ? true
						 : err_set(err, ERR_INVALID, "must not be empty");
	if (f->kind == FIELD_INT && (value < f->min || value > f->max)) {
		const char *unit = f->extra ? f->extra : "";
		if (f->max == INT64_MAX)
			return err_set(err, ERR_LIMIT, "must be %" PRId64 " or more", f->min);
		return err_set(err, ERR_LIMIT, "must be from %" PRId64 " to %" PRId64 "%s%s",
			f->min, f->max, *unit ? " " : "", unit);
	}
	if (f->kind == FIELD_REF && value < 1)
		return err_set(err, ERR_INVALID, "is not a valid reference");
	return true;
}

/* ---- text form ---------------------------------------------------------------------------- */

static bool set_text(
	const struct field *f, void *record, const char *text, struct arena *arena, struct err *err)
{
	if (!check_text(f, text, err))
		return false;
	field_put_text(f, record, arena_strdup(arena, text));
	return true;
}

static bool set_bool(const struct field *f, void *record, const char *text, struct err *err)
{
	bool yes = text_equal(text, "true");
	if (!yes && !text_equal(text, "false"))
		return err_set(err, ERR_INVALID, "must be true or false");
	field_put_bool(f, record, yes);
	return true;
}

static bool set_number(const struct field *f, void *record, const char *text, struct err *err)
{
	int64_t value = FIELD_NULL;
	if (!text_empty(text) && f->kind == FIELD_TIME) {
		if (!iso8601_parse(text, &value))
			return err_set(
				err, ERR_INVALID, "is not a time such as 2026-11-23T09:30:00Z");
	} else if (!text_empty(text) && (!text_to_int64(text, &value) || value == FIELD_NULL)) {
		return err_set(err, ERR_INVALID, "must be a whole number");
	}
	if (!check_number(f, value, err))
		return false;
	field_put_int(f, record, value);
	return true;
}

bool record_set(
	const struct field *f, void *record, const char *text, struct arena *arena, struct err *err)
{
	if (field_is_text(f))
		return set_text(f, record, text, arena, err);
	return f->kind == FIELD_BOOL ? set_bool(f, record, text, err)
				     : set_number(f, record, text, err);
}

const char *record_get(const struct field *f, const void *record, struct arena *arena)
{
	if (field_is_text(f))
		return field_text(f, record);
	if (f->kind == FIELD_BOOL)
		return field_bool(f, record) ? "true" : "false";
	int64_t value = field_int(f, record);
	if (value == FIELD_NULL)
		return "";
	if (f->kind != FIELD_TIME)
		return arena_printf(arena, "%" PRId64, value);
	char time[ISO8601_LEN + 1];
	iso8601_format(value, time);
	return arena_strdup(arena, time);
}

/* ---- whole records ------------------------------------------------------------------------ */

static void set_default(const struct field *f, void *record, struct arena *arena)
{
	const char *text = f->default_text;
	if (f->kind == FIELD_UUID && text_equal(text, "random")) {
		char uuid[UUID_LEN + 1];
		random_uuid(uuid);
		field_put_text(f, record, arena_strdup(arena, uuid));
	} else if (text_equal(text, "random")) {
		field_put_text(f, record, ""); /* the type's fresh() knows more */
	} else if (f->kind == FIELD_TIME && text_equal(text, "now")) {
		field_put_int(f, record, clock_now());
	} else if (text) {
		bool ok = record_set(f, record, text, arena, NULL);
		assert(ok); /* the tables' own test sees to it */
		(void)ok;
	} else if (field_is_text(f)) {
		field_put_text(f, record, "");
	} else if (f->kind == FIELD_BOOL) {
		field_put_bool(f, record, false);
	} else {
		field_put_int(f, record, FIELD_NULL);
	}
}

void record_defaults(const struct record_type *type, void *record, struct arena *arena)
{
	memset(record, 0, type->size);
	*(int64_t *)record = FIELD_NULL;
	for (size_t i = 0; i < type->n_fields; i++)
		set_default(&type->fields[i], record, arena);
	if (type->fresh)
		type->fresh(record, arena);
}

const char *record_title(const struct record_type *type, const void *record, struct arena *arena)
{
	static const char *const names[] = { "name", "username", "alias", "domain", "subject" };
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const struct field *f = record_field(type, names[i]);
		if (f && !text_empty(field_text(f, record)))
			return field_text(f, record);
	}
	return arena_printf(arena, "%" PRId64, *(const int64_t *)record);
}

static bool check_field(const struct field *f, const void *record, struct err *err)
{
	if (f->flags & FIELD_HASHED) /* the limits are those of the text that was hashed */
		return !text_empty(field_text(f, record)) || !(f->flags & FIELD_REQUIRED)
			? true
			: err_set(err, ERR_INVALID, "must not be empty");
	if (field_is_text(f))
		return check_text(f, field_text(f, record), err);
	return f->kind == FIELD_BOOL ? true : check_number(f, field_int(f, record), err);
}

bool record_check(const struct record_type *type, const void *record,
	const struct field **ret_field, struct err *err)
{
	const struct field *ignored;
	if (!ret_field)
		ret_field = &ignored;
	for (size_t i = 0; i < type->n_fields; i++) {
		if (check_field(&type->fields[i], record, err))
			continue;
		*ret_field = &type->fields[i];
		return false;
	}
	return !type->check || type->check(record, ret_field, err);
}
