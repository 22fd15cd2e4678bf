#include "store/aliases.h"
#include "base/random.h"
#include "base/text.h"
#include "store/allowance.h"

#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

enum {
	DIGITS_MAX = 15,
	NUMERIC_MAX = 8 + DIGITS_MAX,      /* prefix and digits */
	ALIAS_MAX = NUMERIC_MAX + 1 + 192, /* and the domain */
	PIN_MAX = 20,                      /* digits */
	DIGEST_TEXT = 64,                  /* SHA-256 in hexadecimal */
	EXPIRE_BATCH = 500,                /* rows per transaction: others want to write too */
};
#define DAY 86400

/* Where numbers come from, and what makes an alias of one. */
struct space {
	const char *prefix, *domain;
	int digits;
	uint64_t size; /* 10^digits */
};

static bool space_of(const struct ms_exchange_connector *c, struct space *ret, struct err *err)
{
	if (text_empty(c->scheduled_alias_domain))
		return err_set(err, ERR_INVALID,
			"integration '%s' has no alias domain: set scheduled_alias_domain",
			c->name);
	*ret = (struct space){ .prefix = c->scheduled_alias_prefix,
		.domain = c->scheduled_alias_domain,
		.digits = (int)c->scheduled_alias_suffix_length,
		.size = 1 };
	assert(ret->digits > 0 && ret->digits <= DIGITS_MAX && strlen(ret->prefix) <= 8);
	for (int i = 0; i < ret->digits; i++)
		ret->size *= 10;
	return true;
}

static void write_numeric(const struct space *s, uint64_t number, char ret[NUMERIC_MAX + 1])
{
	snprintf(ret, NUMERIC_MAX + 1, "%s%0*" PRIu64, s->prefix, s->digits, number);
}

static void write_full(const struct space *s, uint64_t number, char ret[ALIAS_MAX + 1])
{
	char numeric[NUMERIC_MAX + 1];
	write_numeric(s, number, numeric);
	snprintf(ret, ALIAS_MAX + 1, "%s@%s", numeric, s->domain);
	for (char *p = ret; *p; p++)
		*p = (char)tolower((unsigned char)*p);
}

static bool is_taken(
	struct store *store, const struct space *s, uint64_t number, bool *ret, struct err *err)
{
	/* By the columns' own indexes, which are over lower(). */
	static const char sql[] =
		"SELECT 1 FROM scheduled_alias WHERE lower(numeric_alias) IN ($1, $2)"
		"  AND numeric_alias <> '' "
		"UNION ALL SELECT 1 FROM scheduled_alias WHERE lower(alias) IN ($1, $2)"
		"  AND alias <> '' "
		"UNION ALL SELECT 1 FROM conference_alias WHERE lower(alias) IN ($1, $2)"
		"  AND alias <> '' "
		"UNION ALL SELECT 1 FROM resting_alias WHERE alias IN ($1, $2) LIMIT 1";
	char numeric[NUMERIC_MAX + 1], full[ALIAS_MAX + 1];
	write_numeric(s, number, numeric);
	write_full(s, number, full);
	struct rows rows;
	if (!store_query(store, &rows, err, sql, "ss", numeric, full))
		return false;
	*ret = row_next(&rows, err);
	bool ok = !rows.failed;
	row_done(&rows);
	return ok;
}

/* The number of which text is the numeric or full alias; false if of none. */
static bool read_number(const struct space *s, const char *text, uint64_t *ret)
{
	if (!text_starts_with(text, s->prefix))
		return false;
	text += strlen(s->prefix);
	uint64_t number = 0;
	for (int i = 0; i < s->digits; i++, text++) {
		if (!isdigit((unsigned char)*text))
			return false;
		number = number * 10 + (uint64_t)(*text - '0');
	}
	*ret = number;
	return !*text || (*text == '@' && text_equal_nocase(text + 1, s->domain));
}

