#include "sched/furnish.h"

void room_furnish(const struct ms_exchange_connector *settings, const struct scheduled_alias *alias,
	struct arena *arena, struct conference *ret)
{
	record_defaults(&conference_type, ret, arena);
	ret->service_type = "conference";
	ret->ivr_theme = settings->ivr_theme;
	ret->host_identity_provider_group = settings->host_identity_provider_group;
	ret->non_idp_participants = settings->non_idp_participants;
	ret->pin = alias->pin;
	ret->allow_guests = settings->room_allow_guests && *ret->pin;
	ret->guest_pin = ret->allow_guests ? alias->guest_pin : "";
	ret->lobby = settings->room_lobby;
	ret->participant_limit = settings->room_participant_limit;
	ret->single_use = true;
	ret->exchange_connector = settings->id;
}
