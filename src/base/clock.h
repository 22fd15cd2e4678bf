/*
 * clock - the only place that reads the time.
 *
 * Wall clock (UTC) decides windows and tokens; the monotonic clock drives timers and deadlines, so
 * that a stepped wall clock never stalls or floods anything.
 *
 * In builds with test hooks the environment variable VMRD_CLOCK_FILE names a file whose decimal
 * content, in seconds, is added to the wall clock at every read: tests set the time, they do not
 * wait for it.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Wall clock in seconds / milliseconds since 1970-01-01T00:00:00Z. */
int64_t clock_now(void);
int64_t clock_now_ms(void);

/* Monotonic milliseconds since an arbitrary start. */
int64_t clock_mono_ms(void);

/* The same, but time in which the machine slept counts too. */
int64_t clock_boot_ms(void);

#endif
