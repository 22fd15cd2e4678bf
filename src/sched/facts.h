/*
 * facts - what the store knows about one message: the input of decide().
 *
 * When a text names several aliases (a copied invitation in which the button was pressed again),
 * the one that this meeting may have wins.
 */
#ifndef SCHED_FACTS_H
#define SCHED_FACTS_H

#include "base/err.h"
#include "sched/decide.h"

/* Tells the state of the alias that the marker names; ALIAS_ABSENT: a sealed token that is not valid. */
typedef bool alias_lookup_fn(const struct marker *marker, enum alias_state *ret_state,
	int64_t *ret_id, void *arg, struct err *err);

/* Reads the markers of the message and fills the alias part of *ret. False: a look-up failed. */
bool facts_read_markers(const struct meeting *m, alias_lookup_fn *lookup, void *arg,
	struct facts *ret, struct err *err);

#endif
