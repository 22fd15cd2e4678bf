/*
 * guesses - how often strangers may guess wrong, in a fixed amount of memory.
 *
 * Every wrong guess is charged to a narrow key (who guesses) and a wide one (what is guessed at).
 * Each key has a budget per minute, refilled evenly. Whoever has spent the narrow budget is to be
 * answered as if wrong, right or not, so guessing on tells him nothing. When the wide budget is
 * spent, the same goes for everybody who guessed wrong within GUESSES_MEMORY_MS; those who did not
 * are still heard: an attack with many sources slows its own sources down and locks nobody else out.
 *
 * Counters live in two hashed rows; a key counts as spent only when both of its slots are. So memory
 * does not grow with the number of sources, nothing can be pushed out, and at worst a stranger
 * shares the fate of two attackers, for a minute. Hashing is keyed with random bytes. One thread.
 */
#ifndef JOIN_GUESSES_H
#define JOIN_GUESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct guesses;

enum {
	GUESSES_NARROW_SLOTS = 16384, /* in each of the two rows; 16 bytes a slot */
	GUESSES_WIDE_SLOTS = 2048,
	GUESSES_MEMORY_MS = 600000, /* how long one wrong guess is held against its source */
};

/* Wrong guesses per minute; 0: no limit. */
struct guesses *guesses_new(int64_t narrow_per_minute, int64_t wide_per_minute);
void guesses_free(struct guesses **guesses);
/* Takes new budgets; what was spent stays spent. */
void guesses_set(struct guesses *guesses, int64_t narrow_per_minute, int64_t wide_per_minute);

enum guesses_verdict {
	GUESSES_HEAR,        /* look, and answer the truth */
	GUESSES_NARROW_OVER, /* answer as if wrong */
	GUESSES_WIDE_OVER,   /* answer as if wrong */
};
/* now_ms: clock_mono_ms(). */
enum guesses_verdict guesses_ask(
	struct guesses *guesses, const char *narrow, const char *wide, int64_t now_ms);
void guesses_wrong(struct guesses *guesses, const char *narrow, const char *wide, int64_t now_ms);

#endif
