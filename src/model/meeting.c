#include "model/meeting.h"
#include "base/text.h"

bool meeting_invites(const struct meeting *m, const char *email)
{
	for (size_t i = 0; i < m->n_attendees; i++)
		if (text_equal_nocase(m->attendees[i].email, email))
			return true;
	return false;
}
