#include "exchange/driver.h"

static bool within(size_t count, size_t most, const char *verb, struct err *err)
{
	if (count <= most)
		return true;
	return err_set(
		err, ERR_LIMIT, "cannot %s %zu items at once: the limit is %zu", verb, count, most);
}

bool exchange_open(const struct exchange_driver *driver, const struct exchange_settings *settings,
	struct exchange **ret, struct err *err)
{
	return driver->open(driver, settings, ret, err);
}

void exchange_close(struct exchange **ex)
{
	if (!*ex)
		return;
	(*ex)->driver->close(*ex);
	*ex = NULL;
}

bool exchange_sync(struct exchange *ex, const char *sync_state, struct arena *arena,
	struct exchange_page *ret, struct err *err)
{
	return ex->driver->sync(ex, sync_state ? sync_state : "", arena, ret, err);
}

bool exchange_fetch(struct exchange *ex, const struct exchange_change *items, size_t count,
	struct arena *arena, struct meeting *ret_meetings, struct exchange_result *ret_results,
	struct err *err)
{
	if (!within(count, EXCHANGE_FETCH_BATCH, "fetch", err))
		return false;
	return !count || ex->driver->fetch(ex, items, count, arena, ret_meetings, ret_results, err);
}

bool exchange_answer(struct exchange *ex, const struct exchange_answer *answers, size_t count,
	struct exchange_result *ret_results, struct err *err)
{
	if (!within(count, EXCHANGE_ANSWER_BATCH, "answer", err))
		return false;
	return !count || ex->driver->answer(ex, answers, count, ret_results, err);
}

bool exchange_remove(struct exchange *ex, const char *const *cancellation_ids,
	const char *const *change_keys, size_t count, struct exchange_result *ret_results,
	struct err *err)
{
	if (!within(count, EXCHANGE_ANSWER_BATCH, "remove", err))
		return false;
	return !count ||
		ex->driver->remove(ex, cancellation_ids, change_keys, count, ret_results, err);
}

bool exchange_discard(struct exchange *ex, const char *const *item_ids, size_t count,
	struct exchange_result *ret_results, struct err *err)
{
	if (!within(count, EXCHANGE_ANSWER_BATCH, "discard", err))
		return false;
	return !count || ex->driver->discard(ex, item_ids, count, ret_results, err);
}

bool exchange_processing(struct exchange *ex, enum exchange_processing *ret, struct err *err)
{
	return ex->driver->processing(ex, ret, err);
}

bool exchange_wait(struct exchange *ex, long timeout_ms, long poll_ms, bool *ret_news,
	bool *ret_streaming, struct err *err)
{
	return ex->driver->wait(ex, timeout_ms, poll_ms, ret_news, ret_streaming, err);
}

void exchange_wake(struct exchange *ex)
{
	ex->driver->wake(ex);
}

void exchange_cancel(struct exchange *ex)
{
	ex->driver->cancel(ex);
}

const char *exchange_state(const struct exchange *ex)
{
	return ex->driver->state(ex);
}

const char *exchange_trouble(const struct exchange *ex)
{
	return ex->driver->trouble(ex);
}

int64_t exchange_requests(const struct exchange *ex)
{
	return ex->driver->requests(ex);
}
