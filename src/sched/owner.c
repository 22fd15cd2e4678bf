#include "sched/owner.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "sched/alarms.h"
#include "store/mailboxes.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What a note says. A text that makes no sense is somebody's all the same. */
struct note {
	char key[OWNER_KEY_MAX + 1], host[OWNER_HOST_MAX + 1];
	int64_t saves;
};

enum { NOTE_MAX = 512 };

_Static_assert((int)NOTE_MAX <= (int)EXCHANGE_NOTE_MAX, "a note fits");

/* ---- who we are --------------------------------------------------------------------------- */

static uint64_t mix(uint64_t hash, const char *text)
{
	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
	return (hash ^ 0x1f) * 0x100000001b3;
}

/* Copies of a virtual machine or a container have the same host name or the same machine-id, hardly
 * both. */
static uint64_t place(const char *host, const char *database)
{
	char machine[64] = "";
	FILE *f = fopen("/etc/machine-id", "re");
	if (f) {
		if (!fgets(machine, sizeof(machine), f))
			machine[0] = '\0';
		fclose(f);
	}
	char *path = realpath(database, NULL);
	uint64_t hash = mix(mix(mix(0xcbf29ce484222325, machine), host), path ? path : database);
	free(path);
	return hash;
}

void owner_init(
	struct owner *o, const char *uuid, const char *host, const char *database, int64_t lease_ms)
{
	*o = (struct owner){ .lease_ms = lease_ms };
	if (host)
		snprintf(o->host, sizeof(o->host), "%s", host);
	else if (gethostname(o->host, OWNER_HOST_MAX) != 0)
		strcpy(o->host, "unknown");
	snprintf(o->key, sizeof(o->key), "%.40s-%016" PRIx64, uuid, place(o->host, database));
}

void owner_release(struct owner *o)
{
	free(o->seen);
	free(o->challenge);
	o->seen = o->challenge = NULL;
}

/* ---- notes -------------------------------------------------------------------------------- */

static void write_note(const struct owner *o, int64_t saves, char ret[NOTE_MAX])
{
	snprintf(ret, NOTE_MAX, "key=%s\nhost=%s\ncounter=%lld\nsaves=%lld\n", o->key, o->host,
		(long long)o->counter, (long long)saves);
}

static void read_line(const char *text, const char *name, char *ret, size_t size)
{
	size_t len = strlen(name);
	*ret = '\0';
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, len) == 0 && line[len] == '=') {
			snprintf(ret, size, "%.*s", (int)strcspn(line + len + 1, "\r\n"),
				line + len + 1);
			return;
		}
		if (!*line)
			return;
	}
}

static struct note read_note(const char *text)
{
	struct note n = { 0 };
	char saves[24];
	read_line(text, "key", n.key, sizeof(n.key));
	read_line(text, "host", n.host, sizeof(n.host));
	read_line(text, "saves", saves, sizeof(saves));
	text_to_int64(saves, &n.saves);
	for (char *p = n.host; *p; p++) /* it goes into logs and alarms */
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	if (!*n.host)
		strcpy(n.host, "unknown");
	return n;
}

static bool write_text(struct mailbox *mb, const char *name, const char *text, struct err *err)
{
	struct err why;
	if (exchange_note_write(mb->ex, name, text, &why))
		return true;
	if (why.code == ERR_NOT_FOUND)
		return exchange_note_create(mb->ex, name, text, err);
	if (err)
		*err = why;
	return false;
}

static bool our_text(struct owner *o, struct mailbox *mb, char ret[NOTE_MAX], struct err *err)
{
	int64_t saves;
	if (!mailbox_saves(mb->store, mb->connector, &saves, err))
		return false;
	o->counter++;
	write_note(o, saves, ret);
	return true;
}

/* ---- states ------------------------------------------------------------------------------- */

static void keep(char **kept, const char *text)
{
	char *copy = text ? strdup(text) : NULL;
	if (text && !copy)
		abort();
	free(*kept);
	*kept = copy;
}

static void enter(struct owner *o, struct mailbox *mb, enum owner_state state)
{
	static const char *const words[] = { "not known", "taken over, waiting for objections",
		"ours", "another installation's", "not guarded" };
	if (o->state == state)
		return;
	bool change = o->state != OWNER_UNKNOWN || state != OWNER_HOLDS;
	log_line(change ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO,
		change ? "administrator.scheduling" : "support.scheduling", "Mailbox lease", "User",
		"schedulingservice", "Integration", mb->settings.name, "State", words[state],
		"Other", *o->other ? o->other : NULL, NULL);
	o->state = state;
}

