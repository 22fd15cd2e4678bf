"""The exchange driver's verbs against the emulator, and what they leave there as exchangelib sees it."""

import datetime

import pytest
from exchangelib import CalendarItem, HTMLBody, Mailbox
from exchangelib.items import SEND_TO_ALL_AND_SAVE_COPY
from exchangelib.properties import Attendee
from exchangelib.recurrence import DailyPattern, Recurrence

from probe import Probe
from world import UTC

ROOM = "room@example.com"
DAY = 86400
NINE = datetime.datetime(2027, 3, 1, 9, 0, tzinfo=datetime.timezone.utc)
TOKEN = "TOK:-AbCdEf0123456789_-#"
MARKER = "PXPS:-0b6ad9f9-5d4c-4b0f-9f0a-3f6a1f0f3b11#"
PLACEHOLDER = f"<p>Your room is being prepared.</p><p>Do not change this: {TOKEN}</p>"
INSTRUCTIONS = f"<p>Join: <a href=\"https://x.example/1\">here</a></p><p>{MARKER}</p>"


def at(instant):
    return int(instant.timestamp())


@pytest.fixture
def people(exchange):
    exchange.account("olga", name="Olga Organiser")
    exchange.account("ben", name="Ben")
    exchange.account("room", name="Video Room", equipment=True, processing="AutoUpdate")
    exchange.account("svc", mailbox=False, impersonate=True)
    return exchange


@pytest.fixture
def probe(people):
    with Probe(people.url, people.ca) as p:
        yield p


def invite(people, start=NINE, minutes=30, body="<p>Hello</p>", subject="Planning", **more):
    account = people.client("olga")
    item = CalendarItem(
        account=account, folder=account.calendar, subject=subject, start=start.astimezone(UTC),
        end=(start + datetime.timedelta(minutes=minutes)).astimezone(UTC), body=HTMLBody(body),
        required_attendees=[Attendee(mailbox=Mailbox(email_address="ben@example.com"))],
        resources=[Attendee(mailbox=Mailbox(email_address=ROOM))], **more)
    item.save(send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)
    item.refresh()
    return item


def daily(days, start=NINE):
    return Recurrence(pattern=DailyPattern(interval=1), start=start.date(), number=days)


def view(probe, days=40, **more):
    return probe.ok("view", **{"from": at(NINE) - DAY, "until": at(NINE) + days * DAY, **more})["entries"]


def test_changes_come_with_their_start(people, probe):
    item = invite(people)
    invite(people, start=NINE + datetime.timedelta(days=1))
    item.delete(send_meeting_cancellations=SEND_TO_ALL_AND_SAVE_COPY)
    people.client("ben").calendar.all().count()
    changes = probe.ok("sync")["changes"]
    assert sorted((c["start"], c["cancellation"]) for c in changes) == [
        (at(NINE), False), (at(NINE), True), (at(NINE) + DAY, False)]
    assert all(c["meeting"] for c in changes)


def test_the_calendar_is_seen_expanded(people, probe):
    single = invite(people, start=NINE + datetime.timedelta(hours=2))
    series = invite(people, recurrence=daily(3))
    entries = view(probe)
    assert [(e["uid"] == series.uid, e["start"]) for e in entries] == [
        (True, at(NINE)), (False, at(NINE) + 7200), (True, at(NINE) + DAY), (True, at(NINE) + 2 * DAY)]
    assert [e["original_start"] for e in entries] == [at(NINE), None, at(NINE) + DAY, at(NINE) + 2 * DAY]
    assert entries[1]["uid"] == single.uid and entries[1]["type"] == 0


def test_a_moved_occurrence_keeps_its_identity(people, probe):
    series = invite(people, recurrence=daily(3))
    second = series.occurrence(2)
    second.start, second.end = (NINE + datetime.timedelta(days=1, hours=h) for h in (3, 4))
    second.start, second.end = second.start.astimezone(UTC), second.end.astimezone(UTC)
    second.save(update_fields=["start", "end"], send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)
    entries = view(probe)
    assert [(e["original_start"], e["start"]) for e in entries] == [
        (at(NINE), at(NINE)), (at(NINE) + DAY, at(NINE) + DAY + 3 * 3600), (at(NINE) + 2 * DAY, at(NINE) + 2 * DAY)]


def test_behind_an_occurrence_is_its_series(people, probe):
    series = invite(people, recurrence=daily(3), body="<p>Agenda</p>")
    meetings = [e["meeting"] for e in view(probe, fetch=True)]
    assert {m["type"] for m in meetings} == {"series"}
    assert {m["uid"] for m in meetings} == {series.uid}
    assert len({m["item_id"] for m in meetings}) == 1
    assert all("Agenda" in m["body"] and m["calendar_item"] and m["start"] == at(NINE) for m in meetings)


