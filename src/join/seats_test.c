#include "join/seats.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

/* What the owner's function heard, as text: "Ann joined Bob;" */
static char heard[4096];

static void hear(struct seat *to, enum seats_event event, const struct seat *about,
	const char *reason, void *arg)
{
	static const char *const words[] = { "admitted", "joined", "left", "ended" };
	size_t len = strlen(heard);
	(void)arg;
	snprintf(heard + len, sizeof(heard) - len, "%s: %s %s%s%s;", to->display_name,
		about->display_name, words[event], reason ? " " : "", reason ? reason : "");
	if (event == SEATS_ENDED)
		to->listener = NULL;
}

static struct join_room room_of(int64_t id, int64_t limit)
{
	struct join_room room = {
		.conference_id = id, .participant_limit = limit, .name = "Room", .lobby = true
	};
	return room;
}

static struct seat *sit_as(
	struct seats *seats, int64_t id, const char *name, bool host, int64_t now_ms, char *token)
{
	struct join_room room = room_of(id, JOIN_NO_LIMIT);
	struct seat_request request = { .display_name = name,
		.source = "192.0.2.1",
		.alias_key = "100@example.com",
		.host = host,
		.now = 1000,
		.now_ms = now_ms };
	struct seat *seat = NULL;
	assert_true(seats_take(seats, &room, &request, &seat, token, NULL));
	seat->listener = heard; /* anything but NULL */
	return seat;
}

static struct seat *sit(
	struct seats *seats, int64_t id, const char *name, int64_t now_ms, char *token)
{
	return sit_as(seats, id, name, true, now_ms, token);
}

static void a_token_opens_its_own_seat_only(void **state)
{
	(void)state;
	char ann[SEAT_TOKEN_LEN + 1], bob[SEAT_TOKEN_LEN + 1];
	struct seats *seats = seats_new(hear, NULL);
	struct seat *a = sit(seats, 1, "Ann", 0, ann), *b = sit(seats, 1, "Bob", 0, bob);
	assert_string_not_equal(ann, bob);
	assert_int_equal(strlen(ann), SEAT_TOKEN_LEN);
	assert_ptr_equal(seats_find(seats, ann, "100@example.com", 0), a);
	assert_ptr_equal(seats_find(seats, bob, "100@example.com", 0), b);
	assert_null(seats_find(seats, ann, "200@example.com", 0)); /* another room's address */
	assert_null(seats_find(seats, "", "100@example.com", 0));
	ann[0] = ann[0] == 'A' ? 'B' : 'A';
	assert_null(seats_find(seats, ann, "100@example.com", 0));
	assert_int_equal(seats_count(seats), 2);
	seats_free(&seats);
}

static void events_reach_the_others_in_the_room(void **state)
{
	(void)state;
	char token[SEAT_TOKEN_LEN + 1];
	heard[0] = '\0';
	struct seats *seats = seats_new(hear, NULL);
	sit(seats, 1, "Ann", 0, token);
	struct seat *bob = sit(seats, 1, "Bob", 0, token);
	sit(seats, 2, "Eve", 0, token); /* next door: hears nothing */
	seats_end(seats, bob, NULL);
	seats_end_room(seats, 1, "closed");
	assert_string_equal(
		heard, "Ann: Bob joined;Bob: Bob ended;Ann: Bob left;Ann: Ann ended closed;");
	seats_free(&seats);
}

static bool only_room_two(int64_t conference_id, void *arg)
{
	(void)arg;
	return conference_id == 2;
}

static void silence_and_closing_end_seats(void **state)
{
	(void)state;
	char one[SEAT_TOKEN_LEN + 1], two[SEAT_TOKEN_LEN + 1], token[SEAT_TOKEN_LEN + 1];
	struct seats *seats = seats_new(hear, NULL);
	sit(seats, 1, "Ann", 0, token);
	struct seat *bob = sit(seats, 2, "Bob", 0, one);
	sit(seats, 2, "Eve", 0, two);
	seat_refresh(bob, 1000);
	heard[0] = '\0';
	seats_sweep(seats, SEAT_LIFETIME_MS + 1, "silent", "closed", only_room_two, NULL);
	assert_non_null(strstr(heard, "Ann: Ann ended closed;"));
	assert_non_null(strstr(heard, "Eve: Eve ended silent;Bob: Eve left;"));
	assert_int_equal(seats_count(seats), 1);
	assert_null(seats_find(seats, two, "100@example.com", 0));
	/* Over is over, even before the sweep comes by. */
	assert_non_null(seats_find(seats, one, "100@example.com", 1000 + SEAT_LIFETIME_MS));
	assert_null(seats_find(seats, one, "100@example.com", 1001 + SEAT_LIFETIME_MS));
	seats_sweep(seats, 1001 + SEAT_LIFETIME_MS, "silent", "closed", only_room_two, NULL);
	assert_int_equal(seats_count(seats), 0);
	seats_free(&seats);
}

