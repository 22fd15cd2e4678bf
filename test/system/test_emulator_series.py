"""Recurring meetings: rules, views, exceptions and what is mailed about them."""

import datetime

import pytest
from dateutil import rrule
from exchangelib import CalendarItem, EWSTimeZone, HTMLBody, Mailbox
from exchangelib.errors import (
    ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange,
    ErrorCalendarOccurrenceIsDeletedFromRecurrence, ErrorItemNotFound,
)
from exchangelib.fields import FRIDAY, LAST, MONDAY, SECOND, WEDNESDAY, WEEK_DAY
from exchangelib.items import (
    MeetingCancellation, MeetingRequest, MeetingResponse, SEND_TO_ALL_AND_SAVE_COPY,
)
from exchangelib.properties import Attendee
from exchangelib.recurrence import (
    AbsoluteMonthlyPattern, AbsoluteYearlyPattern, DailyPattern, Recurrence,
    RelativeMonthlyPattern, RelativeYearlyPattern, WeeklyPattern,
)

UTC = EWSTimeZone("UTC")
BERLIN = EWSTimeZone("Europe/Berlin")
HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
MONDAY_MORNING = datetime.datetime(2030, 3, 4, 10, 0, tzinfo=BERLIN)


@pytest.fixture(params=["None", "AutoUpdate"])
def people(exchange, request):
    exchange.account("olga", name="Olga Organiser")
    exchange.account("room", name="Video Room", equipment=True, processing=request.param)
    exchange.processing = request.param
    return exchange


def make(account, start, pattern, attendees=(), subject="Series", **range_):
    item = CalendarItem(
        account=account, folder=account.calendar, subject=subject, start=start, end=start + HOUR,
        body=HTMLBody("<p>Join here</p>"), recurrence=Recurrence(
            pattern=pattern, start=start.date(), **range_),
        resources=[Attendee(mailbox=Mailbox(email_address=a)) for a in attendees])
    return item.save(send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)


def starts(account, start, days=720):
    return [i.start for i in account.calendar.view(start=start - DAY, end=start + days * DAY)]


PATTERNS = [
    (DailyPattern(interval=3), dict(freq=rrule.DAILY, interval=3)),
    (WeeklyPattern(interval=2, weekdays=[MONDAY, FRIDAY], first_day_of_week=MONDAY),
     dict(freq=rrule.WEEKLY, interval=2, byweekday=(rrule.MO, rrule.FR), wkst=rrule.MO)),
    (AbsoluteMonthlyPattern(interval=2, day_of_month=15),
     dict(freq=rrule.MONTHLY, interval=2, bymonthday=15)),
    (AbsoluteMonthlyPattern(interval=1, day_of_month=31),
     dict(freq=rrule.MONTHLY, bymonthday=(28, 29, 30, 31), bysetpos=-1)),
    (RelativeMonthlyPattern(interval=1, weekday=WEDNESDAY, week_number=SECOND),
     dict(freq=rrule.MONTHLY, byweekday=rrule.WE(2))),
    (RelativeMonthlyPattern(interval=3, weekday=WEEK_DAY, week_number=LAST),
     dict(freq=rrule.MONTHLY, interval=3, bysetpos=-1,
          byweekday=(rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR))),
    (AbsoluteYearlyPattern(day_of_month=29, month=2),
     dict(freq=rrule.YEARLY, bymonth=2, bymonthday=(28, 29), bysetpos=-1)),
    (RelativeYearlyPattern(weekday=FRIDAY, week_number=LAST, month=10),
     dict(freq=rrule.YEARLY, bymonth=10, byweekday=rrule.FR(-1))),
]


@pytest.mark.parametrize("pattern, rule", PATTERNS, ids=[type(p).__name__ + str(i)
                                                         for i, (p, _) in enumerate(PATTERNS)])
def test_rules_agree_with_another_implementation(exchange, pattern, rule):
    exchange.account("olga")
    account = exchange.client("olga")
    item = make(account, MONDAY_MORNING, pattern, number=40)
    naive = MONDAY_MORNING.replace(tzinfo=None)
    expected = [d.replace(tzinfo=BERLIN) for d in rrule.rrule(dtstart=naive, count=40, **rule)]
    end = MONDAY_MORNING + 720 * DAY
    assert starts(account, MONDAY_MORNING) == [d for d in expected if d < end]
    item.refresh()
    assert item.recurrence.pattern == pattern and item.recurrence.boundary.number == 40
    assert item.type == "RecurringMaster" and item.is_recurring
    assert item.start == expected[0] == item.first_occurrence.start
    assert item.last_occurrence.start == expected[-1]


