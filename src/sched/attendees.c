#include "base/text.h"
#include "sched/application.h"
#include "store/aliases.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { ATTENDEE_LINES_MAX = 256 << 10 }; /* bytes; of more attendees none is remembered */

static int by_address(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static const char *lower(struct arena *arena, const char *text)
{
	char *copy = arena_strdup(arena, text);
	for (char *p = copy; *p; p++)
		*p = (char)(*p == '\n' ? ' ' : tolower((unsigned char)*p));
	return copy;
}

const char *attendees_kept(struct application *a)
{
	struct buf b;
	size_t n = a->m->n_attendees;
	if (!a->settings->renew_guest_pin)
		return "";
	const char **all = arena_array(&a->arena, n + 1, sizeof(*all));
	for (size_t i = 0; i < n; i++)
		all[i] = lower(&a->arena, a->m->attendees[i].email);
	qsort(all, n, sizeof(*all), by_address);
	buf_init(&b, ATTENDEE_LINES_MAX);
	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "%s\n", all[i]);
	const char *lines = b.overflow ? "" : arena_strdup(&a->arena, b.data);
	buf_release(&b);
	return lines;
}

/* Compares the first lines. */
static int compare_lines(const char *left, const char *right)
{
	size_t l = strcspn(left, "\n"), r = strcspn(right, "\n");
	int order = memcmp(left, right, l < r ? l : r);
	return order ? order : (l > r) - (l < r);
}

/* Whether some line of before is none of now; both are in order. */
static bool somebody_left(const char *before, const char *now)
{
	for (; *before; before += strcspn(before, "\n") + 1) {
		while (*now && compare_lines(now, before) < 0)
			now += strcspn(now, "\n") + 1;
		if (!*now || compare_lines(now, before) != 0)
			return true;
	}
	return false;
}

bool attendees_follow(struct application *a, struct conference *c, struct err *err)
{
	const char *before = a->stored.attendees;
	a->stored.attendees = attendees_kept(a);
	if (!*c->guest_pin || !*before || !somebody_left(before, a->stored.attendees))
		return true;
	c->guest_pin = aliases_guest_pin(a->settings, c->pin, &a->arena);
	a->guest_pin_renewed = true;
	return a->alias.id == FIELD_NULL ||
		store_exec(a->store, err, "UPDATE scheduled_alias SET guest_pin = $2 WHERE id = $1",
			"is", a->alias.id, c->guest_pin);
}