def test_an_occurrence_that_stands_alone(people, probe):
    people.deliver(ROOM, organizer="olga@example.com", uid="alone-1", start="2027-03-02T09:00:00Z",
                   recurrence_id="2027-03-02T08:00:00Z", subject="Alone")
    entry, = view(probe, fetch=True)
    assert entry["original_start"] == at(NINE) + DAY - 3600
    assert entry["meeting"]["type"] == "occurrence"
    assert entry["meeting"]["recurrence_id"] == at(NINE) + DAY - 3600
    assert entry["meeting"]["subject"] == "Alone"


def test_what_is_in_the_calendar_can_be_answered(people, probe):
    invite(people)
    meeting = view(probe, fetch=True)[0]["meeting"]
    assert meeting["response"] == "none"
    result, = probe.ok("answer", ids=[meeting["item_id"]], keys=[meeting["change_key"]], text="<p>Fine</p>")["results"]
    assert result["ok"]
    entry, = view(probe, fetch=True)
    assert entry["response"] == 1 and entry["meeting"]["response"] == "accepted"
    assert entry["meeting"]["item_id"] != meeting["item_id"]


def test_a_long_calendar_comes_in_pages(people, probe):
    people.deliver(ROOM, organizer="olga@example.com", count=2300, start="2027-03-01T09:00:00Z",
                   end="2027-03-01T09:30:00Z", step_s=600)
    found, place, pages = {}, at(NINE), 0
    while place < at(NINE) + 30 * DAY:
        page = probe.ok("view", **{"from": place, "until": at(NINE) + 30 * DAY})
        found.update({e["uid"]: e["start"] for e in page["entries"]})
        place = page["until"]
        pages += 1
    assert len(found) == 2300 and pages == 3


def test_more_at_one_time_than_exchange_shows(people, probe):
    people.deliver(ROOM, organizer="olga@example.com", count=1001, start="2027-03-01T09:00:00Z",
                   end="2027-03-01T09:30:00Z")
    answer = probe.fails("view", "limit", **{"from": at(NINE), "until": at(NINE) + DAY})
    assert "EWSFindCountLimit" in answer["text"]


def insertion(item, organizer="olga@example.com", **more):
    return {"organizer": organizer, "uid": item.uid, "start": at(item.start), "end": at(item.end), "token": TOKEN,
            "placeholder": PLACEHOLDER, "instructions": INSTRUCTIONS, "marker": MARKER, **more}


def body_of(people, user, subject="Planning"):
    item, = people.client(user).calendar.filter(subject=subject)
    return str(item.body)


def test_instructions_take_the_placeholders_place(people, probe):
    item = invite(people, body=f"<p>Dear Ben,</p>{PLACEHOLDER}<p>Yours</p>")
    probe.ok("insert", **insertion(item))
    for user in ("olga", "ben"):
        body = body_of(people, user)
        assert f"<p>Dear Ben,</p>{INSTRUCTIONS}<p>Yours</p>" in body
    updates = people.items(ROOM, "inbox", type="MeetingRequest")
    assert len(updates) == 2  # the invitation, and the update


def test_inserting_twice_changes_nothing(people, probe):
    item = invite(people, body=PLACEHOLDER)
    probe.ok("insert", **insertion(item))
    before = people.items("olga@example.com", "calendar")
    probe.ok("insert", **insertion(item))
    assert people.items("olga@example.com", "calendar") == before


def test_instructions_for_a_whole_series(people, probe):
    item = invite(people, body=PLACEHOLDER, recurrence=daily(5))
    item.occurrence(1).delete(send_meeting_cancellations=SEND_TO_ALL_AND_SAVE_COPY)
    probe.ok("insert", **insertion(item))
    assert INSTRUCTIONS in body_of(people, "olga") and INSTRUCTIONS in body_of(people, "ben")


def test_instructions_for_one_occurrence(people, probe):
    item = invite(people, body=PLACEHOLDER, recurrence=daily(5))
    start = NINE + datetime.timedelta(days=2)
    probe.ok("insert", **insertion(item, start=at(start), end=at(start) + 1800, original_start=at(start)))
    third = people.client("olga").calendar.filter(subject="Planning")[0].occurrence(3)
    third.refresh()
    assert INSTRUCTIONS in str(third.body)
    assert TOKEN in body_of(people, "olga")


def test_instructions_without_a_placeholder_stand_at_the_end(people, probe):
    item = invite(people, body="<p>Hello</p>")
    probe.ok("insert", **insertion(item, token="", placeholder=""))
    assert f"<p>Hello</p>{INSTRUCTIONS}</body>" in body_of(people, "olga").replace("\r\n", "")


def test_why_nothing_can_be_inserted(people, probe):
    item = invite(people, body=PLACEHOLDER)
    other = invite(people, body="<p>nothing to find</p>", subject="Other")
    assert "placeholder" in probe.fails("insert", "not_found", **insertion(other))["text"]
    assert "calendar" in probe.fails("insert", "not_found", **insertion(item, uid="unknown"))["text"]
    probe.fails("insert", "not_found", **insertion(item, organizer="who@elsewhere.example"))
    people.impersonation("svc", [ROOM])
    denied = probe.fails("insert", "denied", **insertion(item))
    assert "ApplicationImpersonation" in denied["text"]
    probe.ok("sync")  # that is the organiser's affair, not ours


