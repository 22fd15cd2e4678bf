#include "store/allowance.h"
#include "base/text.h"

#include <assert.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <string.h>

enum { HOUR_MS = 3600 * 1000, MINUTE_MS = 60 * 1000, DIGEST_TEXT = 64 };

/* Who meets whom when is nobody's business: no names in the database. */
static void digest(const char *user, char ret[DIGEST_TEXT + 1])
{
	unsigned char bytes[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	struct buf b;
	EVP_Digest(user, strlen(user), bytes, &len, EVP_sha256(), NULL);
	buf_init(&b, DIGEST_TEXT);
	text_hex_encode(&b, bytes, len);
	memcpy(ret, b.data, DIGEST_TEXT + 1);
	buf_release(&b);
}

/* *ret is unchanged when there is no such row. */
static bool read_number(
	struct store *store, const char *sql, const char *text, int64_t *ret, struct err *err)
{
	struct rows rows;
	if (!store_query(store, &rows, err, sql, text ? "s" : "", text))
		return false;
	if (row_next(&rows, err))
		*ret = row_int(&rows, 0);
	bool ok = !rows.failed;
	row_done(&rows);
	return ok;
}

static bool refuse(int64_t per_hour, int64_t wait_ms, struct err *err)
{
	int64_t minutes = (wait_ms + MINUTE_MS - 1) / MINUTE_MS;
	err_set(err, ERR_DENIED,
		"You have asked for too many rooms (%" PRId64 " an hour are allowed); try again in "
		"%" PRId64 " minute%s",
		per_hour, minutes, minutes == 1 ? "" : "s");
	err->retry_after_ms = wait_ms;
	return false;
}

/* The generic cell rate algorithm (ITU-T I.371): one instant says all about an allowance that refills
 * evenly. It runs ahead of now by the share of the hour that is spent. */
bool allowance_spend(int64_t per_hour, int64_t now_ms, int64_t *spent_until_ms, struct err *err)
{
	int64_t spent_until = *spent_until_ms;
	if (per_hour <= 0)
		return true;
	/* More than an hour ahead cannot be: the clock was set back. Nobody pays for that. */
	if (spent_until < now_ms || spent_until > now_ms + HOUR_MS)
		spent_until = now_ms;
	int64_t after = spent_until + HOUR_MS / per_hour;
	if (after > now_ms + HOUR_MS)
		return refuse(per_hour, after - now_ms - HOUR_MS, err);
	*spent_until_ms = after;
	return true;
}

bool allowance_charge(struct store *store, const char *user, int64_t now, struct err *err)
{
	assert(store_in_transaction(store));
	int64_t per_hour = 0, spent_until = 0;
	char name[DIGEST_TEXT + 1];
	if (!read_number(store, "SELECT alias_requests_per_user_per_hour FROM global_settings",
		    NULL, &per_hour, err))
		return false;
	if (per_hour <= 0)
		return true;
	digest(user, name);
	if (!read_number(store, "SELECT spent_until_ms FROM alias_allowance WHERE user_digest = $1",
		    name, &spent_until, err) ||
		!allowance_spend(per_hour, now * 1000, &spent_until, err))
		return false;
	return store_exec(store, err,
		"INSERT INTO alias_allowance (user_digest, spent_until_ms) VALUES ($1, $2) "
		"ON CONFLICT (user_digest) DO UPDATE SET spent_until_ms = excluded.spent_until_ms",
		"si", name, spent_until);
}
