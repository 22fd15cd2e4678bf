/*
 * log_quota - how many log lines strangers may cause.
 *
 * Whoever reaches a listener can be refused as often as he likes; a line for each refusal would let
 * him fill the disk. A quota lets LOG_QUOTA_LINES lines through each minute and counts the others;
 * when the minute is over one line says how many there were. From any thread.
 */
#ifndef BASE_LOG_QUOTA_H
#define BASE_LOG_QUOTA_H

#include <stdbool.h>
#include <stdint.h>

enum { LOG_QUOTA_LINES = 120, LOG_QUOTA_MS = 60000 };

struct log_quota;

/* listener: which one's refusals these are, for the log; a constant text. */
struct log_quota *log_quota_new(const char *listener);
void log_quota_free(struct log_quota **quota); /* tells what was not told yet */

/* True: write the line. quota may be NULL: always. now_ms: clock_mono_ms(). */
bool log_quota_take(struct log_quota *quota, int64_t now_ms);
/* Now and then: when the minute is over, says how many lines were left out in it. */
void log_quota_tell(struct log_quota *quota, int64_t now_ms);

#endif
