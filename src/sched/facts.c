#include "sched/facts.h"

#include <stddef.h>

/* Which of two states is the better one for the meeting. */
static int rank(enum alias_state state)
{
	static const int ranks[] = { [ALIAS_OURS] = 10,
		[ALIAS_CONTINUED] = 9,
		[ALIAS_FREE] = 8,
		[ALIAS_PROMISED] = 7,
		[ALIAS_RESTING] = 6,
		[ALIAS_LOST] = 5,
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
	ret->marker_sealed = ret->token_valid = false;
	for (size_t i = 0; i < markers.count; i++) {
		enum alias_state state;
		int64_t id;
		bool sealed = markers.items[i].kind == MARKER_TOKEN;
		ret->marker_sealed = ret->marker_sealed || sealed;
		if (!lookup(&markers.items[i], &state, &id, arg, err))
			return false;
		if (rank(state) <= rank(ret->alias))
			continue;
		ret->alias = state;
		ret->alias_id = id;
		ret->token_valid = sealed;
	}
	return true;
}