static void raise(struct owner *o, struct mailbox *mb, const char *host, const char *what)
{
	char details[OWNER_HOST_MAX + 200];
	snprintf(o->other, sizeof(o->other), "%s", host);
	snprintf(details, sizeof(details), "%s '%s'", what, host);
	alarm_raise(mb->store, ALARM_MAILBOX_SHARED, mb->settings.name, details);
}

static void lower(struct owner *o, struct mailbox *mb)
{
	if (o->clean && !*o->other)
		return;
	o->clean = true; /* an earlier process's alarm may have stood */
	o->other[0] = '\0';
	alarm_lower(mb->store, ALARM_MAILBOX_SHARED, mb->settings.name);
}

/* Some mailboxes keep no notes: the right is missing, or the feature is off. Everything else is
 * trouble that passes. */
static bool keeps_no_notes(const struct err *why)
{
	return why->code == ERR_DENIED || why->code == ERR_INVALID;
}

static void go_unguarded(struct owner *o, struct mailbox *mb, const struct err *why, int64_t now)
{
	o->why = *why;
	enter(o, mb, OWNER_UNGUARDED);
	o->due_ms = now + OWNER_RETRY_NOTES * o->lease_ms;
}

/* Once it is known that nothing else is wrong with the mailbox: a wrong password is told otherwise. */
static void tell_unguarded(struct owner *o, struct mailbox *mb)
{
	if (o->told || o->state != OWNER_UNGUARDED)
		return;
	o->told = true;
	log_warning("administrator.scheduling",
		"The mailbox keeps no note of who works on it: make sure that no other "
		"installation does",
		"User", "schedulingservice", "Integration", mb->settings.name, "Detail",
		o->why.text, NULL);
}

/* ---- the owner's side --------------------------------------------------------------------- */

static bool drop_challenge(struct owner *o, struct mailbox *mb, struct err *err)
{
	keep(&o->challenge, NULL);
	lower(o, mb);
	return exchange_note_remove(mb->ex, CHALLENGER_NOTE, err);
}

/* Does another one want the mailbox? One that has not been heard of for two leases does not any more,
 * and a note of our own is from when we stood by. */
static bool look_for_challenger(struct owner *o, struct mailbox *mb, int64_t now, struct err *err)
{
	const char *text;
	if (!exchange_note_read(mb->ex, CHALLENGER_NOTE, &mb->batch, &text, err))
		return false;
	if (!text) {
		keep(&o->challenge, NULL);
		lower(o, mb);
		return true;
	}
	struct note n = read_note(text);
	if (text_equal(n.key, o->key))
		return drop_challenge(o, mb, err);
	if (text_equal(text, o->challenge))
		return now - o->challenge_ms < 2 * o->lease_ms || drop_challenge(o, mb, err);
	keep(&o->challenge, text);
	o->challenge_ms = now;
	raise(o, mb, n.host, "this installation works on the mailbox; it is wanted by host");
	return true;
}

static bool refresh(struct owner *o, struct mailbox *mb, int64_t began, struct err *err)
{
	char text[NOTE_MAX];
	if (!our_text(o, mb, text, err) || !write_text(mb, OWNER_NOTE, text, err))
		return false;
	int64_t now = clock_boot_ms();
	/* Between looking and writing we may have slept, and another one may have begun to work. */
	if (now - began > o->lease_ms / OWNER_REFRESHES) {
		o->settled_ms = o->due_ms = now + o->lease_ms / 2;
		enter(o, mb, OWNER_SETTLING);
		return true;
	}
	o->refreshed_ms = began;
	o->due_ms = began + o->lease_ms / OWNER_REFRESHES;
	enter(o, mb, OWNER_HOLDS);
	return o->refreshes++ % OWNER_LOOKS != 0 || look_for_challenger(o, mb, now, err);
}

