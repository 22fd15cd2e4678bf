"""Meetings with odd times, odd senders and odd clocks: what people and their computers really send."""

import datetime
import time

import pytest
from exchangelib.items import SEND_TO_ALL_AND_SAVE_COPY

import invariants
from world import ROOM, World, alias_in, in_minutes

HOUR_S, DAY_S = 3600, 86400
UNTIL_2038_S = 2**31 + 30 * DAY_S


@pytest.fixture
def world(exchange, tmp_path):
    w = World(exchange, tmp_path / "vmrd")
    invariants.hear_all_guesses(w)
    yield w
    w.close()


def update(item, *fields):
    item.save(update_fields=list(fields), send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)


def utc(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def deliver(world, body, start, end, **wishes):
    return world.exchange.deliver(ROOM, **{"organizer": "olga@example.com", "subject": "Planning", "body": body,
                                           "start": utc(start), "end": utc(end), "resources": [ROOM], **wishes})


def kinds(world, user="olga"):
    """Accept or Decline, oldest first."""
    found = world.exchange.items(f"{user}@example.com", "inbox", type="MeetingResponse")
    return [i["ResponseType"] for i in reversed(found)]


def told(world, count, user="olga"):
    world.wait(lambda: len(kinds(world, user)) >= count, f"{count} answers")
    world.wait(lambda: invariants.is_settled(world), "all is dealt with")
    return kinds(world, user)


def minutes_open(world):
    [window] = world.windows()
    begin, end = (datetime.datetime.fromisoformat(window[k][:19]) for k in ("start_time", "end_time"))
    return (end - begin).total_seconds() / 60


# ---- lengths ------------------------------------------------------------------------------------

@pytest.mark.parametrize("minutes", [0, 30 * 24 * 60], ids=["none", "30 days"])
def test_odd_lengths(world, minutes):
    details = world.details()
    world.invite(details, minutes=minutes)
    assert told(world, 1) == ["Accept"]
    assert minutes_open(world) == minutes and world.can_join(alias_in(details))
    invariants.settle(world)


def test_an_end_before_the_start(world):
    details = world.details()
    deliver(world, details["instructions"], in_minutes(60), in_minutes(30))
    assert told(world, 1) == ["Decline"]
    assert world.rooms() == []
    world.invite(details)
    assert told(world, 2)[1] == "Accept", "its alias is free for a meeting that can be"
    invariants.settle(world)


def test_all_day(world):
    details = world.details()
    item = world.invite(details, start=in_minutes(24 * 60))
    told(world, 1)
    day = item.start.date() + datetime.timedelta(days=1)
    item.is_all_day, item.start, item.end = True, day, day
    update(item, "is_all_day", "start", "end")
    assert told(world, 2) == ["Accept", "Accept"]
    assert minutes_open(world) == 24 * 60
    invariants.settle(world)


# ---- while it runs ------------------------------------------------------------------------------

def running(world):
    """A meeting that began ten minutes ago and goes on for twenty."""
    details = world.details()
    item = world.invite(details, start=in_minutes(-10))
    assert told(world, 1) == ["Accept"] and world.can_join(alias_in(details))
    return item, details


def test_extended_while_it_runs(world):
    item, details = running(world)
    item.end = in_minutes(6 * 60)
    update(item, "end")
    assert told(world, 2) == ["Accept", "Accept"]
    world.vmrd.set_clock(5 * HOUR_S)
    assert world.can_join(alias_in(details))
    world.vmrd.set_clock(12 * HOUR_S)
    assert not world.can_join(alias_in(details))


def test_shortened_while_it_runs(world):
    item, details = running(world)
    item.end = in_minutes(1)
    update(item, "end")
    assert told(world, 2) == ["Accept", "Accept"]
    [(after,)] = world.vmrd.query("SELECT 60 * meeting_buffer_after FROM ms_exchange_connector")
    assert world.can_join(alias_in(details)), "as long as it is to last"
    world.vmrd.set_clock(after + 3 * 60)
    assert not world.can_join(alias_in(details)), "and its buffer"


def test_moved_earlier_while_it_runs(world):
    """It is over then: refused, but nobody gets in any more, because that is what calendars say."""
    item, details = running(world)
    item.start, item.end = in_minutes(-600), in_minutes(-570)
    update(item, "start", "end")
    assert told(world, 2) == ["Accept", "Decline"]
    assert not world.can_join(alias_in(details))


def test_cancelled_while_people_are_in(world):
    item, details = running(world)
    guest = world.vmrd.request_token(alias_in(details)).json()["result"]
    url = f"{world.vmrd.client_url}/api/client/v2/conferences/{alias_in(details)}/"

    def refresh():
        return world.vmrd.session.post(url + "refresh_token", headers={"token": guest["token"]}, timeout=10).status_code
    assert refresh() == 200
    item.delete(send_meeting_cancellations=SEND_TO_ALL_AND_SAVE_COPY)
    world.wait(lambda: not world.rooms(), "the room goes")
    world.wait(lambda: refresh() != 200, "and whoever is in it")
    assert not world.can_join(alias_in(details))
    invariants.settle(world)


# ---- sent again, sent on, sent by others --------------------------------------------------------

def test_sent_again_after_it_was_cancelled(world):
    """The same UID, a higher sequence: its alias went with its room, and the answer says so; one with a new
    alias is welcome."""
    old, new = world.details(), world.details()
    times, uid = (in_minutes(30), in_minutes(60)), "sent-again"
    deliver(world, old["instructions"], *times, uid=uid, sequence=0, stamp=utc(in_minutes(-30)))
    told(world, 1)
    deliver(world, "", *times, uid=uid, sequence=1, stamp=utc(in_minutes(-20)), type="cancellation")
    world.wait(lambda: not world.rooms(), "the room goes")
    deliver(world, old["instructions"], *times, uid=uid, sequence=2, stamp=utc(in_minutes(-10)))
    assert told(world, 2) == ["Accept", "Decline"]
    assert "has been deleted" in world.answers()[1][1] and world.rooms() == []
    deliver(world, new["instructions"], *times, uid=uid, sequence=3, stamp=utc(in_minutes(-5)))
    assert told(world, 3) == ["Accept", "Decline", "Accept"]
    [room] = world.rooms()
    assert alias_in(new) in world.aliases_of(room) and world.can_join(alias_in(new))
    invariants.settle(world)


def test_an_invitation_is_forwarded_to_the_room(world):
    """The room has it already: a forward by an attendee is the organiser's own message once more."""
    details = world.details()
    times, stamp = (in_minutes(30), in_minutes(60)), utc(in_minutes(-30))
    for subject in ("Planning", "FW: Planning"):
        deliver(world, details["instructions"], *times, uid="forwarded", stamp=stamp, subject=subject)
        world.wait(lambda: world.rooms() and invariants.is_settled(world), "it is dealt with")
    [room] = world.rooms()
    assert alias_in(details) in world.aliases_of(room) and "Decline" not in kinds(world)
    invariants.settle(world)


def test_the_organizers_mailbox_is_gone(world):
    details = world.details()
    deliver(world, details["instructions"], in_minutes(30), in_minutes(60), organizer="gone@example.com")
    world.wait(lambda: world.rooms() and invariants.is_settled(world), "it has its room")
    world.invite(subject="Next")
    assert told(world, 1) == ["Accept"], "others are not held up"
    assert len(world.rooms()) == 2
    invariants.settle(world)


def test_a_delegate_sends(world):
    """The alias is asked for by the secretary, the meeting is olga's."""
    world.exchange.account("secretary", name="Secretary", impersonate=["olga@example.com"])
    details = world.details("secretary")
    world.invite(details, account=world.exchange.client("secretary", smtp="olga@example.com", impersonate=True))
    assert told(world, 1) == ["Accept"] and kinds(world, "secretary") == []
    [room] = world.rooms()
    assert "Olga Organiser" in room["name"]
    invariants.settle(world)


def test_a_shared_mailbox_sends(world):
    world.exchange.account("team", name="The Team")
    world.exchange.account("tina", name="Tina", impersonate=["team@example.com"])
    details = world.details("tina")
    world.invite(details, account=world.exchange.client("tina", smtp="team@example.com", impersonate=True))
    assert told(world, 1, "team") == ["Accept"]
    [room] = world.rooms()
    assert "The Team" in room["name"] and world.can_join(alias_in(details))


def test_one_uid_from_two_organizers(world):
    details = [world.details(), world.details("ben")]
    deliver(world, details[0]["instructions"], in_minutes(30), in_minutes(60), uid="twice")
    told(world, 1)
    deliver(world, details[1]["instructions"], in_minutes(90), in_minutes(120), uid="twice", organizer="ben@example.com",
            sequence=9)
    assert told(world, 1, "ben") == ["Decline"]
    assert kinds(world) == ["Accept"]
    [room] = world.rooms()
    assert "Olga Organiser" in room["name"] and world.can_join(alias_in(details[0]))
    assert minutes_open(world) == 30


def test_a_hundred_meetings_with_one_marker(world):
    details = world.details()
    deliver(world, details["instructions"], in_minutes(30), in_minutes(60), count=100, step_s=60)
    answers = told(world, 100)
    assert sorted(answers) == ["Accept"] + ["Decline"] * 99
    assert len(world.rooms()) == 1
    invariants.settle(world)


# ---- clocks -------------------------------------------------------------------------------------

JUMPS = {"an hour on": HOUR_S, "an hour back": -HOUR_S, "a day on": DAY_S, "a day back": -DAY_S,
         "1970": None, "after 2038": None}


def jump(name):
    if JUMPS[name] is not None:
        return JUMPS[name]
    return (HOUR_S if name == "1970" else UNTIL_2038_S) - int(time.time())


@pytest.mark.parametrize("restart", [False, True], ids=["at work", "at start"])
@pytest.mark.parametrize("name", JUMPS)
def test_the_clock_jumps(world, name, restart):
    """R4: it is wrong for a while. Nothing is deleted meanwhile, and all is right as soon as it is."""
    details = world.details()
    world.invite(details, start=in_minutes(5), minutes=120)
    series = world.details()
    world.invite(series, subject="Daily", start=in_minutes(60), daily=5)
    told(world, 2)
    before = sorted((r["name"], *world.aliases_of(r)) for r in world.rooms())
    if restart:
        world.vmrd.stop()
    world.vmrd.set_clock(jump(name))
    if restart:
        world.start()
    compared = world.vmrd.log().count('Message="Calendar compared"')
    assert world.vmrd.run("reconcile", "Head office").returncode == 0
    world.wait(lambda: world.vmrd.log().count('Message="Calendar compared"') > compared, "the calendar is compared")
    assert sorted((r["name"], *world.aliases_of(r)) for r in world.rooms()) == before
    if restart:
        world.vmrd.stop()
    world.vmrd.set_clock(0)
    if restart:
        world.start()
    compared = world.vmrd.log().count('Message="Calendar compared"')
    assert world.vmrd.run("reconcile", "Head office").returncode == 0
    world.wait(lambda: world.vmrd.log().count('Message="Calendar compared"') > compared, "and again")
    assert world.can_join(alias_in(details))
    world.invite(subject="Afterwards")
    assert told(world, 3) == ["Accept"] * 3
    assert len(world.rooms()) == 3
    invariants.settle(world)
