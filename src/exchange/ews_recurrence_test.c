#include "exchange/ews_recurrence.h"

#include "base/iso8601.h"
#include "exchange/ews_canned.h"
#include "model/recurrence.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define ITEM(content) "<t:CalendarItem xmlns:t=\"" NS_T "\">" content "</t:CalendarItem>"

struct rig {
	struct arena arena;
	struct xml_doc *doc;
	struct meeting m;
};

static int setup(void **state)
{
	static struct rig rig;
	rig = (struct rig){ 0 };
	*state = &rig;
	return 0;
}

static int teardown(void **state)
{
	struct rig *rig = *state;
	xml_free(&rig->doc);
	arena_release(&rig->arena);
	return 0;
}

static const struct meeting *read_item(struct rig *rig, const char *xml)
{
	xml_free(&rig->doc);
	assert_true(xml_parse(xml, strlen(xml), &rig->doc, NULL));
	rig->m = (struct meeting){ 0 };
	ews_recurrence_read(xml_root(rig->doc), &rig->arena, &rig->m);
	return &rig->m;
}

static void rule_is(struct rig *rig, const char *pattern_and_range, const char *expected)
{
	const char *xml = arena_printf(
		&rig->arena, ITEM("<t:Recurrence>%s</t:Recurrence>"), pattern_and_range);
	const struct meeting *m = read_item(rig, xml);
	struct buf b;
	buf_init(&b, RECURRENCE_TEXT_MAX);
	assert_non_null(m->recurrence);
	recurrence_format(m->recurrence, &b);
	assert_string_equal(b.data, expected);
	buf_release(&b);
}

#define NO_END "<t:NoEndRecurrence><t:StartDate>2026-01-05+01:00</t:StartDate></t:NoEndRecurrence>"

static void every_pattern_and_range(void **state)
{
	rule_is(*state,
		"<t:DailyRecurrence><t:Interval>3</t:Interval></t:DailyRecurrence>"
		"<t:NumberedRecurrence><t:StartDate>2026-01-05Z</t:StartDate>"
		"<t:NumberOfOccurrences>7</t:NumberOfOccurrences></t:NumberedRecurrence>",
		"FREQ=DAILY;INTERVAL=3;START=2026-01-05;COUNT=7");
	rule_is(*state,
		"<t:WeeklyRecurrence><t:Interval>2</t:Interval><t:DaysOfWeek>Monday\n Friday"
		"</t:DaysOfWeek><t:FirstDayOfWeek>Monday</t:FirstDayOfWeek></t:WeeklyRecurrence>"
		"<t:EndDateRecurrence><t:StartDate>2026-01-05</t:StartDate>"
		"<t:EndDate>2026-12-31</t:EndDate></t:EndDateRecurrence>",
		"FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;WKST=MO;START=2026-01-05;UNTIL=2026-12-31");
	rule_is(*state,
		"<t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Weekday"
		"</t:DaysOfWeek></t:WeeklyRecurrence>" NO_END,
		"FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,TU,WE,TH,FR;WKST=SU;START=2026-01-05");
	rule_is(*state,
		"<t:AbsoluteMonthlyRecurrence><t:Interval>1</t:Interval><t:DayOfMonth>31"
		"</t:DayOfMonth></t:AbsoluteMonthlyRecurrence>" NO_END,
		"FREQ=MONTHLY;INTERVAL=1;BYMONTHDAY=31;START=2026-01-05");
	rule_is(*state,
		"<t:RelativeMonthlyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>WeekendDay"
		"</t:DaysOfWeek><t:DayOfWeekIndex>Last</t:DayOfWeekIndex>"
		"</t:RelativeMonthlyRecurrence>" NO_END,
		"FREQ=MONTHLY;INTERVAL=1;BYDAY=SU,SA;BYSETPOS=-1;START=2026-01-05");
	rule_is(*state,
		"<t:AbsoluteYearlyRecurrence><t:DayOfMonth>29</t:DayOfMonth><t:Month>February"
		"</t:Month></t:AbsoluteYearlyRecurrence>" NO_END,
		"FREQ=YEARLY;INTERVAL=1;BYMONTH=2;BYMONTHDAY=29;START=2026-01-05");
	rule_is(*state,
		"<t:RelativeYearlyRecurrence><t:DaysOfWeek>Day</t:DaysOfWeek><t:DayOfWeekIndex>"
		"Fourth</t:DayOfWeekIndex><t:Month>December</t:Month>"
		"</t:RelativeYearlyRecurrence>" NO_END,
		"FREQ=YEARLY;INTERVAL=1;BYMONTH=12;BYDAY=SU,MO,TU,WE,TH,FR,SA;BYSETPOS=4;"
		"START=2026-01-05");
}

