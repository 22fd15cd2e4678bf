"""Instructions that reach a meeting after it was sent: sealed tokens, meetings without the add-in, PINs."""

import re

import pytest
from exchangelib import HTMLBody
from exchangelib.items import SEND_TO_ALL_AND_SAVE_COPY

import invariants
from world import ROOM, World, alias_in, in_minutes


@pytest.fixture(params=["None", "AutoUpdate"])
def world(request, exchange, tmp_path):
    exchange.clear_faults()
    w = World(exchange, tmp_path / "vmrd", processing=request.param)
    invariants.hear_all_guesses(w)
    yield w
    w.close()


def configure(world, **fields):
    world.vmrd.api("PATCH", f"ms_exchange_connector/{world.connector}/", fields, 202)


def body_of(world, user="olga", folder="calendar"):
    [entry] = world.exchange.items(f"{user}@example.com", folder, type="CalendarItem")
    return entry["Body"]


def the_alias(world):
    [room] = world.rooms()
    return next(a["alias"] for a in room["aliases"] if "@" in a["alias"])


def sealed_details(world):
    with world.locked_database():
        details = world.details()
    assert details["alias_id"].startswith("TOK:-")
    return details


def update(item, *fields):
    item.save(update_fields=list(fields), send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)


def test_a_sealed_token_becomes_a_room_and_instructions(world):
    details = sealed_details(world)
    world.invite(body=f"<p>Bring cake.</p>{details['instructions']}<p>Olga</p>")
    [(kind, text)] = world.wait_answers(1)
    alias = the_alias(world)
    assert kind == "Pos" and alias in text
    body = body_of(world)
    assert "TOK:-" not in body and "PXPS:-" in body and alias in body
    assert "will be sent shortly" not in body, "the placeholder is gone"
    assert body.index("Bring cake.") < body.index(alias) < body.index("Olga"), "where it stood"
    world.wait(lambda: alias in body_of(world, "ben"), "attendees get the update")
    assert world.can_join(alias)
    assert "organizer_item" not in world.alarms()
    invariants.settle(world)
    assert len(world.answers()) == 1, "the update that comes back is not answered a second time"


def test_without_the_right_the_answer_carries_the_instructions(world):
    world.exchange.impersonation("svc", [ROOM])
    details = sealed_details(world)
    item = world.invite(body=details["instructions"])
    [(kind, text)] = world.wait_answers(1)
    alias = the_alias(world)
    assert kind == "Pos" and text.count(alias) >= 2 and "PXPS:-" in text
    assert "TOK:-" in body_of(world)
    world.wait(lambda: "organizer_item" in world.alarms(), "an alarm says so")
    alarm = world.alarms()["organizer_item"]
    assert "olga@example.com" in alarm["details"] and "ApplicationImpersonation" in alarm["remedy"]
    # The right is granted: the next change of the meeting puts the instructions in.
    world.exchange.impersonation("svc", True)
    item.refresh()
    item.subject = "Planning again"
    update(item, "subject")
    world.wait(lambda: "PXPS:-" in body_of(world), "the instructions are put in")
    world.wait(lambda: "organizer_item" not in world.alarms(), "the alarm goes")
    assert len(world.rooms()) == 1 and the_alias(world) == alias
    invariants.settle(world)


def test_a_token_is_good_for_one_meeting_and_eight_hours(world):
    details = sealed_details(world)
    late = sealed_details(world)
    world.invite(body=details["instructions"])
    world.wait_answers(1)
    world.invite(body=details["instructions"], subject="Copied")
    answers = world.wait_answers(2)
    assert answers[1][0] == "Neg" and "belongs to another meeting" in answers[1][1]
    world.vmrd.set_clock(9 * 3600)
    world.invite(body=late["instructions"], start=in_minutes(10 * 60), subject="Late")
    answers = world.wait_answers(3)
    assert answers[2][0] == "Neg" and "does not contain valid data" in answers[2][1]
    assert "not valid after" in world.vmrd.log(), "the administrator reads why"
    forged = details["instructions"].replace("TOK:-A", "TOK:-B").replace("TOK:-C", "TOK:-D")
    forged = re.sub(r"TOK:-(.{10})(.)", lambda m: f"TOK:-{m[1]}{'A' if m[2] != 'A' else 'B'}", forged)
    world.invite(body=forged, start=in_minutes(10 * 60), subject="Forged")
    assert world.wait_answers(4)[3][0] == "Neg"
    assert len(world.rooms()) == 1


def test_a_sealed_token_in_plain_text_and_broken_lines(world):
    details = sealed_details(world)
    token = details["alias_id"]
    body = f"Hello,<br>{token[:40]}<wbr>{token[40:70]}&shy;<span>{token[70:].lower()}</span><br>Bye"
    world.invite(body=body)
    world.wait_answers(1)
    after = body_of(world)
    assert "TOK:-" not in after.upper() and the_alias(world) in after and "Bye" in after


