"""Exchange, or what stands before it, fails each of the driver's verbs in every way: the verb says so, in
words that name the remedy where there is one, and nothing is repeated behind anybody's back."""

import datetime
import gzip
import ssl
import threading
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from exchangelib.items import SEND_TO_ALL_AND_SAVE_COPY

from bad_exchange import BadExchange, http, response, sync_page
from probe import Probe
from test_driver import MARKER, PLACEHOLDER, ROOM, INSTRUCTIONS, body_of, insertion, invite

ID = "AAMkAD=="
WHERE = {"from": 1803891600, "until": 1803978000}
INSERT = {"organizer": "olga@example.com", "uid": "u", "start": 1803891600, "end": 1803893400, "token": "TOK:-a#",
          "placeholder": "", "instructions": "<p>x</p>", "marker": "PXPS:-a#"}
VERBS = {  # what each verb asks Exchange for first
    "sync": ("SyncFolderItems", {}),
    "fetch": ("GetItem", {"ids": [ID]}),
    "answer": ("CreateItem", {"ids": [ID], "keys": ["k"], "text": "<p>x</p>"}),
    "remove": ("CreateItem", {"ids": [ID], "keys": ["k"]}),
    "discard": ("DeleteItem", {"ids": [ID]}),
    "view": ("FindItem", WHERE),
    "insert": ("FindItem", INSERT),
    "note_read": ("GetUserConfiguration", {"name": "n"}),
    "note_create": ("CreateUserConfiguration", {"name": "n", "text": "x"}),
    "note_write": ("UpdateUserConfiguration", {"name": "n", "text": "x"}),
    "note_remove": ("DeleteUserConfiguration", {"name": "n"}),
    "processing": ("GetUserConfiguration", {}),
}
TWICE = {"note_create"}  # looks whether the note is there when its creation was refused


@pytest.fixture
def people(exchange):
    exchange.account("olga", name="Olga Organiser")
    exchange.account("ben", name="Ben")
    exchange.account("room", name="Video Room", equipment=True, processing="AutoUpdate")
    exchange.account("svc", mailbox=False, impersonate=True)
    return exchange


def bad_probe(bad, timeout_ms=5000, ca="/dev/null"):
    return Probe(bad.url, ca, timeout_ms=timeout_ms)


def fails_everywhere(bad, code, words=""):
    """Each verb by a session of its own, so that none is spared a request by what another heard."""
    for verb, (operation, arguments) in VERBS.items():
        bad.requests.clear()
        with bad_probe(bad) as probe:
            answer = probe.fails(verb, code, **arguments)
            assert words in answer["text"], verb
            assert bad.requests[0] == operation
            assert len(bad.requests) <= 1 + (verb in TWICE), verb
    return answer


# -- E1: statuses -----------------------------------------------------------------------------------

STATUSES = {
    500: ("net", "the server failed"), 502: ("net", "the server failed"), 504: ("net", "the server failed"),
    503: ("busy", "overloaded"), 429: ("busy", "too many requests"),
    301: ("protocol", "redirects are not followed"), 400: ("protocol", "refused"), 405: ("protocol", "no EWS"),
    401: ("denied", "user name or password"), 403: ("denied", "EWS is not allowed"), 407: ("denied", "a proxy"),
    404: ("not_found", "no EWS"), 410: ("not_found", "not in use"), 408: ("net", "too long"),
    413: ("limit", "larger"), 440: ("denied", "login page"), 456: ("denied", "blocked"), 299: ("protocol", "unknown"),
}


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_on_every_verb(status):
    code, words = STATUSES[status]
    with BadExchange(lambda send, _: send(http(b"<html>no</html>", f"{status} No", "text/html")) or True) as bad:
        for verb, (operation, arguments) in VERBS.items():
            bad.requests.clear()
            with bad_probe(bad) as probe:
                answer = probe(verb, **arguments)
                if verb == "note_remove" and code == "not_found":
                    assert answer["ok"] or words in answer["text"]
                    continue
                assert (answer["ok"], answer["code"]) == (False, code), (verb, answer)
                assert words in answer["text"], answer
                assert bad.requests[0] == operation and len(bad.requests) <= 1 + (verb in TWICE), bad.requests


@pytest.mark.parametrize("status", [503, 429])
@pytest.mark.parametrize("told, ms", [("0", 100), ("1", 1000), ("300", 300000), ("", 10000), ("-5", 10000),
                                      ("soon", 10000), ("999999999999", 900000)])
