#include "join/admission.h"
#include "base/text.h"

#include <sodium.h>
#include <string.h>

bool admission_wants_pin(const struct join_room *room)
{
	return room->pin[0] != '\0';
}

bool admission_wants_guest_pin(const struct join_room *room)
{
	return admission_wants_pin(room) && room->allow_guests && room->guest_pin[0] != '\0';
}

static bool equal(const char *pin, const char *given)
{
	char a[JOIN_PIN_MAX + 1] = "", b[JOIN_PIN_MAX + 1] = "";
	if (strlen(given) > JOIN_PIN_MAX)
		return false;
	memcpy(a, pin, strlen(pin));
	memcpy(b, given, strlen(given));
	return sodium_memcmp(a, b, sizeof(a)) == 0;
}

enum admission admission_decide(const struct join_room *room, const char *pin)
{
	if (!admission_wants_pin(room))
		return ADMISSION_HOST;
	if (!pin)
		return ADMISSION_PIN_WANTED;
	if (text_empty(pin) || text_equal(pin, "none"))
		return room->allow_guests && !room->guest_pin[0] ? ADMISSION_GUEST
								 : ADMISSION_PIN_WRONG;
	bool host = equal(room->pin, pin), guest = equal(room->guest_pin, pin);
	if (host)
		return ADMISSION_HOST;
	return guest && admission_wants_guest_pin(room) ? ADMISSION_GUEST : ADMISSION_PIN_WRONG;
}