/* The first number in [from, to) that nobody has; `to` when there is none. */
static bool find_gap(struct store *store, const struct space *s, uint64_t from, uint64_t to,
	uint64_t *ret, struct err *err)
{
	static const char sql[] =
		"SELECT lower(numeric_alias) AS a FROM scheduled_alias"
		"  WHERE lower(numeric_alias) >= $1 AND lower(numeric_alias) < $2"
		"  AND numeric_alias <> '' "
		"UNION ALL SELECT lower(alias) FROM scheduled_alias"
		"  WHERE lower(alias) >= $1 AND lower(alias) < $2 AND alias <> '' "
		"UNION ALL SELECT lower(alias) FROM conference_alias"
		"  WHERE lower(alias) >= $1 AND lower(alias) < $2 AND alias <> '' "
		"UNION ALL SELECT alias FROM resting_alias WHERE alias >= $1 AND alias < $2 "
		"ORDER BY a LIMIT $3";
	char low[NUMERIC_MAX + 1], high[NUMERIC_MAX + 2];
	write_numeric(s, from, low);
	if (to < s->size)
		write_numeric(s, to, high);
	else
		snprintf(high, sizeof(high), "%s:", s->prefix); /* ':' comes after '9' */
	struct rows rows;
	if (!store_query(store, &rows, err, sql, "ssi", low, high, (int64_t)ALIAS_SCAN_MAX))
		return false;
	uint64_t candidate = from, number;
	int64_t seen = 0;
	for (; candidate < to && row_next(&rows, err); seen++)
		if (read_number(s, row_text(&rows, 0), &number)) {
			if (number > candidate)
				break; /* in order: nobody has the candidate */
			candidate = number + 1;
		}
	bool ok = !rows.failed;
	row_done(&rows);
	*ret = seen < ALIAS_SCAN_MAX ? candidate : to;
	return ok;
}

static bool choose(struct store *store, const struct alias_request *request, const struct space *s,
	uint64_t *ret, struct err *err)
{
	uint64_t (*below)(uint64_t) = request->random_below ? request->random_below : random_below;
	for (int i = 0; i < ALIAS_TRIES; i++) {
		bool taken;
		*ret = below(s->size);
		if (!is_taken(store, s, *ret, &taken, err))
			return false;
		if (!taken)
			return true;
	}
	uint64_t start = below(s->size);
	if (!find_gap(store, s, start, s->size, ret, err))
		return false;
	if (*ret < s->size)
		return true;
	if (!find_gap(store, s, 0, start, ret, err))
		return false;
	return *ret < start ||
		err_set(err, ERR_LIMIT,
			"all aliases of %d digits with prefix '%s' are in use or rest: raise "
			"scheduled_alias_suffix_length of integration '%s'",
			s->digits, s->prefix, request->connector->name);
}

/* Digits that the room will have: told with the joining instructions, long before there is a room. */
static const char *random_pin(int64_t digits, struct arena *arena)
{
	char pin[PIN_MAX + 1];
	assert(digits <= PIN_MAX);
	for (int64_t i = 0; i < digits; i++)
		pin[i] = (char)('0' + random_below(10));
	pin[digits] = '\0';
	return arena_strdup(arena, pin);
}

const char *aliases_guest_pin(
	const struct ms_exchange_connector *c, const char *pin, struct arena *arena)
{
	const char *guest_pin;
	do
		guest_pin = random_pin(c->room_guest_pin_digits, arena);
	while (*guest_pin && text_equal(pin, guest_pin));
	return guest_pin;
}

static bool insert_alias(struct store *store, const struct alias_request *request,
	const struct space *s, uint64_t number, const char *uuid, struct arena *arena,
	struct scheduled_alias *ret, struct err *err)
{
	char numeric[NUMERIC_MAX + 1], full[ALIAS_MAX + 1];
	write_numeric(s, number, numeric);
	write_full(s, number, full);
	struct scheduled_alias alias;
	record_defaults(&scheduled_alias_type, &alias, arena);
	if (uuid)
		alias.uuid = uuid;
	alias.alias = arena_strdup(arena, full);
	alias.numeric_alias = arena_strdup(arena, numeric);
	alias.alias_number = (int64_t)number;
	alias.pin = random_pin(request->connector->room_pin_digits, arena);
	alias.guest_pin = aliases_guest_pin(request->connector, alias.pin, arena);
	alias.exchange_connector = request->connector->id;
	alias.creation_time = request->now;
	if (!store_insert(store, &scheduled_alias_type, &alias, NULL, err))
		return false;
	*ret = alias;
	return true;
}