def test_retry_after_is_obeyed(status, told, ms):
    headers = f"Retry-After: {told}\r\n" if told else ""
    with BadExchange(lambda send, _: send(http(b"", f"{status} Busy", headers=headers)) or True) as bad:
        with bad_probe(bad) as probe:
            assert probe.fails("sync", "busy")["retry_after_ms"] == ms
            again = probe.fails("view", "busy", **WHERE)
            assert ms - 5000 < again["retry_after_ms"] <= ms
            assert len(bad.requests) == 1


# -- E2: throttling ---------------------------------------------------------------------------------

@pytest.mark.parametrize("told, ms", [("0", 100), ("1", 100), ("300000", 300000), ("", 10000), ("-7", 10000),
                                      ("99999999999999999999", 900000), ("soon", 10000)])
@pytest.mark.parametrize("kind", ["server_busy", "message"])
def test_back_off_is_obeyed(people, kind, told, ms):
    people.fault(kind, "SyncFolderItems", mailbox=ROOM, text=told, code="ErrorServerBusy")
    with Probe(people.url, people.ca) as probe, Probe(people.url, people.ca, mailbox="ben@example.com") as other:
        before = people.counters()["operations"].get("FindItem", {}).get("requests", 0)
        assert probe.fails("sync", "busy")["retry_after_ms"] == ms
        if ms > 1000:
            for _ in range(3):
                again = probe.fails("view", "busy", **WHERE)
                assert ms - 5000 < again["retry_after_ms"] <= ms
            assert people.counters()["operations"].get("FindItem", {}).get("requests", 0) == before
        else:
            people.wait_for(lambda: probe("sync")["ok"])
        other.ok("sync")


# -- E3: codes --------------------------------------------------------------------------------------

CODES = {
    "ErrorMailboxMoveInProgress": "busy", "ErrorExceededConnectionCount": "busy", "ErrorMailboxStoreUnavailable": "net",
    "ErrorConnectionFailed": "net", "ErrorMailboxFailover": "net", "ErrorImpersonateUserDenied": "denied",
    "ErrorAccountDisabled": "denied", "ErrorNonExistentMailbox": "not_found", "ErrorIrresolvableConflict": "conflict",
    "ErrorInternalServerError": "internal", "ErrorSomethingNew": "protocol",
}


@pytest.mark.parametrize("code", CODES)
def test_every_fault_on_every_verb(people, code):
    with Probe(people.url, people.ca) as probe:
        for verb, (operation, arguments) in VERBS.items():
            people.fault("soap_fault", operation, code=code)
            wanted = CODES[code]
            answer = probe(verb, **arguments)
            if verb == "note_remove" and wanted == "not_found":
                assert answer["ok"]
            elif verb == "sync" and wanted == "conflict":
                assert answer["code"] == "not_found"  # there was no state to drop
            else:
                assert (answer["ok"], answer["code"]) == (False, wanted), (verb, answer)
            people.clear_faults()


@pytest.mark.parametrize("code, wanted", [
    ("ErrorItemNotFound", "not_found"), ("ErrorIrresolvableConflict", "conflict"), ("ErrorMailboxStoreUnavailable", "net"),
    ("ErrorAccessDenied", "protocol"), ("ErrorInternalServerError", "internal"),
    ("ErrorCalendarOccurrenceIsDeletedFromRecurrence", "not_found"),
    ("ErrorCalendarIsCancelledForAccept", "invalid"), ("ErrorBatchProcessingStopped", "net")])
@pytest.mark.parametrize("place", [1, 2, 3])
def test_one_of_a_batch(people, code, wanted, place):
    """E10: the others are read all the same."""
    people.deliver(ROOM, count=3)
    with Probe(people.url, people.ca) as probe:
        ids = [c["item_id"] for c in probe.ok("sync")["changes"]]
        people.fault("item", "GetItem", mailbox=ROOM, item=place, code=code)
        results = probe.ok("fetch", ids=ids)["results"]
        assert [r["ok"] for r in results] == [i != place for i in (1, 2, 3)]
        assert results[place - 1]["code"] == wanted


# -- E4: half answers -------------------------------------------------------------------------------

def answers_of(operation):
    """A good answer with every kind of place in it where it can be cut."""
    inside = {"SyncFolderItems": "<m:SyncState>s</m:SyncState>"}.get(operation, "")
    return response(operation, inside + "<m:Items><![CDATA[ a ]]>&amp;&#228;ä<!-- c --></m:Items>")


