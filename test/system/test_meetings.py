"""One meeting's life, from the add-in's request to the room's end, over real protocols."""

import datetime

import pytest
from exchangelib.items import SEND_TO_ALL_AND_SAVE_COPY

from world import ROOM, World, alias_in, in_minutes


@pytest.fixture(params=["None", "AutoUpdate"])
def world(request, exchange, tmp_path):
    w = World(exchange, tmp_path / "vmrd", processing=request.param)
    yield w
    w.close()


def update(item, *fields):
    item.save(update_fields=list(fields), send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)


def test_an_invitation_becomes_a_room(world):
    details = world.details()
    assert details["room_email"] == ROOM
    alias = alias_in(details)
    assert not world.can_join(alias), "nothing is scheduled until it is sent"
    item = world.invite(details)
    [(kind, text)] = world.wait_answers(1)
    assert kind == "Pos" and alias in text
    [room] = world.rooms()
    assert room["name"] == "Planning (Olga Organiser)"
    assert world.aliases_of(room) == sorted([alias, alias.split("@")[0]])
    assert world.can_join(alias) and world.can_join(alias.split("@")[0])
    assert world.exchange.items(ROOM, "inbox") == [], "what is dealt with leaves the inbox"
    [entry] = world.exchange.items(ROOM, "calendar")
    assert entry["MyResponseType"] == "Accept"
    item.refresh()
    assert [a.response_type for a in item.resources] == ["Accept"], "the organiser's tracking"


def test_the_room_opens_with_its_window(world):
    details = world.details()
    world.invite(details, start=in_minutes(60 * 24))
    world.wait_answers(1)
    alias = alias_in(details)
    assert not world.can_join(alias)
    day = 24 * 3600
    for seconds, open_ in ((day - 31 * 60, False), (day - 29 * 60, True), (day + 89 * 60, True), (day + 91 * 60, False)):
        world.vmrd.set_clock(seconds)
        assert world.can_join(alias) == open_, seconds
    unknown = world.vmrd.request_token("no-such-room@vc.example.com")
    closed = world.vmrd.request_token(alias)
    assert (unknown.status_code, unknown.content) == (closed.status_code, closed.content)


def test_moved_renamed_lengthened(world):
    details = world.details()
    item = world.invite(details)
    world.wait_answers(1)
    [before] = world.rooms()
    item.subject = "Budget"
    item.start = in_minutes(24 * 60)
    item.end = item.start + datetime.timedelta(minutes=90)
    update(item, "subject", "start", "end")
    answers = world.wait_answers(2)
    assert [kind for kind, _ in answers] == ["Pos", "Pos"]
    [room] = world.rooms()
    assert room["id"] == before["id"] and room["name"] == "Budget (Olga Organiser)"
    [window] = world.windows()
    assert window["start_time"].startswith(item.start.strftime("%Y-%m-%dT%H:%M:%S"))
    assert window["end_time"].startswith(item.end.strftime("%Y-%m-%dT%H:%M:%S"))
    assert not world.can_join(alias_in(details)), "it is tomorrow now"


def test_cancelled(world):
    details = world.details()
    item = world.invite(details)
    world.wait_answers(1)
    item.delete(send_meeting_cancellations="SendToAllAndSaveCopy")
    world.wait(lambda: not world.rooms(), "the room goes")
    assert not world.can_join(alias_in(details))
    world.wait(lambda: not world.exchange.items(ROOM, "inbox"), "the cancellation leaves the inbox")
    assert world.exchange.items(ROOM, "calendar") == []
    world.wait_answers(1)  # no second mail
    [alias] = world.vmrd.records("scheduled_alias")
    assert alias["conference_deletion_time"]


def test_cancelled_after_it_was_moved(world):
    """A move raises the sequence number; EWS tells none with a cancellation."""
    details = world.details()
    item = world.invite(details)
    world.wait_answers(1)
    item.start += datetime.timedelta(days=1)
    item.end += datetime.timedelta(days=1)
    update(item, "start", "end")
    world.wait_answers(2)
    item.delete(send_meeting_cancellations="SendToAllAndSaveCopy")
    world.wait(lambda: not world.rooms(), "the room goes")
    world.wait(lambda: world.exchange.items(ROOM, "calendar") == [], "the calendar's item goes")


def test_moved_and_cancelled_before_it_was_seen(world):
    details = world.details()
    world.vmrd.stop()
    item = world.invite(details)
    item.start += datetime.timedelta(days=1)
    item.end += datetime.timedelta(days=1)
    update(item, "start", "end")
    item.delete(send_meeting_cancellations="SendToAllAndSaveCopy")
    world.start()
    world.wait(lambda: not world.exchange.items(ROOM, "inbox"), "the inbox is empty")
    assert world.rooms() == [] and world.answers() == []


def test_resource_removed_from_the_attendees(world):
    item = world.invite()
    world.wait_answers(1)
    item.resources = []
    item.save(update_fields=["resources"], send_meeting_invitations="SendToChangedAndSaveCopy")
    world.wait(lambda: not world.rooms(), "the room goes")


def test_marker_edited_away_before_sending(world):
    details = world.details()
    marker = details["alias_id"]
    world.invite(details, body=details["instructions"].replace(marker, marker[:-4] + "#"))
    [(kind, text)] = world.wait_answers(1)
    assert kind == "Neg" and "This meeting request does not contain valid data, and cannot be processed" in text
    assert world.rooms() == []


def test_no_marker_at_all(world):
    world.invite(body="<p>See you</p>")
    [(kind, _)] = world.wait_answers(1)
    assert kind == "Neg" and world.rooms() == []


