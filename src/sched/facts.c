#include "sched/facts.h"

#include <stddef.h>

/* Which of two states is the better one for the meeting. */
static int rank(enum alias_state state)
{
	static const int ranks[] = { [ALIAS_OURS] = 6,
		[ALIAS_FREE] = 5,
		[ALIAS_ROOM_DELETED] = 4,
		[ALIAS_BOUND_ELSEWHERE] = 3,
		[ALIAS_TEXT_TAKEN] = 2,
		[ALIAS_UNKNOWN] = 1,
		[ALIAS_ABSENT] = 0 };
	return ranks[state];
}

bool facts_read_markers(const struct meeting *m, alias_lookup_fn *lookup, void *arg,
	struct facts *ret, struct err *err)
{
	struct markers markers;
	markers_find(m->body, m->body_is_html, &markers);
	ret->alias = ALIAS_ABSENT;
	ret->marker_damaged = markers.damaged;
	ret->marker_sealed = false;
	for (size_t i = 0; i < markers.count; i++) {
		enum alias_state state;
		int64_t id;
		if (markers.items[i].kind == MARKER_TOKEN) {
			ret->marker_sealed = true;
			continue;
		}
		if (!lookup(markers.items[i].uuid, &state, &id, arg, err))
			return false;
		if (rank(state) > rank(ret->alias)) {
			ret->alias = state;
			ret->alias_id = id;
		}
	}
	return true;
}
