#include "sched/trusted_clock.h"
#include "base/log.h"

#include <stdlib.h>

static bool read_seen(struct store *store, int64_t *ret, struct err *err)
{
	struct rows rows;
	if (!store_query(store, &rows, err, "SELECT max(wall) FROM clock_seen", ""))
		return false;
	*ret = row_next(&rows, err) ? row_int(&rows, 0) : FIELD_NULL;
	row_done(&rows);
	return !rows.failed;
}

static bool write_seen(struct store *store, int64_t wall, struct err *err)
{
	return store_exec(store, err,
		"INSERT INTO clock_seen (id, wall) VALUES (1, $1)"
		" ON CONFLICT (id) DO UPDATE SET wall = excluded.wall",
		"i", wall);
}

static void doubt(struct trusted_clock *c, int64_t boot_ms)
{
	if (!c->doubted)
		log_warning("administrator.system",
			"The clock has jumped: what is deleted by age waits for an hour", NULL);
	c->doubted = true;
	c->doubted_ms = boot_ms;
}

static bool first_look(struct trusted_clock *c, struct store *store, int64_t wall, int64_t boot_ms,
	struct err *err)
{
	int64_t seen;
	if (!read_seen(store, &seen, err))
		return false;
	if (seen != FIELD_NULL &&
		(wall < seen - CLOCK_TOLERANCE_S || wall > seen + CLOCK_AWAY_MAX_S))
		doubt(c, boot_ms);
	c->known = true;
	return true;
}

bool trusted_clock_look(struct trusted_clock *c, struct store *store, int64_t wall, int64_t boot_ms,
	bool *ret, struct err *err)
{
	int64_t difference = wall * 1000 - boot_ms;
	if (!c->known && !first_look(c, store, wall, boot_ms, err))
		return false;
	if (c->difference_ms &&
		llabs(difference - c->difference_ms) > (int64_t)CLOCK_TOLERANCE_S * 1000)
		doubt(c, boot_ms);
	c->difference_ms = difference;
	if (c->doubted && boot_ms - c->doubted_ms >= CLOCK_SETTLE_MS) {
		c->doubted = false;
		log_info("administrator.system", "The clock is believed again", NULL);
	}
	*ret = !c->doubted;
	return c->doubted || write_seen(store, wall, err);
}
