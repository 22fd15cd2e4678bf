"""The mail page's JSON interface: meetings written there are meetings like any other."""

import base64
import json

import pytest
import requests

from emulator import EmulatorError

TOMORROW = {"start": "2027-03-24T10:00:00", "end": "2027-03-24T10:30:00", "zone": "W. Europe Standard Time"}


class Webmail:
    def __init__(self, exchange, user, mailbox=None):
        self.base, self.who = exchange.mail_url + "api/", {"user": user, **({"mailbox": mailbox} if mailbox else {})}
        self.session = requests.Session()
        self.session.trust_env = False

    @staticmethod
    def _result(answer):
        if answer.status_code != 200:
            raise EmulatorError(f"{answer.status_code} {answer.json()['error']}")
        return answer.json()

    def get(self, path, **parameters):
        return self._result(self.session.get(self.base + path, params={**self.who, **parameters}, timeout=30))

    def post(self, path, **wish):
        return self._result(self.session.post(self.base + path, json={**self.who, **wish}, timeout=30))

    def send(self, **wish):
        return self.post("save", **{"send": True, "subject": "Planning", "body": "<p>Hello</p>", "html": True,
                                    "location": "", "required": ["ben@example.com"], "optional": [], **TOMORROW, **wish})

    def calendar(self, start="2027-03-22T00:00:00Z", end="2027-04-30T00:00:00Z"):
        return sorted(self.get("calendar", **{"from": start, "to": end}), key=lambda e: e["start"])


@pytest.fixture
def olga(exchange):
    exchange.account("olga", name="Olga")
    exchange.account("ben", name="Ben")
    exchange.account("mia", name="Mia", delegate_of=["olga@example.com"])
    return Webmail(exchange, "olga")


def test_a_meeting_is_sent_moved_and_cancelled(exchange, olga):
    saved = olga.send()
    [request] = exchange.items("ben@example.com", "inbox", type="MeetingRequest")
    assert request["Start"] == "2027-03-24T09:00:00Z"  # read in its zone
    moved = olga.send(**saved, start="2027-03-25T10:00:00", end="2027-03-25T11:00:00")
    [entry] = Webmail(exchange, "ben").calendar()
    assert (entry["start"], entry["end"]) == ("2027-03-25T09:00:00Z", "2027-03-25T10:00:00Z")
    olga.post("cancel", **moved, tell=True, text="Sorry")
    [entry] = Webmail(exchange, "ben").calendar()
    assert entry["cancelled"] and not olga.calendar()


def test_a_draft_is_told_to_nobody_until_it_is_sent(exchange, olga):
    saved = olga.send(send=False)
    assert not exchange.items("ben@example.com", "inbox")
    assert not olga.get("item", id=saved["id"])["sent"]
    olga.send(**saved)
    assert len(exchange.items("ben@example.com", "inbox", type="MeetingRequest")) == 1


def test_one_occurrence_is_moved_and_another_cancelled(exchange, olga):
    rule = {"pattern": "weekly", "interval": 1, "weekdays": [], "end_date": "2027-04-14", "count": 0}
    olga.send(recurrence=rule)
    # the clock is put forward on 28 March: 10:00 there is an hour earlier afterwards
    assert [e["start"] for e in olga.calendar()] == [
        "2027-03-24T09:00:00Z", "2027-03-31T08:00:00Z", "2027-04-07T08:00:00Z", "2027-04-14T08:00:00Z"]
    second = olga.get("item", id=olga.calendar()[1]["id"])
    olga.send(id=second["id"], change_key=second["change_key"], start="2027-04-01T15:00:00", end="2027-04-01T15:30:00")
    third = olga.get("item", id=olga.calendar()[2]["id"])
    olga.post("cancel", id=third["id"], change_key=third["change_key"], tell=True, text="")
    assert [e["start"] for e in olga.calendar()] == [
        "2027-03-24T09:00:00Z", "2027-04-01T13:00:00Z", "2027-04-14T08:00:00Z"]
    kinds = {i["type"]: i["RecurrenceId"] for i in exchange.items("ben@example.com", "inbox") if "RecurrenceId" in i}
    assert kinds == {"MeetingRequest": "2027-03-31T08:00:00Z", "MeetingCancellation": "2027-04-07T08:00:00Z"}


def test_a_rule_is_read_back_as_it_was_given(olga):
    for pattern in ("daily", "weekly", "monthly", "yearly"):
        rule = {"pattern": pattern, "interval": 1, "weekdays": [], "end_date": None, "count": 5}
        saved = olga.send(recurrence=rule)
        read = olga.get("item", id=saved["id"])["recurrence"]
        assert (read["pattern"], read["count"], read["end_date"]) == (pattern, 5, None)


def test_a_delegate_sends_in_the_name_of_the_owner(exchange, olga):
    Webmail(exchange, "mia", "olga@example.com").send()
    [request] = exchange.items("ben@example.com", "inbox", type="MeetingRequest")
    assert (request["Organizer"], request["From"], request["Sender"]) == (
        "olga@example.com", "olga@example.com", "mia@example.com")
    assert len(olga.calendar()) == 1 and not Webmail(exchange, "mia").calendar()


def test_nobody_reaches_the_mailbox_of_a_stranger(exchange, olga):
    saved = olga.send()
    with pytest.raises(EmulatorError, match="403"):
        Webmail(exchange, "ben", "olga@example.com").calendar()
    with pytest.raises(EmulatorError, match="404"):
        Webmail(exchange, "ben").get("item", id=saved["id"])


def test_an_attendee_answers(exchange, olga):
    olga.send()
    ben = Webmail(exchange, "ben")
    [request] = ben.get("messages", folder="inbox")
    whole = ben.get("item", id=request["id"])
    ben.post("answer", id=whole["id"], change_key=whole["change_key"], answer="accept", text="Fine")
    [answer] = olga.get("messages", folder="inbox")
    assert answer["class"] == "IPM.Schedule.Meeting.Resp.Pos" and not answer["is_read"]
    olga.post("read", id=answer["id"])
    assert olga.get("messages", folder="inbox")[0]["is_read"]


def test_what_exchange_refuses_is_told_with_its_code(olga):
    with pytest.raises(EmulatorError, match="ErrorCalendarEndDateIsEarlierThanStartDate"):
        olga.send(end="2027-03-24T09:00:00")
    saved = olga.send()
    olga.send(**saved)
    with pytest.raises(EmulatorError, match="ErrorIrresolvableConflict"):
        olga.send(**saved)


def test_files_are_served_from_the_pages_folder_only(exchange):
    for path in ("../../README.md", "%2e%2e/package.json", "/etc/passwd"):
        answer = requests.get(exchange.mail_url + path, timeout=30)
        assert answer.status_code == 404, path


def test_tokens_are_for_the_add_in_that_is_installed(exchange, olga):
    exchange.install_addin("http://127.0.0.1:1/addin/", "https://127.0.0.1:1/addin/")
    token = olga.post("token")["token"]
    claims = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    assert claims["aud"] == "https://127.0.0.1:1/addin/"
    assert olga.get("settings")["addin"]["url"] == "http://127.0.0.1:1/addin/"