static void count_seat(const struct seat *seat, void *arg)
{
	(void)seat;
	++*(int *)arg;
}

static void guests_wait_for_a_host_and_know_of_nobody(void **state)
{
	(void)state;
	int known = 0;
	char token[SEAT_TOKEN_LEN + 1];
	struct seats *seats = seats_new(hear, NULL);
	heard[0] = '\0';
	struct seat *gus = sit_as(seats, 1, "Gus", false, 0, token);
	struct seat *gil = sit_as(seats, 1, "Gil", false, 0, token);
	assert_true(gus->waiting && gil->waiting);
	seats_each(gus, count_seat, &known);
	assert_int_equal(known, 1);
	assert_string_equal(heard, "");
	struct seat *ann = sit(seats, 1, "Ann", 0, token);
	assert_string_equal(heard, "Gus: Gus admitted;Gil: Gil admitted;");
	known = 0;
	seats_each(gus, count_seat, &known);
	assert_int_equal(known, 3);
	heard[0] = '\0';
	seats_end(seats, ann, NULL); /* the meeting goes on, and later guests come straight in */
	assert_false(sit_as(seats, 1, "Guy", false, 0, token)->waiting);
	assert_string_equal(heard,
		"Ann: Ann ended;Gus: Ann left;Gil: Ann left;Gus: Guy joined;Gil: Guy joined;");
	seats_free(&seats);
}

static void without_a_lobby_guests_do_not_wait(void **state)
{
	(void)state;
	char token[SEAT_TOKEN_LEN + 1];
	struct seats *seats = seats_new(hear, NULL);
	struct join_room room = room_of(1, JOIN_NO_LIMIT);
	const struct seat_request request = {
		.display_name = "Gus", .source = "192.0.2.1", .alias_key = "100@example.com"
	};
	struct seat *seat;
	room.lobby = false;
	assert_true(seats_take(seats, &room, &request, &seat, token, NULL));
	assert_false(seat->waiting);
	seats_free(&seats);
}

static void a_full_room_takes_nobody(void **state)
{
	(void)state;
	char token[SEAT_TOKEN_LEN + 1];
	struct err err;
	struct seat *seat = NULL;
	struct join_room room = room_of(5, 2);
	struct seat_request request = { .display_name = "x", .source = "s", .alias_key = "a" };
	struct seats *seats = seats_new(hear, NULL);
	assert_true(seats_take(seats, &room, &request, &seat, token, &err));
	assert_true(seats_take(seats, &room, &request, &seat, token, &err));
	assert_false(seats_take(seats, &room, &request, &seat, token, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	room.participant_limit = JOIN_NO_LIMIT;
	for (int i = 2; i < SEATS_ROOM_MAX; i++)
		assert_true(seats_take(seats, &room, &request, &seat, token, &err));
	assert_false(seats_take(seats, &room, &request, &seat, token, &err));
	for (int64_t n = seats_count(seats); n < SEATS_MAX; n++) {
		room.conference_id = 1000 + n / 100;
		assert_true(seats_take(seats, &room, &request, &seat, token, &err));
	}
	room.conference_id = 1;
	assert_false(seats_take(seats, &room, &request, &seat, token, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	seats_free(&seats);
}

static void long_names_are_cut_between_characters(void **state)
{
	(void)state;
	char name[400] = "x", token[SEAT_TOKEN_LEN + 1]; /* the limit falls into a character */
	for (int i = 0; i < 130; i++)
		strcat(name, "\xc3\xa9");
	struct seats *seats = seats_new(hear, NULL);
	struct seat *seat = sit(seats, 1, name, 0, token);
	assert_int_equal(strlen(seat->display_name), SEAT_NAME_MAX - 1);
	seats_free(&seats);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_opens_its_own_seat_only),
		cmocka_unit_test(events_reach_the_others_in_the_room),
		cmocka_unit_test(silence_and_closing_end_seats),
		cmocka_unit_test(guests_wait_for_a_host_and_know_of_nobody),
		cmocka_unit_test(without_a_lobby_guests_do_not_wait),
		cmocka_unit_test(a_full_room_takes_nobody),
		cmocka_unit_test(long_names_are_cut_between_characters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