def test_marker_edited_away_later(world):
    item = world.invite()
    world.wait_answers(1)
    item.body = "nothing left"
    item.subject = "Other"
    update(item, "body", "subject")
    answers = world.wait_answers(2)
    assert [kind for kind, _ in answers] == ["Pos", "Pos"]
    assert len(world.rooms()) == 1


def test_copied_invitation(world):
    details = world.details()
    world.invite(details)
    world.wait_answers(1)
    world.invite(details, subject="Copy", user="ben", attendees=())
    [(kind, _)] = world.wait_answers(1, user="ben")
    assert kind == "Neg"
    assert len(world.rooms()) == 1


def test_over_already(world):
    world.invite(start=in_minutes(-120))
    [(kind, _)] = world.wait_answers(1)
    assert kind == "Neg" and world.rooms() == []


def test_equal_names_are_numbered(world):
    for count in (1, 2, 3):
        world.invite()
        world.wait_answers(count)
    assert sorted(r["name"] for r in world.rooms()) == [
        "Planning (Olga Organiser)", "Planning (Olga Organiser) (2)", "Planning (Olga Organiser) (3)"]


def test_rooms_deleted_by_an_administrator(world):
    details = world.details()
    item = world.invite(details)
    world.wait_answers(1)
    [room] = world.rooms()
    world.vmrd.api("DELETE", f"conference/{room['id']}/", status=204)
    assert not world.can_join(alias_in(details))
    item.subject = "Again"
    update(item, "subject")
    answers = world.wait_answers(2)
    assert answers[1][0] == "Neg", answers
    assert world.rooms() == []


def test_two_integrations_cannot_share_a_mailbox(world):
    answer = world.vmrd.api("POST", "ms_exchange_connector/", {
        "name": "Second", "url": world.exchange.url, "room_mailbox_email_address": ROOM.upper(), "username": "svc",
        "password": "secret", "scheduled_alias_domain": "vc.example.com", "addin_server_domain": "x.example.com"})
    assert answer.status_code == 400 and "Head office" in answer.text


def test_an_update_that_was_dealt_with_out_of_order(world):
    """Both wait in the inbox when vmrd comes up; Exchange lists the newest first."""
    details = world.details()
    world.vmrd.stop()
    item = world.invite(details)
    item.subject = "Second"
    update(item, "subject")
    world.start()
    answers = world.wait_answers(1)
    assert answers[0][0] == "Pos"
    world.wait(lambda: not world.exchange.items(ROOM, "inbox"), "the inbox is empty")
    [room] = world.rooms()
    assert room["name"] == "Second (Olga Organiser)"


def test_cancelled_before_it_was_seen(world):
    details = world.details()
    world.vmrd.stop()
    item = world.invite(details)
    item.delete(send_meeting_cancellations="SendToAllAndSaveCopy")
    world.start()
    world.wait(lambda: not world.exchange.items(ROOM, "inbox"), "the inbox is empty")
    assert world.rooms() == []
    assert world.answers() == []


def test_direct_access_without_impersonation(exchange, tmp_path):
    w = World(exchange, tmp_path / "vmrd", start=False)
    w.start()
    w.connector = w.vmrd.add_integration(exchange, ROOM, "room", "secret", direct_access=True)
    w.invite()
    assert w.wait_answers(1)[0][0] == "Pos"
    w.close()


def test_who_did_what_stands_in_the_log(world):
    world.invite()
    world.wait_answers(1)
    created = [line for line in world.vmrd.log().splitlines() if 'Message="Created"' in line and 'User="schedulingservice"' in line]
    assert len(created) == 1, world.vmrd.log()
    correlation = created[0].split('CorrelationId="')[1].split('"')[0]
    lines = [line for line in world.vmrd.log("support").splitlines() if correlation in line]
    assert any("Answer given" in line for line in lines) and len(lines) >= 3


def test_templates_at_work(exchange, tmp_path):
    """Jinja2 in the settings: refused when wrong, rendered when right, said to the support log."""
    w = World(exchange, tmp_path / "vmrd", conference_name_template="{% if subject.startswith('Pl') %}P{{ subject|length }}"
              "{{ pex_debug_log('seen', subject) }}{% endif %}")
    w.invite()
    w.wait_answers(1)
    assert [r["name"] for r in w.rooms()] == ["P8"]
    assert any("support.jinja2" in line and "seen" in line for line in w.vmrd.log("support").splitlines())
    answer = w.vmrd.api("PATCH", f"ms_exchange_connector/{w.connector}/", {"conference_name_template": "a\n {% for %}"})
    assert answer.status_code == 400 and "line 2, column" in answer.text
    w.close()


def test_automatic_processing_is_an_alarm(exchange, tmp_path):
    w = World(exchange, tmp_path / "vmrd", processing="AutoAccept")

    def alarms():
        answer = w.vmrd.session.get(w.vmrd.admin_url + "/api/admin/status/v1/alarm/", timeout=10)
        return [a["name"] for a in answer.json()["objects"]]

    w.wait(lambda: alarms() == ["automatic_processing"], "the alarm")
    assert 'Message="Alarm raised" Alarm="automatic_processing"' in w.vmrd.log()
    exchange.mailbox(ROOM, equipment=True, processing="None")
    w.vmrd.api("PATCH", f"ms_exchange_connector/{w.connector}/", {"description": "looked at again"}, 202)
    w.wait(lambda: alarms() == [], "the alarm is lowered")
    w.close()
