"""Exchange, vmrd and a few people, as most system tests (and the demo) need them."""

import contextlib
import datetime
import re
import sqlite3

from exchangelib import CalendarItem, EWSTimeZone, HTMLBody, Mailbox
from exchangelib.items import SEND_TO_ALL_AND_SAVE_COPY, MeetingResponse
from exchangelib.properties import Attendee
from exchangelib.recurrence import DailyPattern, Recurrence

from vmrd import Vmrd, wait_for

UTC = EWSTimeZone("UTC")
ROOM = "room@example.com"


def in_minutes(minutes):
    now = datetime.datetime.now(tz=datetime.timezone.utc).replace(microsecond=0)
    return (now + datetime.timedelta(minutes=minutes)).astimezone(UTC)


class World:
    """An emulator with olga (organiser), ben (user), mia (user, olga's delegate), the equipment resource `room` and the
    service account `svc`; a vmrd with one integration for the resource."""

    def __init__(self, exchange, directory, processing="None", ports=None, build=None, start=True, conf=None, **fields):
        self.exchange = exchange
        exchange.account("olga", name="Olga Organiser")
        exchange.account("ben", name="Ben")
        exchange.account("mia", name="Mia", delegate_of=["olga@example.com"])
        exchange.account("room", name="Video Room", equipment=True, processing=processing)
        exchange.account("svc", name="Service", impersonate=True)
        self.vmrd = Vmrd(directory, ports=ports, build=build, **(conf or {}))
        self.directory = self.vmrd.directory
        self.clock_file = self.vmrd.set_clock(0)
        self.connector = None
        if start:
            self.start()
            self.connector = self.vmrd.add_integration(exchange, ROOM, "svc", "secret", **fields)

    def start(self, **environment):
        self.vmrd.start(VMRD_CLOCK_FILE=self.clock_file, **environment)

    def close(self):
        status = self.vmrd.stop()
        assert status in (0, None), (self.directory / "stderr").read_text()[-4000:]

    def install_addin(self, sso=None):
        """Shows the add-in in the emulator's mail page, as if its manifest were installed; the pane loads
        the emulator's office.js, and may be framed by its page."""
        url = self.vmrd.addin_url(self.connector)
        self.exchange.install_addin(url, url.replace("http://", "https://"), sso)
        path = f"ms_exchange_connector/{self.connector}/"
        # links in the texts lead to this vmrd, which may speak plain HTTP
        here = url.split(":")[0] + "://{{addin_server_domain}}"
        texts = {name: text.replace("https://{{addin_server_domain}}", here)
                 for name, text in self.vmrd.api("GET", path, status=200).json().items()
                 if name.endswith("_template") and "https://{{addin_server_domain}}" in text}
        self.vmrd.api("PATCH", path, {"use_custom_add_in_sources": True,
                                      "office_js_url": self.exchange.mail_url + "office.js", **texts}, 202)

    @contextlib.contextmanager
    def locked_database(self):
        """Another program holds the write lock."""
        db = sqlite3.connect(self.vmrd.directory / "vmrd.db", isolation_level=None)
        db.execute("BEGIN EXCLUSIVE")
        try:
            yield
        finally:
            db.execute("ROLLBACK")
            db.close()

    # -- what the organiser does ----------------------------------------------------------------

    def details(self, user="olga", **wishes):
        """What the add-in gets: room_name, room_email, alias_id, instructions; wishes: of the user's token."""
        audience = self.vmrd.addin_url(self.connector).replace("http://", "https://")
        answer = self.vmrd.meeting_details(self.connector, self.exchange.token(user, audience, **wishes))
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]

    def invite(self, details=None, subject="Planning", start=None, minutes=30, body=None, user="olga", attendees=("ben@example.com",),
               daily=None, account=None):
        """Sends an invitation as the add-in and Outlook would leave it (daily: so many times; account: as
        another reaches the organiser's mailbox); returns the organiser's item."""
        if details is None and body is None:
            details = self.details(user)
        start = start or in_minutes(5)
        account = account or self.exchange.client(user)
        item = CalendarItem(
            account=account, folder=account.calendar, subject=subject, start=start,
            end=start + datetime.timedelta(minutes=minutes),
            body=HTMLBody(body if body is not None else f"<p>Dear all,</p>{details['instructions']}"),
            required_attendees=[Attendee(mailbox=Mailbox(email_address=a)) for a in attendees],
            recurrence=daily and Recurrence(pattern=DailyPattern(interval=1), start=start.date(), number=daily),
            resources=[Attendee(mailbox=Mailbox(email_address=ROOM))])
        item.save(send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)
        return item

    def answers(self, user="olga"):
        """Meeting responses in the user's inbox from the resource, oldest first: (kind, text)."""
        inbox = self.exchange.client(user).inbox
        by_subject = {i.id: i for i in inbox.all() if isinstance(i, MeetingResponse)}
        found = [by_subject[i["ItemId"]] for i in reversed(self.exchange.items(f"{user}@example.com", "inbox"))
                 if i["ItemId"] in by_subject]
        return [(i.item_class.rsplit(".", 1)[1], re.sub("<[^>]*>", " ", i.body or "")) for i in found]

    def wait_answers(self, count, user="olga"):
        self.wait(lambda: len(self.exchange.items(f"{user}@example.com", "inbox", type="MeetingResponse")) >= count,
                  f"{count} answers")
        answers = self.answers(user)
        assert len(answers) == count, answers
        return answers

    def wait(self, condition, what):
        try:
            return wait_for(condition, what)
        except TimeoutError:
            print(self.vmrd.log("support")[-6000:])
            raise

    # -- what there is then ---------------------------------------------------------------------

    def rooms(self):
        return self.vmrd.records("conference")

    def windows(self):
        return self.vmrd.records("scheduled_conference")

    def aliases_of(self, room):
        return sorted(a["alias"] for a in room["aliases"])

    def alarms(self):
        return {a["name"]: a for a in self.vmrd.status("alarm")}

    def can_join(self, alias):
        answer = self.vmrd.request_token(alias)
        assert answer.status_code in (200, 404), answer.text
        return answer.status_code == 200


def alias_in(details):
    """The full alias in joining instructions."""
    return re.search(r"[0-9]+@vc\.example\.com", details["instructions"]).group(0)