bool aliases_make(struct store *store, const struct alias_request *request, struct arena *arena,
	struct scheduled_alias *ret, struct err *err)
{
	struct space s;
	uint64_t number;
	return space_of(request->connector, &s, err) && choose(store, request, &s, &number, err) &&
		insert_alias(store, request, &s, number, NULL, arena, ret, err);
}

bool aliases_is_free(struct store *store, const struct ms_exchange_connector *connector,
	const char *numeric_alias, bool *ret, struct err *err)
{
	struct space s;
	uint64_t number;
	bool taken;
	*ret = false;
	if (!space_of(connector, &s, err))
		return false;
	if (!read_number(&s, numeric_alias, &number))
		return true;
	if (!is_taken(store, &s, number, &taken, err))
		return false;
	*ret = !taken;
	return true;
}

bool aliases_restore(struct store *store, const struct alias_request *request, const char *uuid,
	const char *numeric_alias, struct arena *arena, struct scheduled_alias *ret,
	struct err *err)
{
	struct space s;
	uint64_t number;
	bool is_free;
	assert(store_in_transaction(store));
	if (!space_of(request->connector, &s, err) ||
		!aliases_is_free(store, request->connector, numeric_alias, &is_free, err))
		return false;
	if (!is_free || !read_number(&s, numeric_alias, &number))
		return err_set(err, ERR_CONFLICT, "alias '%s' is not free", numeric_alias);
	return insert_alias(store, request, &s, number, uuid, arena, ret, err);
}