def test_wall_clock_stays_over_summer_time(exchange):
    exchange.account("olga")
    account = exchange.client("olga")
    make(account, MONDAY_MORNING, WeeklyPattern(interval=1, weekdays=[MONDAY]), number=8)
    found = starts(account, MONDAY_MORNING)
    assert {s.astimezone(BERLIN).hour for s in found} == {10}
    assert {s.astimezone(UTC).hour for s in found} == {8, 9}


def test_end_date_and_no_end(exchange):
    exchange.account("olga")
    account = exchange.client("olga")
    make(account, MONDAY_MORNING, DailyPattern(interval=1), end=MONDAY_MORNING.date() + 4 * DAY)
    assert len(starts(account, MONDAY_MORNING)) == 5
    make(account, MONDAY_MORNING, DailyPattern(interval=1))
    assert len(starts(account, MONDAY_MORNING, days=30)) == 5 + 30
    assert account.calendar.all().count() == 2, "without a view there are masters only"


def invite(exchange, number=5):
    olga = exchange.client("olga")
    item = make(olga, MONDAY_MORNING, DailyPattern(interval=1), ["room@example.com"],
                number=number)
    item.refresh()
    return olga, item


def only(found):
    found = list(found)
    assert len(found) == 1, found
    return found[0]


def request_of(exchange):
    room = exchange.client("room")
    return only(i for i in room.inbox.all() if isinstance(i, MeetingRequest)
                and not i.is_out_of_date)


def test_invitation_carries_the_rule(people):
    invite(people)
    request = request_of(people)
    assert request.recurrence.pattern == DailyPattern(interval=1)
    assert request.recurrence.boundary.number == 5
    assert request.type == "RecurringMaster" and request.start == MONDAY_MORNING
    request.accept()
    entry = only(people.items("room@example.com", "calendar"))
    assert entry["MyResponseType"] == "Accept"
    assert len(starts(people.client("room"), MONDAY_MORNING)) == 5


def test_occurrence_ids(people):
    olga, item = invite(people)
    third = item.occurrence(index=3)
    third.refresh()
    assert third.start == MONDAY_MORNING + 2 * DAY and third.type == "Occurrence"
    assert third.uid == item.uid and third.recurrence_id == third.start
    master = third.recurring_master()
    master.refresh()
    assert master.id == item.id
    with pytest.raises(ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange):
        item.occurrence(index=6).refresh()


def test_one_occurrence_moved(people):
    olga, item = invite(people)
    request_of(people).accept()
    second = item.occurrence(index=2)
    second.refresh()
    second.start += 3 * HOUR
    second.end += 3 * HOUR
    second.save(update_fields=["start", "end"], send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)
    request = request_of(people)
    original = MONDAY_MORNING + DAY
    raw = only(people.items("room@example.com", "inbox", IsOutOfDate=False))
    assert raw["RecurrenceId"] == original.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert request.start == original + 3 * HOUR and request.recurrence is None
    request.accept(body="fine")
    for account in olga, people.client("room"):
        found = starts(account, MONDAY_MORNING)
        assert len(found) == 5 and original not in found and original + 3 * HOUR in found
    item.refresh()
    changed = only(item.modified_occurrences)
    assert changed.original_start == original and changed.start == original + 3 * HOUR
    answer = [i for i in olga.inbox.all() if isinstance(i, MeetingResponse)]
    assert len(answer) == 2
    second.refresh()
    assert second.type == "Exception"
    assert only(second.resources).response_type == "Accept"


def test_one_occurrence_cancelled(people):
    olga, item = invite(people)
    request_of(people).accept()
    item.occurrence(index=2).delete(send_meeting_cancellations=SEND_TO_ALL_AND_SAVE_COPY)
    assert MONDAY_MORNING + DAY not in starts(olga, MONDAY_MORNING)
    item.refresh()
    assert only(item.deleted_occurrences).start == MONDAY_MORNING + DAY
    with pytest.raises(ErrorCalendarOccurrenceIsDeletedFromRecurrence):
        item.occurrence(index=2).refresh()
    raw = only(people.items("room@example.com", "inbox"))
    assert raw["type"] == "MeetingCancellation" and raw["RecurrenceId"].startswith("2030-03-05")
    room = people.client("room")
    cancellation = only(i for i in room.inbox.all() if isinstance(i, MeetingCancellation))
    people.post(
        '<m:CreateItem MessageDisposition="SendAndSaveCopy"><m:Items><t:RemoveItem>'
        f'<t:ReferenceItemId Id="{cancellation.id}"/></t:RemoveItem></m:Items></m:CreateItem>',
        "room")
    assert len(starts(room, MONDAY_MORNING)) == 4


