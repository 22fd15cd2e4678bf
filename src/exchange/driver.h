/*
 * driver - what an exchange driver provides, and how its sessions begin.
 *
 * Only drivers and exchange.c include this. A driver's session is a struct of its own whose first
 * member is a struct exchange; open() allocates it, sets `driver`, and close() frees it. Verbs mean
 * what exchange.h says of the function of the same name; batch limits, spans, and a note's name and
 * length are checked before they are called, and they never see an empty batch.
 */
#ifndef EXCHANGE_DRIVER_H
#define EXCHANGE_DRIVER_H

#include "exchange/exchange.h"

struct exchange {
	const struct exchange_driver *driver;
};

struct exchange_driver {
	const char *name;

	bool (*open)(const struct exchange_driver *driver, const struct exchange_settings *settings,
		struct exchange **ret, struct err *err);
	void (*close)(struct exchange *ex);

	bool (*sync)(struct exchange *ex, const char *sync_state, struct arena *arena,
		struct exchange_page *ret, struct err *err);
	bool (*fetch)(struct exchange *ex, const struct exchange_change *items, size_t count,
		struct arena *arena, struct meeting *ret_meetings,
		struct exchange_result *ret_results, struct err *err);
	bool (*answer)(struct exchange *ex, const struct exchange_answer *answers, size_t count,
		struct exchange_result *ret_results, struct err *err);
	bool (*remove)(struct exchange *ex, const char *const *cancellation_ids,
		const char *const *change_keys, size_t count, struct exchange_result *ret_results,
		struct err *err);
	bool (*discard)(struct exchange *ex, const char *const *item_ids, size_t count,
		struct exchange_result *ret_results, struct err *err);
	bool (*view)(struct exchange *ex, int64_t from, int64_t until, struct arena *arena,
		struct exchange_view *ret, struct err *err);
	bool (*fetch_entries)(struct exchange *ex, const struct exchange_entry *entries,
		size_t count, struct arena *arena, struct meeting *ret_meetings,
		struct exchange_result *ret_results, struct err *err);
	bool (*insert)(
		struct exchange *ex, const struct exchange_insertion *insertion, struct err *err);
	bool (*note_read)(struct exchange *ex, const char *name, struct arena *arena,
		const char **ret_text, struct err *err);
	bool (*note_create)(
		struct exchange *ex, const char *name, const char *text, struct err *err);
	bool (*note_write)(
		struct exchange *ex, const char *name, const char *text, struct err *err);
	bool (*note_remove)(struct exchange *ex, const char *name, struct err *err);
	bool (*processing)(struct exchange *ex, enum exchange_processing *ret, struct err *err);

	bool (*wait)(struct exchange *ex, long timeout_ms, long poll_ms, bool *ret_news,
		bool *ret_streaming, struct err *err);
	void (*wake)(struct exchange *ex);
	void (*cancel)(struct exchange *ex);

	const char *(*state)(const struct exchange *ex);
	const char *(*trouble)(const struct exchange *ex);
	int64_t (*requests)(const struct exchange *ex);
};

#endif
