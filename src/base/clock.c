#include "base/clock.h"

#include <stdlib.h>
#include <time.h>

#ifdef VMRD_TEST_HOOKS
#include <stdio.h>

static int64_t test_offset_ms(void)
{
	const char *path = getenv("VMRD_CLOCK_FILE");
	FILE *f = path ? fopen(path, "re") : NULL;
	long long seconds = 0;
	if (f) {
		if (fscanf(f, "%lld", &seconds) != 1)
			seconds = 0;
		fclose(f);
	}
	return seconds * 1000;
}
#else
static int64_t test_offset_ms(void)
{
	return 0;
}
#endif

static int64_t read_ms(clockid_t id)
{
	struct timespec ts;
	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t clock_now_ms(void)
{
	return read_ms(CLOCK_REALTIME) + test_offset_ms();
}

int64_t clock_now(void)
{
	return clock_now_ms() / 1000;
}

int64_t clock_mono_ms(void)
{
	return read_ms(CLOCK_MONOTONIC);
}

int64_t clock_boot_ms(void)
{
	return read_ms(CLOCK_BOOTTIME);
}
