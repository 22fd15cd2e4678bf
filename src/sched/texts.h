/*
 * texts - the integration's templates, compiled once, rendered for one meeting.
 *
 * A template that fails at run time must not keep an organiser waiting: the shipped default is
 * rendered instead, and the failure is logged and raises an alarm. Used by one thread (the integration's watch).
 */
#ifndef SCHED_TEXTS_H
#define SCHED_TEXTS_H

#include "base/arena.h"
#include "model/meeting.h"
#include "model/records.h"
#include "store/store.h"
#include "tmpl/tmpl.h"

struct texts;

/* Keeps pointers to settings and store, which must outlive it. Templates have a fresh chance: their
 * alarms are lowered. */
struct texts *texts_new(struct store *store, const struct ms_exchange_connector *settings);
void texts_free(struct texts **texts);

/* What templates may use; NULL members are undefined variables. */
struct text_values {
	const struct meeting *meeting;
	const char *alias, *numeric_alias, *correlation_id;
	const char *alias_uuid;        /* the marker, "PXPS:-...#" or "TOK:-...#" */
	const struct conference *room; /* its PINs and limits */
};

/* The template field of that name rendered; "" when even the default fails. */
const char *texts_render(struct texts *texts, const char *field, const struct text_values *values,
	struct arena *arena);

/* A room's PINs and limits as variables: pin, guest_pin, allow_guests, lobby, participant_limit ("" if
 * none), owner. */
enum { TEXTS_ROOM_VARS = 6 };
size_t texts_room_vars(const struct conference *room, struct tmpl_var ret[TEXTS_ROOM_VARS]);

/* What templates said by pex_debug_log, a line each, goes to the support log as support.jinja2. */
void texts_log(const char *integration, const char *field, const char *lines);

#endif
