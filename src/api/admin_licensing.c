/* status/v1/licensing: computed when it is asked for. */
#include "api/admin_call.h"
#include "base/clock.h"
#include "sched/licensing.h"

void admin_licensing(struct admin_call *c)
{
	struct err err = { 0 };
	struct licence_state state;
	int64_t meetings, now = clock_now();
	if (!licence_state(c->api->store, now, &state, &err) ||
		!licensing_meetings(c->api->store, now, &meetings, &err)) {
		admin_fail_err(c, &err);
		return;
	}
	json_t *total = !state.valid               ? json_integer(0)
		: state.meetings_max == FIELD_NULL ? json_null()
						   : json_integer(state.meetings_max);
	c->status = 200;
	c->json = json_pack("{s:{s:i, s:n, s:i, s:n, s:i}, s:[{s:i, s:s, s:I, s:o}]}", "meta",
		"limit", ADMIN_LIMIT_DEFAULT, "next", "offset", 0, "previous", "total_count", 1,
		"objects", "id", 1, "resource_uri", ADMIN_STATUS_PREFIX "licensing/",
		"scheduling_count", (json_int_t)meetings, "scheduling_total", total);
}
