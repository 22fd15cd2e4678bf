"""The emulator's mailboxes as a whole: what is kept in them out of sight, and what happens to them."""

import datetime

import pytest
from exchangelib import CalendarItem, HTMLBody, Mailbox
from exchangelib.errors import (
    ErrorImpersonateUserDenied, ErrorInvalidSyncStateData, ErrorItemNotFound, ErrorItemSave, ErrorServerBusy,
)
from exchangelib.items import SEND_TO_ALL_AND_SAVE_COPY
from exchangelib.properties import Attendee
from exchangelib.recurrence import DailyPattern, Recurrence

from world import UTC

ROOM = "room@example.com"
NINE = datetime.datetime(2027, 3, 1, 9, 0, tzinfo=datetime.timezone.utc)


@pytest.fixture
def people(exchange):
    exchange.account("olga", name="Olga Organiser")
    exchange.account("room", name="Video Room", equipment=True, processing="AutoUpdate")
    exchange.account("svc", mailbox=False, impersonate=True)
    return exchange


def invite(people, **more):
    account = people.client("olga")
    item = CalendarItem(
        account=account, folder=account.calendar, subject="Planning", start=NINE.astimezone(UTC),
        end=(NINE + datetime.timedelta(hours=1)).astimezone(UTC), body=HTMLBody("<p>Secret words</p>"),
        resources=[Attendee(mailbox=Mailbox(email_address=ROOM))], **more)
    item.save(send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)
    item.refresh()
    return item


def test_a_configuration_lives(people):
    room = people.client("room")
    room.inbox.create_user_configuration("our.note", dictionary={"a": "1", "n": 5}, xml_data=b"<x/>", binary_data=b"\x00")
    config = people.client("room").inbox.get_user_configuration("OUR.NOTE")
    assert config.dictionary == {"a": "1", "n": 5} and config.xml_data == b"<x/>" and config.binary_data == b"\x00"
    room.inbox.update_user_configuration("our.note", dictionary={"b": "2"})
    config = room.inbox.get_user_configuration("our.note")
    assert config.dictionary == {"b": "2"} and config.xml_data == b"<x/>"
    room.inbox.delete_user_configuration("our.note")
    with pytest.raises(ErrorItemNotFound):
        room.inbox.get_user_configuration("our.note")


def test_a_configuration_belongs_to_its_folder_and_mailbox(people):
    people.client("room").inbox.create_user_configuration("note", dictionary={})
    for user, folder in (("room", "calendar"), ("olga", "inbox")):
        with pytest.raises(ErrorItemNotFound):
            getattr(people.client(user), folder).get_user_configuration("note")


def test_what_configurations_refuse(people):
    inbox = people.client("room").inbox
    inbox.create_user_configuration("note", dictionary={})
    with pytest.raises(ErrorItemSave):
        inbox.create_user_configuration("note", dictionary={})
    for verb in ("update", "delete"):
        with pytest.raises(ErrorItemNotFound):
            getattr(inbox, f"{verb}_user_configuration")("other")
    answer = people.post("<m:DeleteUserConfiguration><m:UserConfigurationName Name=\"a b\"><t:DistinguishedFolderId"
                         " Id=\"inbox\"/></m:UserConfigurationName></m:DeleteUserConfiguration>", user="room")
    assert "ErrorInvalidValueForProperty" in answer.text


def test_the_calendars_own_configuration(people):
    config = people.client("room").calendar.get_user_configuration("Calendar")
    assert config.dictionary == {"AutomateProcessing": 1}


def test_a_renewed_mailbox(people):
    invite(people)
    inbox = people.client("room").inbox
    list(inbox.sync_items())
    state, before = inbox.item_sync_state, people.items(ROOM)
    people.renew(ROOM)
    after = people.items(ROOM)
    assert sorted(i["UID"] for i in after) == sorted(i["UID"] for i in before)
    assert not {i["ItemId"] for i in after} & {i["ItemId"] for i in before}
    with pytest.raises(ErrorInvalidSyncStateData):
        list(people.client("room").inbox.sync_items(sync_state=state))
    assert len(list(people.client("room").inbox.sync_items())) == 1


def test_a_blank_mailbox(people):
    invite(people)
    people.mailbox(ROOM, blank=True)
    room = people.client("room")
    assert list(room.inbox.sync_items()) == [] and not room.calendar.all().count()
    assert list(room.calendar.view(NINE.astimezone(UTC), (NINE + datetime.timedelta(days=1)).astimezone(UTC))) == []
    people.mailbox(ROOM, blank=False)
    assert people.client("room").calendar.all().count() == 1


def test_a_budget_of_requests(people):
    people.mailbox(ROOM, requests_per_second=1)
    room = people.client("room")
    with pytest.raises(ErrorServerBusy) as busy:
        for _ in range(5):
            room.inbox.refresh()
    assert 0 < busy.value.back_off <= 1
    people.client("olga").inbox.refresh()
    people.mailbox(ROOM, requests_per_second=0)
    for _ in range(5):
        room.inbox.refresh()


def test_the_right_to_impersonate_comes_and_goes(people):
    olga = people.client("svc", "olga@example.com", impersonate=True)
    olga.inbox.refresh()
    people.impersonation("svc", [ROOM])
    with pytest.raises(ErrorImpersonateUserDenied):
        olga.inbox.refresh()
    people.client("svc", ROOM, impersonate=True).inbox.refresh()
    people.impersonation("svc", True)
    olga.inbox.refresh()


def test_the_booking_attendant_strips_what_it_accepts(people):
    people.mailbox(ROOM, processing="AutoAccept")
    invite(people)
    entry, = people.items(ROOM, "calendar")
    assert entry["MyResponseType"] == "Accept" and entry["Subject"] == "Olga Organiser"
    assert not entry.get("Body")


def test_the_booking_attendant_leaves_strangers_alone(people):
    people.mailbox(ROOM, processing="AutoAccept")
    people.deliver(ROOM, organizer="who@elsewhere.example")
    assert people.items(ROOM, "calendar") == []
    people.mailbox(ROOM, process_external=True)
    people.deliver(ROOM, organizer="who@elsewhere.example")
    assert len(people.items(ROOM, "calendar")) == 1


@pytest.mark.parametrize("how", ["decline", "delete"])
def test_what_is_said_of_one_occurrence_is_tracked(people, how):
    series = invite(people, recurrence=Recurrence(
        pattern=DailyPattern(interval=1), start=NINE.date(), number=4))
    room = people.client("room")
    second = room.calendar.filter(subject="Planning")[0].occurrence(2)
    if how == "decline":
        second.refresh()
        second.decline(message_disposition="SendOnly", body="No")
    else:
        second.delete(send_meeting_cancellations=SEND_TO_ALL_AND_SAVE_COPY)
    answer, = people.items("olga@example.com", "inbox", type="MeetingResponse")
    assert answer["ResponseType"] == "Decline" and answer["RecurrenceId"] == "2027-03-02T09:00:00Z"
    own = series.occurrence(2)
    own.refresh()
    assert own.resources[0].response_type == "Decline"
    third = series.occurrence(3)
    third.refresh()
    assert third.resources[0].response_type in (None, "Unknown")
    starts = [i.start for i in room.calendar.view(
        NINE.astimezone(UTC), (NINE + datetime.timedelta(days=9)).astimezone(UTC))]
    assert [s.day for s in starts] == [1, 3, 4]