# exchangelib itself writes the start of a series as a dateTime here, where the schema has a date.
@pytest.mark.malformed
def test_series_moved_drops_exceptions(people):
    olga, item = invite(people)
    item.occurrence(index=2).delete(send_meeting_cancellations=SEND_TO_ALL_AND_SAVE_COPY)
    item.refresh()
    item.start += HOUR
    item.end += HOUR
    item.save(send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)
    assert starts(olga, MONDAY_MORNING) == [MONDAY_MORNING + HOUR + n * DAY for n in range(5)]
    assert request_of(people).start == MONDAY_MORNING + HOUR


def test_series_renamed_keeps_exceptions(people):
    olga, item = invite(people)
    item.occurrence(index=2).delete(send_meeting_cancellations=SEND_TO_ALL_AND_SAVE_COPY)
    item.refresh()
    item.subject = "Another name"
    item.save(update_fields=["subject"], send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)
    assert len(starts(olga, MONDAY_MORNING)) == 4
    assert request_of(people).deleted_occurrences[0].start == MONDAY_MORNING + DAY


def test_one_occurrence_cancelled_with_a_text(people):
    olga, item = invite(people)
    fourth = item.occurrence(index=4)
    fourth.refresh()
    fourth.cancel(new_body="not today")
    assert len(starts(olga, MONDAY_MORNING)) == 4
    cancellation = people.items("room@example.com", "inbox", type="MeetingCancellation")[0]
    assert "not today" in cancellation["Body"]
    assert cancellation["RecurrenceId"].startswith("2030-03-07")


def test_delivered_from_elsewhere(people):
    people.deliver(
        "room@example.com", subject="Weekly", start="2030-03-04T09:00:00Z",
        recurrence='<t:Recurrence xmlns:t="x"><t:DailyRecurrence><t:Interval>7</t:Interval>'
                   '</t:DailyRecurrence><t:NumberedRecurrence><t:StartDate>2030-03-04'
                   '</t:StartDate><t:NumberOfOccurrences>3</t:NumberOfOccurrences>'
                   '</t:NumberedRecurrence></t:Recurrence>')
    request_of(people).accept()
    assert len(starts(people.client("room"), MONDAY_MORNING)) == 3


def test_series_cancelled(people):
    olga, item = invite(people)
    request_of(people).accept()
    item.refresh()
    master = item.id
    item.delete(send_meeting_cancellations=SEND_TO_ALL_AND_SAVE_COPY)
    cancellation = only(people.items("room@example.com", "inbox"))
    assert cancellation["type"] == "MeetingCancellation" and "RecurrenceId" not in cancellation
    assert starts(olga, MONDAY_MORNING) == []
    assert isinstance(only(olga.fetch([(master, None)])), ErrorItemNotFound)


def test_occurrence_of_a_view_can_be_read(people):
    olga, item = invite(people)
    one = list(olga.calendar.view(start=MONDAY_MORNING, end=MONDAY_MORNING + 2 * DAY))[1]
    assert one.body is None or "Join here" in one.body
    one.refresh()
    assert "Join here" in one.body and one.start == MONDAY_MORNING + DAY


@pytest.mark.malformed
@pytest.mark.parametrize("rule", [
    "<t:DailyRecurrence><t:Interval>0</t:Interval></t:DailyRecurrence>",
    "<t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Someday</t:DaysOfWeek>"
    "</t:WeeklyRecurrence>",
    "<t:HourlyRecurrence/>",
])
def test_bad_rules(exchange, rule):
    exchange.account("olga")
    text = exchange.post(
        '<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem><t:Subject>x'
        f'</t:Subject><t:Recurrence>{rule}<t:NoEndRecurrence><t:StartDate>2030-01-01</t:StartDate>'
        '</t:NoEndRecurrence></t:Recurrence></t:CalendarItem></m:Items></m:CreateItem>',
        "olga").text
    assert 'ResponseClass="Error"' in text
    assert exchange.items("olga@example.com") == []