/* Keys are strangers' texts and may be secrets of theirs: only a digest is kept. */
static void digest(const struct alias_request *request, char ret[DIGEST_TEXT + 1])
{
	struct buf b;
	buf_init(&b, 8192);
	buf_addf(&b, "%" PRId64 "\n%zu\n%s\n%s", request->connector->id, strlen(request->user),
		request->user, request->key);
	assert(!b.overflow);
	unsigned char bytes[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	EVP_Digest(b.data, b.len, bytes, &len, EVP_sha256(), NULL);
	buf_reset(&b);
	text_hex_encode(&b, bytes, len);
	memcpy(ret, b.data, DIGEST_TEXT + 1);
	buf_release(&b);
}

/* What the same request was answered before; *ret_id = FIELD_NULL: it is new. */
static bool find_request(struct store *store, const char *request_digest, int64_t now,
	int64_t *ret_id, struct err *err)
{
	struct rows rows;
	if (!store_query(store, &rows, err,
		    "SELECT scheduled_alias FROM alias_request WHERE digest = $1 AND until > $2",
		    "si", request_digest, now))
		return false;
	*ret_id = row_next(&rows, err) ? row_int(&rows, 0) : FIELD_NULL;
	bool ok = !rows.failed;
	row_done(&rows);
	return ok;
}

bool aliases_allocate(struct store *store, const struct alias_request *request, struct arena *arena,
	struct scheduled_alias *ret, struct err *err)
{
	assert(store_in_transaction(store));
	if (text_empty(request->key))
		return allowance_charge(store, request->user, request->now, err) &&
			aliases_make(store, request, arena, ret, err);
	if (strlen(request->key) > ALIAS_REQUEST_KEY_MAX)
		return err_set(err, ERR_LIMIT, "the request's key is longer than %d bytes",
			ALIAS_REQUEST_KEY_MAX);
	char text[DIGEST_TEXT + 1];
	int64_t id;
	digest(request, text);
	if (!find_request(store, text, request->now, &id, err))
		return false;
	if (id != FIELD_NULL)
		return store_get(store, &scheduled_alias_type, id, arena, ret, err);
	struct scheduled_alias alias;
	if (!allowance_charge(store, request->user, request->now, err) ||
		!aliases_make(store, request, arena, &alias, err) ||
		!store_exec(store, err,
			"INSERT INTO alias_request (digest, scheduled_alias, until) "
			"VALUES ($1, $2, $3) ON CONFLICT (digest) DO UPDATE "
			"SET scheduled_alias = excluded.scheduled_alias, until = excluded.until",
			"sii", text, alias.id, request->now + ALIAS_REQUEST_S))
		return false;
	*ret = alias;
	return true;
}

bool aliases_find_token(struct store *store, int64_t connector, const char *token_id,
	int64_t *ret_id, struct err *err)
{
	struct rows rows;
	if (!store_query(store, &rows, err,
		    "SELECT scheduled_alias FROM sealed_token"
		    " WHERE exchange_connector = $1 AND token_id = $2",
		    "is", connector, token_id))
		return false;
	int64_t id = row_next(&rows, err) ? row_int(&rows, 0) : FIELD_NULL;
	bool ok = !rows.failed;
	row_done(&rows);
	if (ok)
		*ret_id = id;
	return ok;
}

bool aliases_of_token(struct store *store, const struct alias_request *request,
	const char *token_id, struct arena *arena, struct scheduled_alias *ret, bool *ret_new,
	struct err *err)
{
	int64_t id;
	struct scheduled_alias alias;
	assert(store_in_transaction(store));
	if (!aliases_find_token(store, request->connector->id, token_id, &id, err))
		return false;
	if (id != FIELD_NULL ? !store_get(store, &scheduled_alias_type, id, arena, &alias, err)
			     : !aliases_make(store, request, arena, &alias, err))
		return false;
	if (id == FIELD_NULL &&
		!store_exec(store, err,
			"INSERT INTO sealed_token (exchange_connector, token_id, scheduled_alias,"
			" until) VALUES ($1, $2, $3, $4)",
			"isii", request->connector->id, token_id, alias.id,
			request->now + (int64_t)ALIAS_TOKEN_DAYS * DAY))
		return false;
	if (ret_new)
		*ret_new = id == FIELD_NULL;
	*ret = alias;
	return true;
}

static bool rest(struct store *store, const char *alias, int64_t until, struct err *err)
{
	return store_exec(store, err,
		"INSERT INTO resting_alias (alias, until) VALUES (lower($1), $2) "
		"ON CONFLICT (alias) DO UPDATE SET until = excluded.until "
		"WHERE excluded.until > resting_alias.until",
		"si", alias, until);
}

bool aliases_rest(
	struct store *store, const struct scheduled_alias *alias, int64_t until, struct err *err)
{
	assert(store_in_transaction(store));
	return rest(store, alias->alias, until, err) &&
		rest(store, alias->numeric_alias, until, err);
}

/* One statement's worth of a batch. */
static bool step(
	struct store *store, const char *sql, int64_t before, int64_t *ret_rows, struct err *err)
{
	if (!store_exec(store, err, sql, "ii", before, (int64_t)EXPIRE_BATCH))
		return false;
	*ret_rows = store_changes(store);
	return true;
}

#define UNUSED_SINCE                                                                               \
	"(SELECT id FROM scheduled_alias WHERE is_used = 0 AND creation_time < $1 "                \
	"ORDER BY id LIMIT $2)"

static bool rest_unused(struct store *store, int64_t created_before, int64_t until, struct err *err)
{
	return store_exec(store, err,
		"INSERT INTO resting_alias (alias, until) "
		"SELECT lower(alias), $3 FROM scheduled_alias WHERE id IN " UNUSED_SINCE
		" UNION SELECT lower(numeric_alias), $3 FROM scheduled_alias WHERE id "
		"IN " UNUSED_SINCE
		" ON CONFLICT (alias) DO UPDATE SET until = max(until, excluded.until)",
		"iii", created_before, (int64_t)EXPIRE_BATCH, until);
}

/* One batch of what no meeting ever used. */
static bool forget_unused(struct store *store, const struct global_settings *settings, int64_t now,
	int64_t *ret_rows, struct err *err)
{
	int64_t before = now - settings->unused_alias_days * DAY;
	if (!store_begin(store, err))
		return false;
	if (!rest_unused(store, before, now + settings->alias_rest_days * DAY, err) ||
		!step(store, "DELETE FROM scheduled_alias WHERE id IN " UNUSED_SINCE, before,
			ret_rows, err)) {
		store_rollback(store);
		return false;
	}
	return store_commit(store, err);
}

/* One batch of what has rested, single statements that need no transaction of ours. */
static bool forget_rested(struct store *store, const struct global_settings *settings, int64_t now,
	int64_t *ret_rows, struct err *err)
{
	static const char *const others[] = {
		"DELETE FROM resting_alias WHERE alias IN "
		"(SELECT alias FROM resting_alias WHERE until <= $1 LIMIT $2)",
		"DELETE FROM alias_request WHERE digest IN "
		"(SELECT digest FROM alias_request WHERE until <= $1 LIMIT $2)",
		"DELETE FROM sealed_token WHERE (exchange_connector, token_id) IN (SELECT"
		" exchange_connector, token_id FROM sealed_token WHERE until <= $1 LIMIT $2)",
		"DELETE FROM alias_allowance WHERE user_digest IN (SELECT user_digest FROM "
		"alias_allowance WHERE spent_until_ms <= $1 * 1000 LIMIT $2)",
	};
	int64_t rows;
	if (!step(store,
		    "DELETE FROM scheduled_alias WHERE id IN (SELECT id FROM scheduled_alias "
		    "WHERE conference_deletion_time < $1 ORDER BY id LIMIT $2)",
		    now - settings->alias_rest_days * DAY, ret_rows, err))
		return false;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		do
			if (!step(store, others[i], now, &rows, err))
				return false;
		while (rows == EXPIRE_BATCH);
	return true;
}

bool aliases_expire(struct store *store, int64_t now, int64_t *ret_forgotten, struct err *err)
{
	struct arena arena;
	struct global_settings settings;
	int64_t total = 0, unused = 0, rested = 0;
	arena_init(&arena);
	bool ok = store_get(store, &global_settings_type, 1, &arena, &settings, err);
	do {
		ok = ok && forget_unused(store, &settings, now, &unused, err) &&
			forget_rested(store, &settings, now, &rested, err);
		total += unused + rested;
	} while (ok && (unused == EXPIRE_BATCH || rested == EXPIRE_BATCH));
	arena_release(&arena);
	if (ok && ret_forgotten)
		*ret_forgotten = total;
	return ok;
}

/* Numbers by which a meeting was dialled although an administrator deleted their record. */
static bool rest_orphans(struct store *store, int64_t conference, int64_t now, struct err *err)
{
	return store_exec(store, err,
		"INSERT INTO resting_alias (alias, until)"
		" SELECT lower(a.alias), $2 + g.alias_rest_days * 86400"
		" FROM conference_alias a JOIN conference c ON c.id = a.conference"
		" JOIN global_settings g ON g.id = 1"
		" WHERE a.conference = $1 AND c.single_use = 1"
		" AND NOT EXISTS (SELECT 1 FROM scheduled_alias WHERE alias <> ''"
		"  AND lower(alias) = lower(a.alias))"
		" AND NOT EXISTS (SELECT 1 FROM scheduled_alias WHERE numeric_alias <> ''"
		"  AND lower(numeric_alias) = lower(a.alias))"
		" ON CONFLICT (alias) DO UPDATE SET until = max(until, excluded.until)",
		"ii", conference, now);
}

bool aliases_room_goes(struct store *store, int64_t conference, int64_t now, struct err *err)
{
	if (!rest_orphans(store, conference, now, err))
		return false;
	return store_exec(store, err,
		"UPDATE scheduled_alias SET conference_deletion_time = $2"
		" WHERE conference_deletion_time IS NULL AND id IN"
		" (SELECT scheduled_alias FROM scheduled_conference WHERE conference = $1"
		" UNION SELECT scheduled_alias FROM recurring_conference WHERE conference = $1"
		" UNION SELECT scheduled_alias FROM meeting WHERE conference = $1)",
		"ii", conference, now);
}