def test_somebody_else_changes_the_item_meanwhile(people, probe):
    item = invite(people, body=PLACEHOLDER)
    people.fault("message", "UpdateItem", code="ErrorIrresolvableConflict", count=2)
    probe.ok("insert", **insertion(item))
    assert INSTRUCTIONS in body_of(people, "olga")
    second = invite(people, body=PLACEHOLDER, subject="Second")
    people.fault("message", "UpdateItem", code="ErrorIrresolvableConflict", count=0)
    probe.fails("insert", "conflict", **insertion(second))
    assert people.requests_of("UpdateItem") == 6


def test_a_throttled_organiser_does_not_hold_up_the_resource(people, probe):
    item = invite(people, body=PLACEHOLDER)
    people.fault("server_busy", "FindItem", mailbox="olga@example.com", milliseconds=60000)
    busy = probe.fails("insert", "busy", **insertion(item))
    assert busy["retry_after_ms"] == 60000
    probe.ok("sync")


def test_an_account_that_is_the_mailbox_cannot_change_others(people):
    people.account("room", name="Video Room", equipment=True)
    item = invite(people, body=PLACEHOLDER)
    with Probe(people.url, people.ca, user="room", direct=True) as own:
        own.ok("sync")
        assert "ApplicationImpersonation" in own.fails("insert", "denied", **insertion(item))["text"]


def test_notes_are_kept_in_the_mailbox(people, probe):
    assert probe.ok("note_read", name="vmrd.owner")["text"] is None
    probe.fails("note_write", "not_found", name="vmrd.owner", text="x")
    probe.ok("note_create", name="vmrd.owner", text="{\"host\": \"a<b>&ä\"}\n")
    probe.fails("note_create", "conflict", name="vmrd.owner", text="other")
    assert probe.ok("note_read", name="vmrd.owner")["text"] == "{\"host\": \"a<b>&ä\"}\n"
    probe.ok("note_write", name="vmrd.owner", text="")
    assert probe.ok("note_read", name="vmrd.owner")["text"] == ""
    probe.ok("note_remove", name="vmrd.owner")
    probe.ok("note_remove", name="vmrd.owner")
    assert probe.ok("note_read", name="vmrd.owner")["text"] is None


def test_notes_have_limits(people, probe):
    probe.ok("note_create", name="n" * 32, text="x" * 4000)
    probe.fails("note_write", "limit", name="n" * 32, text="x" * 4001)
    probe.fails("note_create", "invalid", name="n" * 33, text="x")
    probe.fails("note_create", "invalid", name="a b", text="x")
    probe.fails("note_read", "invalid", name="")


def test_exchangelib_reads_our_note_and_we_its(people, probe):
    inbox = people.client("room").inbox
    probe.ok("note_create", name="vmrd.owner", text="here")
    config = inbox.get_user_configuration("vmrd.owner")
    assert config.dictionary == {"text": "here"}
    inbox.update_user_configuration("vmrd.owner", dictionary={"text": "changed"})
    assert probe.ok("note_read", name="vmrd.owner")["text"] == "changed"
    inbox.delete_user_configuration("vmrd.owner")
    assert probe.ok("note_read", name="vmrd.owner")["text"] is None


def test_ids_of_a_renewed_mailbox_are_others(people, probe):
    invite(people, recurrence=daily(3))
    state, before = probe.ok("sync")["state"], view(probe, fetch=True)
    people.renew(ROOM)
    probe.fails("sync", "conflict", state=state)
    after = view(probe, fetch=True)
    assert [e["uid"] for e in after] == [e["uid"] for e in before]
    assert not {e["item_id"] for e in after} & {e["item_id"] for e in before}
    result, = probe.ok("fetch", ids=[before[0]["item_id"]])["results"]
    assert not result["ok"] and result["code"] == "not_found"


def test_a_mailbox_that_seems_empty_by_mistake(people, probe):
    invite(people)
    people.mailbox(ROOM, blank=True)
    assert probe.ok("sync")["changes"] == [] and view(probe) == []
    people.mailbox(ROOM, blank=False)
    assert len(probe.ok("sync")["changes"]) == 1 and len(view(probe)) == 1


def test_a_mailbox_has_its_budget(people, probe):
    people.mailbox(ROOM, requests_per_second=2)
    answers = [probe("processing") for _ in range(8)]
    busy = [a for a in answers if not a["ok"]]
    assert busy and all(a["code"] == "busy" and 0 < a["retry_after_ms"] <= 1000 for a in busy)
    people.mailbox("ben@example.com")
    with Probe(people.url, people.ca, mailbox="ben@example.com") as other:
        other.ok("processing")