static void a_rule_that_makes_no_sense_is_not_told(void **state)
{
	static const char *const rules[] = {
		"",
		"<t:Recurrence/>",
		"<t:Recurrence><t:DailyRecurrence/></t:Recurrence>",
		"<t:Recurrence><t:DailyRegeneration><t:Interval>1</t:Interval>"
		"</t:DailyRegeneration>" NO_END "</t:Recurrence>",
		"<t:Recurrence><t:DailyRecurrence><t:Interval>0</t:Interval>"
		"</t:DailyRecurrence>" NO_END "</t:Recurrence>",
		"<t:Recurrence><t:DailyRecurrence><t:Interval>many</t:Interval>"
		"</t:DailyRecurrence>" NO_END "</t:Recurrence>",
		"<t:Recurrence><t:WeeklyRecurrence><t:DaysOfWeek>Monday Someday</t:DaysOfWeek>"
		"</t:WeeklyRecurrence>" NO_END "</t:Recurrence>",
		"<t:Recurrence><t:DailyRecurrence/><t:NoEndRecurrence><t:StartDate>soon"
		"</t:StartDate></t:NoEndRecurrence></t:Recurrence>",
		"<t:Recurrence><t:DailyRecurrence/><t:NumberedRecurrence><t:StartDate>2026-01-05"
		"</t:StartDate></t:NumberedRecurrence></t:Recurrence>",
		"<t:Recurrence><t:DailyRecurrence/><t:EndDateRecurrence><t:StartDate>2026-01-05"
		"</t:StartDate></t:EndDateRecurrence></t:Recurrence>",
	};
	struct rig *rig = *state;
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		const char *xml = arena_printf(&rig->arena, ITEM("%s"), rules[i]);
		assert_null(read_item(rig, xml)->recurrence);
	}
}

static int64_t at(const char *text)
{
	int64_t ret;
	assert_true(iso8601_parse(text, &ret));
	return ret;
}

static void exceptions_are_moved_or_deleted(void **state)
{
	const struct meeting *m = read_item(*state,
		ITEM("<t:IsAllDayEvent>true</t:IsAllDayEvent><t:ModifiedOccurrences><t:Occurrence>"
		     "<t:ItemId Id=\"AAMk2\"/><t:Start>2026-01-13T10:00:00+01:00</t:Start>"
		     "<t:End>2026-01-13T11:00:00Z</t:End><t:OriginalStart>2026-01-12T09:00:00Z"
		     "</t:OriginalStart></t:Occurrence><t:Occurrence><t:Start>2026-01-13T10:00:00Z"
		     "</t:Start></t:Occurrence></t:ModifiedOccurrences><t:DeletedOccurrences>"
		     "<t:DeletedOccurrence/><t:DeletedOccurrence><t:Start>2026-01-06T09:00:00Z"
		     "</t:Start></t:DeletedOccurrence></t:DeletedOccurrences>"));
	assert_true(m->all_day);
	assert_string_equal(m->zone, "");
	assert_int_equal(m->n_exceptions, 2);
	assert_int_equal(m->exceptions[0].original_start, at("2026-01-12T09:00:00Z"));
	assert_int_equal(m->exceptions[0].start, at("2026-01-13T09:00:00Z"));
	assert_int_equal(m->exceptions[0].end, at("2026-01-13T11:00:00Z"));
	assert_false(m->exceptions[0].deleted);
	assert_int_equal(m->exceptions[1].original_start, at("2026-01-06T09:00:00Z"));
	assert_true(m->exceptions[1].deleted);
	assert_int_equal(read_item(*state, ITEM(""))->n_exceptions, 0);
}

