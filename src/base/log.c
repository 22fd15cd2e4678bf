#include "base/log.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/iso8601.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct {
	pthread_mutex_t lock;
	int administrator, support; /* file descriptors, -1 = not open */
	atomic_int least;           /* enum log_level; read without the lock */
	bool echo;
	char system[64];
} logs = { PTHREAD_MUTEX_INITIALIZER, -1, -1, LOG_LEVEL_INFO, true, "vmrd" };

static const char *const level_names[] = { "DEBUG", "INFO", "WARNING", "ERROR" };

static int open_one(const char *directory, const char *file, struct err *err)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", directory, file);
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
	if (fd < 0)
		err_set(err, ERR_IO, "cannot open log '%s': %s", path, strerror(errno));
	return fd;
}

static void close_one(int fd)
{
	if (fd >= 0)
		close(fd);
}

static void find_system(void)
{
	if (gethostname(logs.system, sizeof(logs.system) - 1) != 0)
		strcpy(logs.system, "vmrd");
}

bool log_open(const char *directory, enum log_level least, bool echo, struct err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT; /* lines are made without the lock */
	pthread_once(&once, find_system);
	int administrator = open_one(directory, "administrator.log", err);
	if (administrator < 0)
		return false;
	int support = open_one(directory, "support.log", err);
	if (support < 0) {
		close(administrator);
		return false;
	}
	pthread_mutex_lock(&logs.lock);
	close_one(logs.administrator);
	close_one(logs.support);
	logs.administrator = administrator;
	logs.support = support;
	logs.least = least;
	logs.echo = echo;
	pthread_mutex_unlock(&logs.lock);
	return true;
}

void log_close(void)
{
	pthread_mutex_lock(&logs.lock);
	close_one(logs.administrator);
	close_one(logs.support);
	logs.administrator = logs.support = -1;
	logs.echo = true;
	pthread_mutex_unlock(&logs.lock);
}

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c != 0x7f && c != '"' && c != '\\';
}

/* How many bytes may stand in a line as they are. Terminals obey also the control characters
 * U+0080..U+009F, in UTF-8 or as single bytes: whoever looks at a log must not run what strangers
 * call themselves. */
static size_t plain_length(const char *value, bool utf8)
{
	const unsigned char *p = (const unsigned char *)value;
	while (*p && is_plain(*p) && (*p < 0x80 || (utf8 && (*p != 0xc2 || p[1] >= 0xa0))))
		p++;
	return (size_t)(p - (const unsigned char *)value);
}

static void add_escaped(struct buf *b, unsigned char c)
{
	if (c == '"' || c == '\\')
		buf_addf(b, "\\%c", c);
	else if (c == '\n' || c == '\r' || c == '\t')
		buf_addf(b, "\\%c", c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
	else
		buf_addf(b, "\\x%02x", c);
}

static void add_value(struct buf *b, const char *key, const char *value)
{
	buf_addc(b, ' ');
	buf_adds(b, key);
	buf_adds(b, "=\"");
	bool utf8 = text_is_utf8(value, strlen(value));
	while (*value) {
		size_t plain = plain_length(value, utf8); /* mostly all of it */
		/* What does not fit is cut, not left out: the quote after it then overflows. */
		size_t room = b->max - b->len;
		buf_add(b, value, plain < room ? plain : room);
		value += plain;
		for (int bytes = utf8 && (unsigned char)*value == 0xc2 ? 2 : 1; *value && bytes;
			bytes--)
			add_escaped(b, (unsigned char)*value++);
	}
	buf_addc(b, '"');
}

static void add_times(struct buf *b)
{
	int64_t now_ms = clock_now_ms();
	char at[ISO8601_LEN + 1];
	iso8601_format(now_ms / 1000, at);
	char ms[] = { (char)('0' + now_ms / 100 % 10), (char)('0' + now_ms / 10 % 10),
		(char)('0' + now_ms % 10) };
	buf_add(b, at, 19);
	buf_addc(b, '.');
	buf_add(b, ms, sizeof(ms));
	buf_adds(b, "+00:00 ");
	buf_adds(b, logs.system);
	buf_addc(b, ' ');
	buf_add(b, at, 10);
	buf_addc(b, ' ');
	buf_add(b, at + 11, 8);
	buf_addc(b, ',');
	buf_add(b, ms, sizeof(ms));
}

/* A log that cannot be written (disk full) must never stop the service: errors are dropped. */
static void write_line(int fd, const struct buf *b)
{
	if (fd >= 0 && write(fd, b->data, b->len) < 0)
		return;
}

void log_line(enum log_level level, const char *name, const char *message, ...)
{
	if ((int)level < logs.least)
		return;
	struct buf b;
	buf_init(&b, LOG_LINE_MAX);
	add_times(&b);
	add_value(&b, "Level", level_names[level]);
	add_value(&b, "Name", name);
	add_value(&b, "Message", message);
	va_list ap;
	va_start(ap, message);
	for (const char *key; (key = va_arg(ap, const char *));) {
		const char *value = va_arg(ap, const char *);
		if (value)
			add_value(&b, key, value);
	}
	va_end(ap);
	if (b.overflow) {
		b.overflow = false;
		b.len = b.len > LOG_LINE_MAX - 8 ? LOG_LINE_MAX - 8 : b.len;
		buf_adds(&b, "...\"");
	}
	buf_addc(&b, '\n');

	pthread_mutex_lock(&logs.lock);
	write_line(logs.support, &b);
	if (text_starts_with(name, "administrator.")) {
		write_line(logs.administrator, &b);
		if (logs.echo)
			write_line(STDERR_FILENO, &b);
	}
	pthread_mutex_unlock(&logs.lock);
	buf_release(&b);
}
