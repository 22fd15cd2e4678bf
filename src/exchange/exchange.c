#include "exchange/driver.h"

#include "base/text.h"

#include <string.h>

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

bool exchange_view(struct exchange *ex, int64_t from, int64_t until, struct arena *arena,
	struct exchange_view *ret, struct err *err)
{
	if (until < from || until - from > EXCHANGE_VIEW_SPAN)
		return err_set(err, ERR_LIMIT,
			"cannot look at %lld s of a calendar at once: 0 to %d s are possible",
			(long long)(until - from), EXCHANGE_VIEW_SPAN);
	return ex->driver->view(ex, from, until, arena, ret, err);
}

bool exchange_fetch_entries(struct exchange *ex, const struct exchange_entry *entries, size_t count,
	struct arena *arena, struct meeting *ret_meetings, struct exchange_result *ret_results,
	struct err *err)
{
	if (!within(count, EXCHANGE_FETCH_BATCH, "fetch", err))
		return false;
	return !count ||
		ex->driver->fetch_entries(
			ex, entries, count, arena, ret_meetings, ret_results, err);
}

bool exchange_insert(
	struct exchange *ex, const struct exchange_insertion *insertion, struct err *err)
{
	if (text_empty(insertion->organizer) || !strchr(insertion->organizer, '@'))
		return err_set(err, ERR_NOT_FOUND,
			"the organiser's e-mail address is not known: his item cannot be found");
	return ex->driver->insert(ex, insertion, err);
}

/* What Exchange allows in the name of a user configuration. */
static bool check_note(const char *name, const char *text, struct err *err)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789.";
	size_t len = strlen(name);
	if (!len || len > EXCHANGE_NOTE_NAME_MAX || strspn(name, allowed) != len)
		return err_set(err, ERR_INVALID,
			"'%.100s' is no name of a note: 1 to %d letters, digits and dots are", name,
			EXCHANGE_NOTE_NAME_MAX);
	if (strlen(text) > EXCHANGE_NOTE_MAX)
		return err_set(err, ERR_LIMIT, "the note '%s' is longer than %d bytes", name,
			EXCHANGE_NOTE_MAX);
	return true;
}

bool exchange_note_read(struct exchange *ex, const char *name, struct arena *arena,
	const char **ret_text, struct err *err)
{
	return check_note(name, "", err) && ex->driver->note_read(ex, name, arena, ret_text, err);
}

bool exchange_note_create(struct exchange *ex, const char *name, const char *text, struct err *err)
{
	return check_note(name, text, err) && ex->driver->note_create(ex, name, text, err);
}

bool exchange_note_write(struct exchange *ex, const char *name, const char *text, struct err *err)
{
	return check_note(name, text, err) && ex->driver->note_write(ex, name, text, err);
}

bool exchange_note_remove(struct exchange *ex, const char *name, struct err *err)
{
	return check_note(name, "", err) && ex->driver->note_remove(ex, name, err);
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
