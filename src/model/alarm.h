/*
 * alarm - the kinds of alarms there are, from their table (model/alarms.def).
 */
#ifndef MODEL_ALARM_H
#define MODEL_ALARM_H

#define ALARM(symbol, name, level, text, remedy) ALARM_##symbol,
enum alarm_kind {
#include "model/alarms.def"
	N_ALARMS
};
#undef ALARM

struct alarm_kind_info {
	const char *name, *level, *text, *remedy;
};

extern const struct alarm_kind_info alarm_kinds[N_ALARMS];

#endif
