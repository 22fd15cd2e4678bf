#include "boot.h"
#include "base/text.h"
#include "wire/http_proxies.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIELD(kind_, name_, label_, help_, def_, min_, max_, extra_, flags_)                       \
	{ .kind = FIELD_##kind_,                                                                   \
		.name = #name_,                                                                    \
		.label = label_,                                                                   \
		.help = help_,                                                                     \
		.default_text = def_,                                                              \
		.min = min_,                                                                       \
		.max = max_,                                                                       \
		.extra = extra_,                                                                   \
		.flags = flags_,                                                                   \
		.offset = offsetof(struct boot, name_) },
static const struct field fields[] = {
#include "boot.def"
};
#undef FIELD

static bool is_loopback(const char *host)
{
	return text_starts_with(host, "127.") || text_equal(host, "::1");
}

/* What the single settings cannot see. */
static bool check(const void *record, const struct field **ret_field, struct err *err)
{
	const struct boot *b = record;
	struct http_proxies proxies;
	struct arena arena;
	const char *host = NULL;
	uint16_t port;
	arena_init(&arena);
	bool ok = true;
	*ret_field = record_field(&boot_type, "client_listen");
	if (!boot_listen(b->client_listen, &arena, &host, &port, err))
		ok = false;
	*ret_field = ok ? record_field(&boot_type, "admin_listen") : *ret_field;
	if (ok && !boot_listen(b->admin_listen, &arena, &host, &port, err))
		ok = false;
	*ret_field = ok ? record_field(&boot_type, "trusted_proxies") : *ret_field;
	if (ok && !http_proxies_parse(b->trusted_proxies, &proxies, err))
		ok = false;
	*ret_field = ok ? record_field(&boot_type, "admin_listen") : *ret_field;
	if (ok && !is_loopback(host) && text_empty(b->admin_certificate))
		ok = err_set(err, ERR_INVALID,
			"'%s' is reached from other machines, so passwords would travel in clear:"
			" set admin_certificate and admin_key, or listen on 127.0.0.1",
			b->admin_listen);
	if (ok && text_empty(b->client_certificate) != text_empty(b->client_key))
		ok = err_set(err, ERR_INVALID, "set client_certificate and client_key together");
	if (ok && text_empty(b->admin_certificate) != text_empty(b->admin_key))
		ok = err_set(err, ERR_INVALID, "set admin_certificate and admin_key together");
	arena_release(&arena);
	return ok;
}

const struct record_type boot_type = {
	.name = "vmrd.conf",
	.label = "Start settings",
	.help = "What vmrd must know before it has opened its database.",
	.size = sizeof(struct boot),
	.fields = fields,
	.n_fields = sizeof(fields) / sizeof(*fields),
	.singleton = true,
	.check = check,
};

bool boot_listen(const char *text, struct arena *arena, const char **ret_host, uint16_t *ret_port,
	struct err *err)
{
	const char *colon = strrchr(text, ':');
	int64_t port;
	size_t len = colon ? (size_t)(colon - text) : 0;
	bool bracketed = len >= 2 && text[0] == '[' && text[len - 1] == ']';
	if (!len || !text_to_int64(colon + 1, &port) || port < 0 || port > 65535 ||
		(!bracketed && memchr(text, ':', len)))
		return err_set(err, ERR_INVALID,
			"'%s' is not an address and port: write 127.0.0.1:8080 or [::1]:8080",
			text);
	*ret_host = bracketed ? arena_strndup(arena, text + 1, len - 2)
			      : arena_strndup(arena, text, len);
	*ret_port = (uint16_t)port;
	return true;
}

static char *trim(char *text)
{
	text += strspn(text, " \t");
	size_t len = strlen(text);
	while (len && strchr(" \t\r\n", text[len - 1]))
		text[--len] = '\0';
	return text;
}

static bool read_line(char *line, struct boot *ret, struct arena *arena, struct err *err)
{
	char *name = trim(line);
	if (!*name || *name == '#')
		return true;
	char *equals = strchr(name, '=');
	if (!equals)
		return err_set(err, ERR_INVALID, "'%s' is not of the form name = value", name);
	*equals = '\0';
	name = trim(name);
	const struct field *f = record_field(&boot_type, name);
	if (!f)
		return err_set(err, ERR_INVALID,
			"there is no setting '%s' here; `vmrd dump settings` lists them at the end",
			name);
	if (!record_set(f, ret, trim(equals + 1), arena, err))
		return err_prefix(err, "%s", f->name);
	return true;
}

static bool read_lines(
	FILE *f, const char *path, struct boot *ret, struct arena *arena, struct err *err)
{
	char line[BOOT_LINE_MAX];
	for (int n = 1; fgets(line, sizeof(line), f); n++) {
		if (!strchr(line, '\n') && !feof(f))
			return err_set(err, ERR_LIMIT, "'%s', line %d is longer than %d bytes",
				path, n, BOOT_LINE_MAX - 2);
		if (!read_line(line, ret, arena, err))
			return err_prefix(err, "'%s', line %d", path, n);
	}
	if (ferror(f))
		return err_set(err, ERR_IO, "cannot read '%s': %s", path, strerror(errno));
	return true;
}

static void resolve(const char **path, const char *directory, struct arena *arena)
{
	if (**path && **path != '/')
		*path = arena_printf(arena, "%s/%s", directory, *path);
}

bool boot_read(const char *directory, struct arena *arena, struct boot *ret, struct err *err)
{
	const char *path = arena_printf(arena, "%s/vmrd.conf", directory);
	struct boot boot;
	const struct field *blamed = NULL;
	FILE *f = fopen(path, "re");
	if (!f)
		return err_set(err, ERR_IO, "cannot open '%s': %s%s", path, strerror(errno),
			errno == ENOENT ? " (`vmrd init` makes a configuration directory)" : "");
	record_defaults(&boot_type, &boot, arena);
	bool ok = read_lines(f, path, &boot, arena, err);
	fclose(f);
	if (!ok)
		return false;
	if (!record_check(&boot_type, &boot, &blamed, err))
		return blamed ? err_prefix(err, "'%s': %s", path, blamed->name) : false;
	const char **const paths[] = { &boot.client_certificate, &boot.client_key,
		&boot.admin_certificate, &boot.admin_key, &boot.database, &boot.log_directory,
		&boot.web_directory, &boot.addin_directory, &boot.icon_directory };
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		resolve(paths[i], directory, arena);
	*ret = boot;
	return true;
}

bool boot_write(const char *directory, struct err *err)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/vmrd.conf", directory);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	if (fd < 0)
		return err_set(err, errno == EEXIST ? ERR_CONFLICT : ERR_IO, "cannot make '%s': %s",
			path, strerror(errno));
	FILE *f = fdopen(fd, "w");
	fputs("# vmrd.conf: what vmrd must know before it has opened its database. Relative paths\n"
	      "# are below this directory. Everything else is set through the management API.\n",
		f);
	for (size_t i = 0; i < boot_type.n_fields; i++)
		fprintf(f, "\n# %s\n#%s = %s\n", fields[i].help, fields[i].name,
			fields[i].default_text);
	if (fclose(f) != 0)
		return err_set(err, ERR_IO, "cannot write '%s': %s", path, strerror(errno));
	return true;
}