static void zone_is(struct rig *rig, const char *elements, const char *expected)
{
	const char *xml = arena_printf(&rig->arena, ITEM("%s"), elements);
	assert_string_equal(read_item(rig, xml)->zone, expected);
}

#define PERIODS                                                                                    \
	"<t:Periods><t:Period Bias=\"-PT1H\" Name=\"Standard\" Id=\"std\"/>"                       \
	"<t:Period Bias=\"-PT120M\" Name=\"Daylight\" Id=\"dlt\"/></t:Periods>"
#define DAY_CHANGE(to, month, occurrence)                                                          \
	"<t:RecurringDayTransition><t:To Kind=\"Period\">" to                                      \
	"</t:To><t:TimeOffset>P0DT2H0M0.0S</t:TimeOffset><t:Month>" month                          \
	"</t:Month><t:DayOfWeek>Sunday</t:DayOfWeek><t:Occurrence>" occurrence                     \
	"</t:Occurrence></t:RecurringDayTransition>"
#define DATE_CHANGE(to, month, day)                                                                \
	"<t:RecurringDateTransition><t:To Kind=\"Period\">" to                                     \
	"</t:To><t:TimeOffset>PT0S</t:TimeOffset><t:Month>" month "</t:Month><t:Day>" day          \
	"</t:Day></t:RecurringDateTransition>"
#define TO_GROUP(id)       "<t:Transition><t:To Kind=\"Group\">" id "</t:To></t:Transition>"
#define GROUP(id, content) "<t:TransitionsGroup Id=\"" id "\">" content "</t:TransitionsGroup>"
#define DEFINITION(groups, transitions)                                                            \
	"<t:StartTimeZone Id=\"tzone://Microsoft/Custom\" Name=\"ours\">" PERIODS                  \
	"<t:TransitionsGroups>" groups "</t:TransitionsGroups><t:Transitions>" transitions         \
	"</t:Transitions></t:StartTimeZone>"

static void a_zone_we_know_is_taken_by_its_name(void **state)
{
	zone_is(*state, "<t:StartTimeZone Id=\"W. Europe Standard Time\" Name=\"(UTC+01:00)\"/>",
		"W. Europe Standard Time");
	zone_is(*state, "<t:EndTimeZone Id=\"Europe/Kyiv\"/>", "Europe/Kyiv");
	zone_is(*state, "<t:StartTimeZone Id=\"Tokyo Standard Time\">" PERIODS "</t:StartTimeZone>",
		"Tokyo Standard Time");
	zone_is(*state,
		"<t:MeetingTimeZone TimeZoneName=\"Tokyo Standard Time\"/>"
		"<t:StartTimeZone Id=\"(UTC+09:00) Tokyo\"/>",
		"Tokyo Standard Time");
	zone_is(*state, "<t:StartTimeZone Id=\"(UTC+09:00) Tokyo\"/>", "(UTC+09:00) Tokyo");
	zone_is(*state, "<t:StartTimeZone/>", "");
}