static bool take(struct owner *o, struct mailbox *mb, struct err *err)
{
	char text[NOTE_MAX];
	if (!our_text(o, mb, text, err) || !write_text(mb, OWNER_NOTE, text, err))
		return false;
	o->seize = false;
	o->refreshes = 0;
	keep(&o->seen, NULL);
	o->settled_ms = o->due_ms = clock_boot_ms() + o->lease_ms / 2;
	enter(o, mb, OWNER_SETTLING);
	return true;
}

static bool create(struct owner *o, struct mailbox *mb, int64_t began, struct err *err)
{
	char text[NOTE_MAX];
	struct err why;
	if (!our_text(o, mb, text, err))
		return false;
	if (exchange_note_create(mb->ex, OWNER_NOTE, text, &why)) {
		o->refreshed_ms = began;
		o->due_ms = began + o->lease_ms / OWNER_REFRESHES;
		enter(o, mb, OWNER_HOLDS);
		return true;
	}
	if (keeps_no_notes(&why)) {
		go_unguarded(o, mb, &why, began);
		return true;
	}
	if (why.code == ERR_CONFLICT)
		err_set(&why, ERR_BUSY, "another installation was a moment faster");
	if (err)
		*err = why;
	return false;
}

/* ---- the other side ----------------------------------------------------------------------- */

static bool leave_challenge(struct owner *o, struct mailbox *mb, struct err *err)
{
	char text[NOTE_MAX];
	return our_text(o, mb, text, err) && write_text(mb, CHALLENGER_NOTE, text, err);
}

static bool found_other(
	struct owner *o, struct mailbox *mb, const char *text, int64_t now, struct err *err)
{
	struct note n = read_note(text);
	if (o->seize)
		return take(o, mb, err);
	if (!text_equal(text, o->seen)) {
		keep(&o->seen, text);
		o->seen_ms = now;
	} else if (now - o->seen_ms >= o->lease_ms) {
		return take(o, mb, err);
	}
	raise(o, mb, n.host, "another installation works on the mailbox, this one stands by: host");
	enter(o, mb, OWNER_STANDS_BY);
	o->due_ms = now + o->lease_ms / OWNER_REFRESHES;
	return leave_challenge(o, mb, err);
}

static bool found_ours(
	struct owner *o, struct mailbox *mb, const char *text, int64_t now, struct err *err)
{
	int64_t saves;
	if (!mailbox_saves(mb->store, mb->connector, &saves, err))
		return false;
	if (read_note(text).saves > saves)
		o->restored = true;
	if (o->state == OWNER_SETTLING && now < o->settled_ms)
		return true;
	keep(&o->seen, NULL);
	o->seize = false;
	return refresh(o, mb, now, err);
}

bool owner_check(struct owner *o, struct mailbox *mb, struct err *err)
{
	int64_t now = clock_boot_ms();
	const char *text;
	struct err why;
	if (!exchange_note_read(mb->ex, OWNER_NOTE, &mb->batch, &text, &why)) {
		if (keeps_no_notes(&why)) {
			go_unguarded(o, mb, &why, now);
			return true;
		}
		if (err)
			*err = why;
		return false;
	}
	if (!text)
		return create(o, mb, now, err);
	return text_equal(read_note(text).key, o->key) ? found_ours(o, mb, text, now, err)
						       : found_other(o, mb, text, now, err);
}

bool owner_guard(struct owner *o, struct mailbox *mb, struct err *err)
{
	int64_t now = clock_boot_ms();
	bool fresh = o->state == OWNER_HOLDS && now < o->due_ms &&
		now - o->refreshed_ms < o->lease_ms / 2;
	if (!fresh && (o->state != OWNER_UNGUARDED || now >= o->due_ms) && !owner_check(o, mb, err))
		return false;
	tell_unguarded(o, mb);
	return owner_works(o) ||
		err_set(err, ERR_CONFLICT,
			"another installation, on host '%s', works on the mailbox",
			*o->other ? o->other : "unknown");
}

void owner_forget(struct owner *o)
{
	if (o->state == OWNER_UNGUARDED)
		o->state = OWNER_UNKNOWN;
}

void owner_seize(struct owner *o)
{
	o->seize = true;
	o->due_ms = 0;
}

bool owner_works(const struct owner *o)
{
	return o->state == OWNER_HOLDS || o->state == OWNER_UNGUARDED;
}

int64_t owner_wait_ms(const struct owner *o)
{
	int64_t ms = o->due_ms - clock_boot_ms();
	return ms > 0 ? ms : 0;
}
