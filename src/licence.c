/* `vmrd licence keygen|sign|show`: for those who issue licences. No server and no database. */
#include "auth/licence.h"
#include "base/clock.h"
#include "base/iso8601.h"
#include "base/text.h"
#include "commands.h"
#include "model/record.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
	"write 'licence keygen KEYFILE',"
	" 'licence sign KEYFILE --entitlement ID [--type WORD] [--features WORD,WORD]"
	" [--start TIME] [--expires TIME] [--meetings N]'"
	" or 'licence show LICENCEFILE --key PUBLICKEY' (a TIME is such as 2027-01-01T00:00:00Z)";

/* What the command line says; NULL: it does not. */
struct wish {
	const char *file, *entitlement, *type, *features, *start, *expires, *meetings, *key;
};

/* One line or more of a small file, without the line end. */
static bool read_file(const char *path, struct arena *arena, const char **ret, struct err *err)
{
	char bytes[LICENCE_TEXT_MAX + 1];
	FILE *f = fopen(path, "re");
	if (!f)
		return err_set(err, ERR_IO, "cannot open '%s': %s", path, strerror(errno));
	size_t len = fread(bytes, 1, sizeof(bytes), f);
	bool failed = ferror(f) != 0;
	fclose(f);
	if (failed)
		return err_set(err, ERR_IO, "cannot read '%s'", path);
	if (len == sizeof(bytes))
		return err_set(
			err, ERR_LIMIT, "'%s' is longer than %d bytes", path, LICENCE_TEXT_MAX);
	while (len && (bytes[len - 1] == '\n' || bytes[len - 1] == '\r'))
		len--;
	*ret = arena_strndup(arena, bytes, len);
	return true;
}

/* Never over another key: what it signed could not be renewed. */
static bool write_key(const char *path, const char *key, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set(err, ERR_IO, "cannot make '%s': %s", path, strerror(errno));
	bool ok = dprintf(fd, "%s\n", key) > 0;
	ok = fsync(fd) == 0 && ok;
	ok = close(fd) == 0 && ok;
	return ok || err_set(err, ERR_IO, "cannot write '%s'", path);
}

static bool keygen(const struct wish *w, struct arena *arena, struct err *err)
{
	char public_key[LICENCE_KEY_LEN + 1], secret_key[LICENCE_KEY_LEN + 1];
	(void)arena;
	licence_keys_new(public_key, secret_key);
	if (!write_key(w->file, secret_key, err))
		return false;
	fprintf(stderr,
		"'%s' holds the secret key now; the global setting licence_public_key is:\n",
		w->file);
	puts(public_key);
	return true;
}

static bool read_time(const char *text, int64_t otherwise, int64_t *ret, struct err *err)
{
	*ret = otherwise;
	return !text || iso8601_parse(text, ret) ||
		err_set(err, ERR_INVALID, "'%s' is not a time such as 2027-01-01T00:00:00Z", text);
}

static bool sign(const struct wish *w, struct arena *arena, struct err *err)
{
	const char *key;
	struct buf text;
	struct licence_terms t = { .entitlement_id = w->entitlement,
		.type = w->type ? w->type : "scheduling",
		.features = w->features ? w->features : "",
		.meetings = FIELD_NULL };
	if (w->meetings && !text_to_int64(w->meetings, &t.meetings))
		return err_set(err, ERR_INVALID, "'%s' is not a number of meetings", w->meetings);
	/* The day has begun on every clock that is nearly right. */
	int64_t today = clock_now() / 86400 * 86400;
	if (!read_time(w->start, today, &t.start, err) ||
		!read_time(w->expires, FIELD_NULL, &t.expires, err) ||
		!read_file(w->file, arena, &key, err))
		return false;
	buf_init(&text, LICENCE_TEXT_MAX);
	bool ok = licence_sign(key, &t, &text, err);
	if (ok)
		puts(text.data);
	buf_release(&text);
	return ok;
}

static void print_time(const char *label, int64_t at)
{
	char text[ISO8601_LEN + 1] = "never";
	if (at != FIELD_NULL)
		iso8601_format(at, text);
	printf("%-12s %s\n", label, text);
}

static bool show(const struct wish *w, struct arena *arena, struct err *err)
{
	const char *text;
	struct licence_terms t;
	if (!read_file(w->file, arena, &text, err))
		return false;
	if (!licence_read(w->key, text, arena, &t, err))
		return err_prefix(err, "'%s'", w->file);
	printf("%-12s %s\n%-12s %s\n%-12s %s\n", "entitlement", t.entitlement_id, "type", t.type,
		"features", t.features);
	print_time("valid from", t.start);
	print_time("expires", t.expires);
	if (t.meetings == FIELD_NULL)
		printf("%-12s no limit\n", "meetings");
	else
		printf("%-12s %" PRId64 "\n", "meetings", t.meetings);
	return true;
}

/* The member that an option fills. */
static const char **option(struct wish *w, const char *word)
{
	const struct {
		const char *name, **member;
	} options[] = { { "--entitlement", &w->entitlement }, { "--type", &w->type },
		{ "--features", &w->features }, { "--start", &w->start },
		{ "--expires", &w->expires }, { "--meetings", &w->meetings },
		{ "--key", &w->key } };
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
		if (text_equal(options[i].name, word))
			return options[i].member;
	return NULL;
}

static bool read_wish(const struct invocation *in, struct wish *ret)
{
	*ret = (struct wish){ 0 };
	for (int i = 1; i < in->argc; i++) {
		const char **member = option(ret, in->argv[i]);
		if (member && i + 1 < in->argc)
			*member = in->argv[++i];
		else if (!member && in->argv[i][0] != '-' && !ret->file)
			ret->file = in->argv[i];
		else
			return false;
	}
	return ret->file != NULL;
}

int command_licence(const struct invocation *in)
{
	struct wish w;
	struct arena arena;
	struct err err;
	bool (*run)(const struct wish *w, struct arena *arena, struct err *err) = NULL;
	const char *verb = in->argc ? in->argv[0] : "";
	if (!read_wish(in, &w))
		return command_misused("%s", usage);
	if (text_equal(verb, "keygen"))
		run = keygen;
	else if (text_equal(verb, "sign") && w.entitlement)
		run = sign;
	else if (text_equal(verb, "show") && w.key)
		run = show;
	if (!run)
		return command_misused("%s", usage);
	arena_init(&arena);
	bool ok = run(&w, &arena, &err);
	arena_release(&arena);
	return ok ? EXIT_SUCCESS : command_failed(&err);
}