@pytest.mark.parametrize("setting", ["answer", "insert"])
def test_meetings_without_the_addin(world, setting):
    configure(world, meetings_without_addin=setting)
    world.invite(body="<p>Lunch, from my phone</p>", subject="Lunch")
    [(kind, text)] = world.wait_answers(1)
    alias = the_alias(world)
    assert kind == "Pos" and alias in text and world.can_join(alias)
    assert ("PXPS:-" in text) == (setting == "answer"), "the answer tells, or the meeting does"
    body = body_of(world)
    assert body.index("Lunch, from my phone") >= 0 and ("PXPS:-" in body) == (setting == "insert")
    invariants.settle(world)
    assert len(world.answers()) == 1


def test_meetings_without_the_addin_are_declined_by_default(world):
    world.invite(body="<p>Lunch</p>")
    [(kind, text)] = world.wait_answers(1)
    assert kind == "Neg" and "does not contain valid data" in text


def test_an_external_organizer_is_answered(world):
    """There is no item of his that we could reach: the answer tells him."""
    configure(world, meetings_without_addin="insert")
    start = in_minutes(30)
    world.exchange.deliver(ROOM, organizer="someone@elsewhere.org", uid="external-1", subject="From outside",
                           body="Hello", start=start.strftime("%Y-%m-%dT%H:%M:%SZ"),
                           end=in_minutes(60).strftime("%Y-%m-%dT%H:%M:%SZ"), required=[ROOM])
    world.wait(lambda: world.rooms() and invariants.is_settled(world), "a room, and an answer")
    [sent] = [i for i in world.exchange.items(ROOM, "sentitems") if i["type"] == "MeetingResponse"]
    assert the_alias(world) in sent["Body"] and "PXPS:-" in sent["Body"]


def test_rooms_with_pins(world):
    configure(world, room_pin_digits=6, room_allow_guests=True, room_guest_pin_digits=4, room_participant_limit=3)
    details = world.details()
    [guest_pin] = re.findall(r"PIN: (\d{4})<", details["instructions"])
    world.invite(details)
    [(_, text)] = world.wait_answers(1)
    [room] = world.rooms()
    assert room["guest_pin"] == guest_pin and len(room["pin"]) == 6 and room["allow_guests"] and room["lobby"]
    assert room["pin"] in text and room["pin"] not in details["instructions"], "only the organizer hears the host's"
    assert room["primary_owner_email_address"] == "olga@example.com" and room["participant_limit"] == 3
    alias = alias_in(details)
    assert world.vmrd.request_token(alias).status_code == 403
    guest = world.vmrd.request_token(alias, pin=guest_pin).json()["result"]
    assert (guest["role"], guest["current_service_type"]) == ("GUEST", "waiting_room")
    host = world.vmrd.request_token(alias, pin=room["pin"]).json()["result"]
    assert host["role"] == "HOST"
    for secret in (guest_pin, room["pin"]):
        assert f'"{secret}"' not in world.vmrd.log("support")


def test_who_is_taken_off_does_not_know_the_pin_any_more(world):
    configure(world, room_pin_digits=6, room_allow_guests=True, room_guest_pin_digits=6, renew_guest_pin=True)
    details = world.details()
    item = world.invite(details, attendees=("ben@example.com", "mia@example.com"))
    world.wait_answers(1)
    [before] = world.rooms()
    item.refresh()
    item.subject = "Renamed"
    update(item, "subject")
    world.wait_answers(2)
    assert world.rooms()[0]["guest_pin"] == before["guest_pin"], "nobody was taken off"
    item.refresh()
    item.required_attendees = [a for a in item.required_attendees if a.mailbox.email_address != "mia@example.com"]
    update(item, "required_attendees")
    answers = world.wait_answers(3)
    [after] = world.rooms()
    assert after["guest_pin"] != before["guest_pin"] and after["guest_pin"] in answers[2][1]
    assert world.vmrd.request_token(alias_in(details), pin=before["guest_pin"]).status_code == 403


@pytest.mark.parametrize("allowed", [False, True])
def test_a_past_meeting_is_moved_into_the_future(world, allowed):
    configure(world, revive_past_meetings=allowed)
    details = world.details()
    item = world.invite(details, start=in_minutes(5), minutes=30)
    world.wait_answers(1)
    world.vmrd.stop()
    world.vmrd.set_clock(30 * 3600)
    world.start()
    world.wait(lambda: not world.rooms(), "the room expires")
    item.refresh()
    item.start, item.end = in_minutes(48 * 60), in_minutes(48 * 60 + 30)
    update(item, "start", "end")
    answers = world.wait_answers(2)
    if allowed:
        assert answers[1][0] == "Pos" and the_alias(world) == alias_in(details)
    else:
        assert answers[1][0] == "Neg" and "has been deleted" in answers[1][1]
        assert not world.rooms()
