#include "join/guesses.h"
#include "base/random.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 2, MINUTE_MS = 60000 };

/* The generic cell rate algorithm (ITU-T I.371): one instant says all about a budget that refills
 * evenly. It runs ahead of now by the share of the minute that is spent. */
struct slot {
	int64_t spent_until_ms; /* 0: untouched */
	int64_t last_wrong_ms;
};

struct sketch {
	struct slot *slots; /* ROWS rows of size slots */
	size_t size;
	int64_t per_minute; /* 0: no limit */
};

struct guesses {
	unsigned char key[crypto_shorthash_KEYBYTES];
	struct sketch narrow, wide;
};

static void sketch_init(struct sketch *sketch, size_t size)
{
	sketch->size = size;
	sketch->slots = calloc(size * ROWS, sizeof(*sketch->slots));
	if (!sketch->slots)
		abort();
}

struct guesses *guesses_new(int64_t narrow_per_minute, int64_t wide_per_minute)
{
	struct guesses *guesses = calloc(1, sizeof(*guesses));
	if (!guesses)
		abort();
	random_bytes(guesses->key, sizeof(guesses->key));
	sketch_init(&guesses->narrow, GUESSES_NARROW_SLOTS);
	sketch_init(&guesses->wide, GUESSES_WIDE_SLOTS);
	guesses_set(guesses, narrow_per_minute, wide_per_minute);
	return guesses;
}

void guesses_free(struct guesses **guesses)
{
	if (!*guesses)
		return;
	free((*guesses)->narrow.slots);
	free((*guesses)->wide.slots);
	free(*guesses);
	*guesses = NULL;
}

void guesses_set(struct guesses *guesses, int64_t narrow_per_minute, int64_t wide_per_minute)
{
	guesses->narrow.per_minute = narrow_per_minute;
	guesses->wide.per_minute = wide_per_minute;
}

static void find_slots(const struct guesses *guesses, const struct sketch *sketch, const char *text,
	struct slot *ret[ROWS])
{
	uint32_t hash[crypto_shorthash_BYTES / sizeof(uint32_t)];
	_Static_assert(sizeof(hash) / sizeof(hash[0]) >= ROWS, "one half of the hash for each row");
	crypto_shorthash(
		(unsigned char *)hash, (const unsigned char *)text, strlen(text), guesses->key);
	for (size_t row = 0; row < ROWS; row++)
		ret[row] = &sketch->slots[row * sketch->size + hash[row] % sketch->size];
}

/* Milliseconds of the minute that one wrong guess takes; at least one: a limit of any size is one. */
static int64_t cost_of_one(const struct sketch *sketch)
{
	if (sketch->per_minute <= 0)
		return 0;
	return sketch->per_minute < MINUTE_MS ? MINUTE_MS / sketch->per_minute : 1;
}

static bool is_spent(const struct guesses *guesses, const struct sketch *sketch, const char *text,
	int64_t now_ms)
{
	struct slot *slot[ROWS];
	if (sketch->per_minute <= 0)
		return false;
	find_slots(guesses, sketch, text, slot);
	/* Full means: one more would run ahead by more than the whole minute. */
	int64_t cost = cost_of_one(sketch);
	for (size_t row = 0; row < ROWS; row++)
		if (slot[row]->spent_until_ms + cost <= now_ms + MINUTE_MS)
			return false;
	return true;
}

static bool guessed_lately(const struct guesses *guesses, const char *narrow, int64_t now_ms)
{
	struct slot *slot[ROWS];
	find_slots(guesses, &guesses->narrow, narrow, slot);
	for (size_t row = 0; row < ROWS; row++)
		if (!slot[row]->spent_until_ms ||
			slot[row]->last_wrong_ms + GUESSES_MEMORY_MS < now_ms)
			return false;
	return true;
}

static void charge(
	const struct guesses *guesses, struct sketch *sketch, const char *text, int64_t now_ms)
{
	struct slot *slot[ROWS];
	int64_t cost = cost_of_one(sketch);
	find_slots(guesses, sketch, text, slot);
	for (size_t row = 0; row < ROWS; row++) {
		if (slot[row]->spent_until_ms < now_ms)
			slot[row]->spent_until_ms = now_ms;
		if (slot[row]->spent_until_ms < now_ms + MINUTE_MS)
			slot[row]->spent_until_ms += cost;
		slot[row]->last_wrong_ms = now_ms;
	}
}

enum guesses_verdict guesses_ask(
	struct guesses *guesses, const char *narrow, const char *wide, int64_t now_ms)
{
	/* Both are always worked out: who is over must not show in the time either. */
	bool narrow_over = is_spent(guesses, &guesses->narrow, narrow, now_ms);
	bool wide_over = is_spent(guesses, &guesses->wide, wide, now_ms);
	bool lately = guessed_lately(guesses, narrow, now_ms);
	if (narrow_over)
		return GUESSES_NARROW_OVER;
	return wide_over && lately ? GUESSES_WIDE_OVER : GUESSES_HEAR;
}

void guesses_wrong(struct guesses *guesses, const char *narrow, const char *wide, int64_t now_ms)
{
	charge(guesses, &guesses->narrow, narrow, now_ms);
	charge(guesses, &guesses->wide, wide, now_ms);
}
