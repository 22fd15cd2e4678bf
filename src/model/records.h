/*
 * records - the configuration records of vmrd: their structs and types, made from the tables.
 */
#ifndef MODEL_RECORDS_H
#define MODEL_RECORDS_H

#include "model/record.h"

enum { CONNECTOR_SOURCES_MAX = 50 }; /* lines of additional_add_in_script_sources */

/* The member's C type by the field's kind. */
#define FIELD_MEMBER_TEXT(name)                                     const char *name;
#define FIELD_MEMBER_URL(name)                                      const char *name;
#define FIELD_MEMBER_FQDN(name)                                     const char *name;
#define FIELD_MEMBER_HOST_URL(name)                                 const char *name;
#define FIELD_MEMBER_EMAIL(name)                                    const char *name;
#define FIELD_MEMBER_DIGITS(name)                                   const char *name;
#define FIELD_MEMBER_TEMPLATE(name)                                 const char *name;
#define FIELD_MEMBER_UUID(name)                                     const char *name;
#define FIELD_MEMBER_CHOICE(name)                                   const char *name;
#define FIELD_MEMBER_BOOL(name)                                     bool name;
#define FIELD_MEMBER_INT(name)                                      int64_t name;
#define FIELD_MEMBER_TIME(name)                                     int64_t name;
#define FIELD_MEMBER_REF(name)                                      int64_t name;
#define FIELD(kind, name, label, help, def, min, max, extra, flags) FIELD_MEMBER_##kind(name)

struct ms_exchange_connector {
	int64_t id;
#include "model/ms_exchange_connector.def"
};

struct exchange_domain {
	int64_t id;
#include "model/exchange_domain.def"
};

struct conference {
	int64_t id;
#include "model/conference.def"
};

struct conference_alias {
	int64_t id;
#include "model/conference_alias.def"
};

struct scheduled_alias {
	int64_t id;
#include "model/scheduled_alias.def"
};

struct recurring_conference {
	int64_t id;
#include "model/recurring_conference.def"
};

struct scheduled_conference {
	int64_t id;
#include "model/scheduled_conference.def"
};

struct end_user {
	int64_t id;
#include "model/end_user.def"
};

struct global_settings {
	int64_t id;
#include "model/global_settings.def"
};

struct alarm {
	int64_t id;
#include "model/alarm.def"
};

struct addin_version {
	int64_t id;
#include "model/addin_version.def"
};

struct administrator {
	int64_t id;
#include "model/administrator.def"
};

struct licence {
	int64_t id;
#include "model/licence.def"
};

struct scheduling_operation {
	int64_t id;
#include "model/scheduling_operation.def"
};

struct exchange_scheduler {
	int64_t id;
#include "model/exchange_scheduler.def"
};

#undef FIELD

extern const struct record_type ms_exchange_connector_type;
extern const struct record_type exchange_domain_type;
extern const struct record_type conference_type;
extern const struct record_type conference_alias_type;
extern const struct record_type scheduled_alias_type;
extern const struct record_type recurring_conference_type;
extern const struct record_type scheduled_conference_type;
extern const struct record_type end_user_type;
extern const struct record_type global_settings_type;
extern const struct record_type administrator_type;
extern const struct record_type alarm_type;
extern const struct record_type licence_type;
extern const struct record_type addin_version_type;
extern const struct record_type scheduling_operation_type;
extern const struct record_type exchange_scheduler_type;

/* All of them, NULL-ended, in an order in which references point backwards. */
extern const struct record_type *const record_types[];
const struct record_type *record_type_find(const char *name); /* or NULL */

#endif
