#include "model/alarm.h"

#define ALARM(symbol, name_, level_, text_, remedy_)                                               \
	[ALARM_##symbol] = { .name = name_, .level = level_, .text = text_, .remedy = remedy_ },
const struct alarm_kind_info alarm_kinds[N_ALARMS] = {
#include "model/alarms.def"
};
#undef ALARM
