#include "join/admission.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>

static enum admission decide(const char *pin, bool guests, const char *guest_pin, const char *given)
{
	struct join_room room = { .allow_guests = guests };
	snprintf(room.pin, sizeof(room.pin), "%s", pin);
	snprintf(room.guest_pin, sizeof(room.guest_pin), "%s", guest_pin);
	return admission_decide(&room, given);
}

static void without_a_pin_everybody_is_a_host(void **state)
{
	(void)state;
	assert_int_equal(decide("", false, "", NULL), ADMISSION_HOST);
	assert_int_equal(decide("", false, "", "9999"), ADMISSION_HOST);
	/* A guest PIN without a PIN is refused by the settings; it opens nothing here. */
	assert_int_equal(decide("", true, "7777", NULL), ADMISSION_HOST);
}

static void a_pin_is_asked_for_and_compared_whole(void **state)
{
	(void)state;
	assert_int_equal(decide("1234", false, "", NULL), ADMISSION_PIN_WANTED);
	assert_int_equal(decide("1234", false, "", "none"), ADMISSION_PIN_WRONG);
	assert_int_equal(decide("1234", false, "", ""), ADMISSION_PIN_WRONG);
	assert_int_equal(decide("1234", false, "", "123"), ADMISSION_PIN_WRONG);
	assert_int_equal(decide("1234", false, "", "12345"), ADMISSION_PIN_WRONG);
	assert_int_equal(decide("1234", false, "", "1234"), ADMISSION_HOST);
	assert_int_equal(
		decide("12345678901234567890", false, "", "12345678901234567890"), ADMISSION_HOST);
	assert_int_equal(decide("12345678901234567890", false, "", "123456789012345678901"),
		ADMISSION_PIN_WRONG);
}

static void guests_come_with_their_pin_or_with_none(void **state)
{
	(void)state;
	assert_int_equal(decide("1234", true, "", NULL), ADMISSION_PIN_WANTED);
	assert_int_equal(decide("1234", true, "", "none"), ADMISSION_GUEST);
	assert_int_equal(decide("1234", true, "", "5678"), ADMISSION_PIN_WRONG);
	assert_int_equal(decide("1234", true, "5678", "none"), ADMISSION_PIN_WRONG);
	assert_int_equal(decide("1234", true, "5678", "5678"), ADMISSION_GUEST);
	assert_int_equal(decide("1234", true, "5678", "1234"), ADMISSION_HOST);
	assert_int_equal(decide("1234", false, "5678", "5678"), ADMISSION_PIN_WRONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_pin_everybody_is_a_host),
		cmocka_unit_test(a_pin_is_asked_for_and_compared_whole),
		cmocka_unit_test(guests_come_with_their_pin_or_with_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