static void a_custom_definition_brings_its_rules(void **state)
{
	zone_is(*state,
		DEFINITION(GROUP("0", DAY_CHANGE("dlt", "3", "-1") DAY_CHANGE("std", "10", "4")),
			TO_GROUP("0")),
		"custom:STD-1DST-2,M3.5.0/2,M10.4.0/2");
	zone_is(*state,
		DEFINITION(GROUP("0", DATE_CHANGE("std", "4", "1") DATE_CHANGE("dlt", "9", "30")),
			TO_GROUP("0")),
		"custom:STD-1DST-2,J273/0,J91/0");
	zone_is(*state,
		DEFINITION(GROUP("0",
				   "<t:Transition><t:To Kind=\"Period\">dlt</t:To>"
				   "</t:Transition>") GROUP("1",
				   DAY_CHANGE("dlt", "3", "1") DAY_CHANGE("std", "11", "1")),
			TO_GROUP("0") "<t:AbsoluteDateTransition><t:To Kind=\"Group\">1</t:To>"
				      "<t:DateTime>2007-01-01T00:00:00Z</t:DateTime>"
				      "</t:AbsoluteDateTransition>"
				      "<t:AbsoluteDateTransition><t:To Kind=\"Period\">std</t:To>"
				      "<t:DateTime>2030-06-01T00:00:00</t:DateTime>"
				      "</t:AbsoluteDateTransition>"),
		"custom:STD-2;2007-01-01T00:00:00=STD-1DST-2,M3.1.0/2,M11.1.0/2;"
		"2030-06-01T00:00:00=STD-1");
}

static void a_definition_that_makes_no_sense_leaves_the_name(void **state)
{
	static const char *const definitions[] = {
		DEFINITION("", ""),
		DEFINITION("", TO_GROUP("0")),
		DEFINITION(GROUP("0", ""), TO_GROUP("0")),
		DEFINITION(GROUP("0", DAY_CHANGE("other", "3", "-1") DAY_CHANGE("std", "10", "4")),
			TO_GROUP("0")),
		DEFINITION(GROUP("0", DAY_CHANGE("dlt", "13", "-1") DAY_CHANGE("std", "10", "4")),
			TO_GROUP("0")),
		DEFINITION(GROUP("0", DAY_CHANGE("dlt", "3", "0") DAY_CHANGE("std", "10", "4")),
			TO_GROUP("0")),
		DEFINITION(GROUP("0", DATE_CHANGE("dlt", "3", "0") DAY_CHANGE("std", "10", "4")),
			TO_GROUP("0")),
		DEFINITION(GROUP("0",
				   DAY_CHANGE("dlt", "3", "1") DAY_CHANGE("std", "5", "1")
					   DAY_CHANGE("dlt", "10", "4")),
			TO_GROUP("0")),
		DEFINITION(GROUP("0", DAY_CHANGE("dlt", "3", "1") DAY_CHANGE("std", "5", "1")),
			TO_GROUP("0") TO_GROUP("0")),
		"<t:StartTimeZone Id=\"tzone://Microsoft/Custom\"><t:Periods><t:Period Id=\"a\" "
		"Bias=\"P1Y\"/></t:Periods><t:Transitions><t:Transition><t:To Kind=\"Period\">a"
		"</t:To></t:Transition></t:Transitions></t:StartTimeZone>",
		"<t:StartTimeZone Id=\"tzone://Microsoft/Custom\"><t:Periods><t:Period Id=\"a\" "
		"Bias=\"PT26H\"/></t:Periods><t:Transitions><t:Transition><t:To Kind=\"Period\">a"
		"</t:To></t:Transition></t:Transitions></t:StartTimeZone>",
	};
	for (size_t i = 0; i < sizeof(definitions) / sizeof(*definitions); i++)
		zone_is(*state, definitions[i], "tzone://Microsoft/Custom");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		CASE(every_pattern_and_range),
		CASE(a_rule_that_makes_no_sense_is_not_told),
		CASE(exceptions_are_moved_or_deleted),
		CASE(a_zone_we_know_is_taken_by_its_name),
		CASE(a_custom_definition_brings_its_rules),
		CASE(a_definition_that_makes_no_sense_leaves_the_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
