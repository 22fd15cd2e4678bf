/*
 * log - the administrator log and the support log.
 *
 * One line per event, in the grammar administrators' tools already read:
 *
 *	<syslog time> <system> <originating time> Level="INFO" Name="administrator.configuration"
 *	Message="..." Key="value" ...
 *
 * with the syslog time as YYYY-MM-DDThh:mm:ss.mmm+00:00 and the originating time as
 * "YYYY-MM-DD hh:mm:ss,mmm", always UTC. Double quotes and backslashes inside values are
 * backslash-escaped and control characters written as \n, \r, \t or \xNN, so a value can never
 * forge a line.
 *
 * Names that begin with "administrator." go to both logs, all others ("support.rest", ...) to the
 * support log only: the administrator log is a subset. Tokens, PINs and passwords are never passed
 * in. All functions are safe from any thread. Before log_open() lines go to standard error.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/err.h"

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };

enum { LOG_LINE_MAX = 16384 }; /* bytes; longer lines are cut, and end in "..." */

/* Opens <directory>/administrator.log and support.log for appending (made when missing). Calling
 * it again (SIGHUP) reopens both; on failure the old files stay in use. echo: administrator lines
 * are also written to standard error. */
bool log_open(const char *directory, enum log_level least, bool echo, struct err *err);
void log_close(void);

/* Attributes are pairs of `const char *key, const char *value`, ended by NULL. A pair whose value
 * is NULL is left out. */
void log_line(enum log_level level, const char *name, const char *message, ...)
	__attribute__((sentinel));

#define log_debug(...)   log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)
#define log_info(...)    log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_error(...)   log_line(LOG_LEVEL_ERROR, __VA_ARGS__)

#endif