@pytest.mark.parametrize("verb", VERBS)
def test_half_an_answer(verb):
    """Cut in the header, in a tag, an entity, CDATA, a comment, a character: a failure, not less data."""
    operation, arguments = VERBS[verb]
    body = answers_of(operation)
    whole = http(body)
    head = len(whole) - len(body)
    places = [0, 5, 12, head - 1, head, head + 1, head + 20] + [
        head + body.index(mark) + len(mark) for mark in (
            b"<s:Bo", b"<m:Items", b"<![CDA", b"<![CDATA[ a", b"&am", b"&#22", "ä".encode()[:1], b"<!-", b"<!-- c")]
    places += [len(whole) - 1]
    cut = iter(places)
    with BadExchange(lambda send, _: send(whole[:next(cut)])) as bad:
        with bad_probe(bad) as probe:
            for place in places if verb not in TWICE else places[:8]:
                answer = probe(verb, **arguments)
                assert not answer["ok"] and answer["code"] == "net", (place, answer)


# -- E5: no SOAP ------------------------------------------------------------------------------------

NOT_SOAP = {
    "login page": (http(b"<!DOCTYPE html><html><form action=/owa/auth.owa></form></html>", content_type="text/html"),
                   "protocol", "login page"),
    "nothing": (http(b""), "protocol", "empty"),
    "JSON": (http(b'{"error": 1}', content_type="application/json"), "protocol", "instead of XML"),
    "another answer": (http(response("GetFolder")), "protocol", "GetFolder"),
    "XML with a DOCTYPE": (http(b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "protocol", "makes no sense"),
    "text said to be gzip": (http(sync_page(), headers="Content-Encoding: gzip\r\n"), "net", ""),
    "a bomb": (http(gzip.compress(b" " * (200 << 20), 9), headers="Content-Encoding: gzip\r\n"), "limit", "64"),
    "chunks of no size": (b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n",
                          "net", ""),
    "a chunk too long": (b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n"
                         b"ffffffffffffffffff\r\nabc\r\n", "net", ""),
    "a chunk cut": (b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nabc", "net", ""),
    "no HTTP": (b"220 mail.example.com ESMTP\r\n", "net", ""),
}


@pytest.mark.parametrize("name", NOT_SOAP)
def test_what_is_no_soap(name):
    bytes_, code, words = NOT_SOAP[name]
    with BadExchange(lambda send, _: send(bytes_)) as bad:
        if name == "a bomb":  # the others by the same path: once is enough for 200 MB
            with bad_probe(bad) as probe:
                assert words in probe.fails("sync", code)["text"]
        else:
            fails_everywhere(bad, code, words)


def test_a_hundred_megabytes():
    def flood(send, _):
        send(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nConnection: close\r\n\r\n<a>")
        for _ in range(100):
            send(b"<b/>" * (1 << 18))

    with BadExchange(flood) as bad, bad_probe(bad, 30000) as probe:
        probe.fails("sync", "limit")
        assert bad.requests == ["SyncFolderItems"]


# -- E6: slow answers -------------------------------------------------------------------------------

DEADLINE_MS = 700


def drip(bad_holder, bytes_):
    """One byte at a time, as long as anybody listens."""
    def behave(send, _):
        for i in range(len(bytes_)):
            send(bytes_[i:i + 1])
            if bad_holder[0].stopped.wait(0.05):
                return
    return behave


@pytest.mark.parametrize("how", ["head", "body", "silence"])
def test_slow_answers_have_a_deadline(how):
    whole = http(sync_page())
    holder = []
    begin = {"head": b"", "body": whole[:whole.index(b"\r\n\r\n") + 4], "silence": b""}[how]
    slow = drip(holder, whole[len(begin):])

    def behave(send, operation):
        if how == "silence":
            holder[0].stopped.wait(20)
            return
        send(begin)
        slow(send, operation)

    with BadExchange(behave) as bad:
        holder.append(bad)
        with bad_probe(bad, DEADLINE_MS) as probe:
            for verb in ("sync", "view", "note_read"):
                started = time.monotonic()
                probe.fails(verb, "net", **VERBS[verb][1])
                assert time.monotonic() - started < DEADLINE_MS / 1000 + 2


# -- E7, E8: notifications --------------------------------------------------------------------------

def event(item, subscription="sub", kind="NewMailEvent"):
    return response("GetStreamingEvents", "<m:Notifications><m:Notification>"
                    f"<t:SubscriptionId>{subscription}</t:SubscriptionId><t:{kind}><t:TimeStamp>2027-01-01T00:00:00Z"
                    f"</t:TimeStamp><t:ItemId Id=\"{item}\"/><t:ParentFolderId Id=\"inbox\"/></t:{kind}>"
                    "</m:Notification></m:Notifications>")


ALIVE = response("GetStreamingEvents", "<m:ConnectionStatus>OK</m:ConnectionStatus>")


class Streamer:
    """Serves a subscription whose stream says ALIVE, then what `say` is given."""

    def __init__(self):
        self.say = []

    def __call__(self, send, operation):
        if operation == "Subscribe":
            send(http(response("Subscribe", "<m:SubscriptionId>sub</m:SubscriptionId>")))
        elif operation == "GetStreamingEvents":
            send(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n")
            self.chunk(send, ALIVE)
            while not self.bad.stopped.wait(0.01):
                while self.say:
                    words = self.say.pop(0)
                    self.chunk(send, words)
                    if not words:
                        return True  # an empty chunk ends the answer
        else:
            send(http(sync_page() if operation == "SyncFolderItems" else response(operation)))
        return True

    @staticmethod
    def chunk(send, bytes_):
        send(f"{len(bytes_):x}\r\n".encode() + bytes_ + b"\r\n")


@pytest.fixture
def stream():
    streamer = Streamer()
    with BadExchange(streamer) as bad:
        streamer.bad = bad
        with bad_probe(bad) as probe:
            assert probe.ok("wait", timeout_ms=20000, poll_ms=60000)["news"]  # its opening is news
            assert not probe.ok("wait", timeout_ms=100, poll_ms=60000)["news"]
            yield streamer, probe


def waits_with_news(probe):
    """How often the service would look."""
    count = 0
    while probe.ok("wait", timeout_ms=300, poll_ms=60000)["news"]:
        count += 1
    return count


def test_a_flood_of_notifications_is_one_look_or_few(stream):
    streamer, probe = stream
    streamer.say = [event(f"i{n % 7}") for n in range(10000)]
    assert 1 <= waits_with_news(probe) <= 100
    assert probe.ok("wait", timeout_ms=100, poll_ms=60000)["state"] == "streaming"


def test_notifications_of_nothing_we_know(stream):
    """Of another subscription, of items deleted since, of kinds to come: at worst one look too many."""
    streamer, probe = stream
    streamer.say = [event("gone", "another"), event("gone", kind="DeletedEvent"), event("x", kind="BrandNewEvent")]
    assert waits_with_news(probe) <= 2
    assert probe.ok("wait", timeout_ms=100, poll_ms=60000)["state"] == "streaming"


@pytest.mark.parametrize("last_words", [
    response("GetStreamingEvents", code="ErrorSubscriptionNotFound", kind="Error"),
    response("GetStreamingEvents", code="ErrorMissedNotificationEvents", kind="Error"),
    response("GetStreamingEvents", code="ErrorReadEventsFailed", kind="Error"),
    b"<html>bad gateway</html>", b"<s:Envelope", b"\x00\xff", ])
def test_a_stream_that_ends_badly_is_made_again(stream, last_words):
    streamer, probe = stream
    streamer.say = [last_words, b""]
    before = streamer.bad.requests.count("Subscribe")
    deadline = time.monotonic() + 20
    while streamer.bad.requests.count("GetStreamingEvents") < 2 and time.monotonic() < deadline:
        probe.ok("wait", timeout_ms=500, poll_ms=60000)
    assert streamer.bad.requests.count("Subscribe") == before + 1


# -- E9: endless --------------------------------------------------------------------------------------

def test_more_is_promised_for_ever():
    states = iter(range(10 ** 6))
    with BadExchange(lambda send, _: send(http(sync_page(f"s{next(states)}", "false"))) or True) as bad:
        with bad_probe(bad) as probe:
            answers = [probe("sync") for _ in range(40)]
            failed = [a for a in answers if not a["ok"]]
            assert len(failed) >= 2 and all(a["code"] == "protocol" for a in failed)


def test_a_state_that_does_not_move():
    with BadExchange(lambda send, _: send(http(sync_page("same", "false"))) or True) as bad, bad_probe(bad) as probe:
        assert "repeats its sync state" in probe.fails("sync", "protocol", state="same")["text"]


def test_a_state_of_two_megabytes():
    state = "x" * (2 << 20)
    with BadExchange(lambda send, _: send(http(sync_page(state))) or True) as bad, bad_probe(bad) as probe:
        assert probe.ok("sync")["state"] == state
        assert probe.ok("sync", state=state)["state"] == state


# -- E11: two writers -------------------------------------------------------------------------------

def test_an_organiser_who_edits_meanwhile_loses_nothing(people):
    item = invite(people, body=PLACEHOLDER)
    people.fault("delay", "UpdateItem", mailbox="olga@example.com", milliseconds=400)
    with Probe(people.url, people.ca) as probe:
        asked = people.requests_of("UpdateItem")
        outcome = []
        thread = threading.Thread(target=lambda: outcome.append(probe("insert", **insertion(item))))
        thread.start()
        people.wait_for(lambda: people.requests_of("UpdateItem") > asked)
        item.body = type(item.body)(f"<p>Written meanwhile</p>{PLACEHOLDER}")
        item.save(update_fields=["body"], send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)
        thread.join(20)
        assert outcome[0]["ok"], outcome
    body = body_of(people, "olga")
    assert "Written meanwhile" in body and body.count(MARKER) == 1 and "TOK:" not in body


def test_a_request_that_changed_is_not_answered_as_it_was(people):
    people.deliver(ROOM, organizer="olga@example.com", uid="u-1")
    with Probe(people.url, people.ca) as probe:
        change, = probe.ok("sync")["changes"]
        people.deliver(ROOM, organizer="olga@example.com", uid="u-1", sequence=1)
        result, = probe.ok("answer", ids=[change["item_id"]], keys=[change["change_key"]], text="yes")["results"]
        assert not result["ok"] and result["code"] in ("invalid", "conflict")


# -- E12: TLS ---------------------------------------------------------------------------------------

def certificate(directory, name="localhost", days=(-1, 1), issuer=None):
    """A certificate with its key in PEM files, and both as objects; issuer None: self-signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(tz=datetime.timezone.utc)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer[0].subject if issuer else subject)
            .public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(now + datetime.timedelta(days=days[0]))
            .not_valid_after(now + datetime.timedelta(days=days[1]))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
            .sign(issuer[1] if issuer else key, hashes.SHA256()))
    (directory / "server.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (directory / "server.key").write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return made, key


def tls(directory, version=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if version:
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = version
    context.load_cert_chain(directory / "server.pem", directory / "server.key")
    return context


@pytest.fixture
def authority(tmp_path):
    (tmp_path / "ca").mkdir()
    made = certificate(tmp_path / "ca", "our authority", (-10, 10))
    return made, tmp_path / "ca" / "server.pem"


CERTIFICATES = {
    "good": ({}, None), "expired": (dict(days=(-5, -1)), "has expired"), "to come": (dict(days=(1, 5)), "not valid yet"),
    "another host's": (dict(name="mail.example.com"), "another host name"),
    "another authority's": (dict(issuer=None), "self-signed"),
}


@pytest.mark.parametrize("name", CERTIFICATES)
def test_certificates(tmp_path, authority, name):
    wish, words = CERTIFICATES[name]
    issuer, ca = authority
    certificate(tmp_path, **{"issuer": issuer, **wish})
    with BadExchange(lambda send, _: send(http(sync_page())) or True, tls(tmp_path)) as bad:
        with bad_probe(bad, ca=ca) as probe:
            if words:
                assert words in probe.fails("sync", "net")["text"]
                assert bad.requests == [], "no password went out"
            else:
                probe.ok("sync")


def test_a_certificate_that_goes_bad_while_we_are_connected(tmp_path, authority):
    """The connection is kept; the next one is refused."""
    issuer, ca = authority
    certificate(tmp_path, issuer=issuer)
    keep = [True]
    with BadExchange(lambda send, _: send(http(sync_page())) or keep[0], tls(tmp_path)) as bad:
        with bad_probe(bad, ca=ca) as probe:
            probe.ok("sync")
            (tmp_path / "bad").mkdir()
            certificate(tmp_path / "bad", issuer=issuer, days=(-5, -1))
            bad.context = tls(tmp_path / "bad")
            keep[0] = False
            probe.ok("sync")
            assert "has expired" in probe.fails("sync", "net")["text"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("version", ["TLSv1", "TLSv1_1"])
def test_old_tls_is_refused(tmp_path, authority, version):
    issuer, ca = authority
    certificate(tmp_path, issuer=issuer)
    with BadExchange(lambda send, _: send(http(sync_page())) or True, tls(tmp_path, ssl.TLSVersion[version])) as bad:
        with bad_probe(bad, ca=ca) as probe:
            probe.fails("sync", "net")
        assert bad.requests == []


def test_an_unknown_authority_is_refused(people):
    with Probe(people.url, "/dev/null") as probe:
        assert "unknown authority" in probe.fails("sync", "net")["text"]
