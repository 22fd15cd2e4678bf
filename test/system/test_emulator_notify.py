"""Streaming and pull notifications, with the unmodified client and by hand."""

import re
import threading

import pytest
import requests
from emulator import ENVELOPE, Emulator, trust
from exchangelib.errors import ErrorInvalidWatermark, ErrorSubscriptionNotFound
from exchangelib.properties import CreatedEvent, DeletedEvent, MovedEvent, NewMailEvent, StatusEvent

STREAM = """<m:GetStreamingEvents><m:SubscriptionIds>
<t:SubscriptionId>{id}</t:SubscriptionId></m:SubscriptionIds>
<m:ConnectionTimeout>{minutes}</m:ConnectionTimeout></m:GetStreamingEvents>"""
SUBSCRIBE = """<m:Subscribe><m:StreamingSubscriptionRequest><t:FolderIds>
<t:DistinguishedFolderId Id="inbox"/></t:FolderIds><t:EventTypes>
<t:EventType>NewMailEvent</t:EventType><t:EventType>CreatedEvent</t:EventType>
</t:EventTypes></m:StreamingSubscriptionRequest></m:Subscribe>"""


@pytest.fixture
def room(exchange):
    exchange.account("room", equipment=True, processing="None")
    return exchange


def events_of(notifications):
    return [event for n in notifications for event in n.events]


def test_pull(room):
    inbox = room.client("room").inbox
    with inbox.pull_subscription() as (subscription, watermark):
        status = events_of(inbox.get_events(subscription, watermark))
        assert [type(e) for e in status] == [StatusEvent]
        room.deliver("room@example.com")
        events = events_of(inbox.get_events(subscription, watermark))
        assert [type(e) for e in events] == [NewMailEvent, CreatedEvent]
        item = inbox.get()
        assert events[1].item_id.id == item.id
        watermark = events[-1].watermark
        item.move(inbox.account.trash)
        events = events_of(inbox.get_events(subscription, watermark))
        assert [type(e) for e in events] == [MovedEvent]
        assert events[0].old_item_id.id != events[0].item_id.id
        with pytest.raises(ErrorInvalidWatermark):
            list(inbox.get_events(subscription, "nonsense"))
    with pytest.raises(ErrorSubscriptionNotFound):
        list(inbox.get_events(subscription, watermark))


def test_streaming_client(room):
    account = room.client("room")
    inbox = account.inbox
    with inbox.streaming_subscription() as subscription:
        timer = threading.Timer(0.3, lambda: room.deliver("room@example.com", count=2))
        timer.start()
        seen = []
        for notification in inbox.get_streaming_events(subscription, connection_timeout=1):
            seen += notification.events
            if len(seen) >= 4:
                break
        timer.join()
    assert [type(e) for e in seen] == [NewMailEvent, CreatedEvent] * 2


def test_events_before_the_connection_are_told(room):
    inbox = room.client("room").inbox
    with inbox.streaming_subscription() as subscription:
        room.deliver("room@example.com")
        first = next(iter(inbox.get_streaming_events(subscription, connection_timeout=1)))
    assert len(first.events) == 2


def subscribe(room):
    text = room.post(SUBSCRIBE, "room").text
    return re.search("<m:SubscriptionId>(.*?)<", text).group(1)


class Stream:
    """A GetStreamingEvents connection read by hand."""

    def __init__(self, exchange, subscription, minutes=1):
        body = ENVELOPE.format(header="", body=STREAM.format(id=subscription, minutes=minutes))
        self.answer = requests.post(
            exchange.url, data=body, auth=("room", "secret"), verify=exchange.ca,
            headers={"Content-Type": "text/xml"}, stream=True, timeout=30)
        self.pieces = self.answer.iter_content(None)

    def read_envelope(self):
        """Up to the end of the next envelope, or of the answer."""
        got = b""
        for piece in self.pieces:
            got += piece
            if got.endswith(b"</s:Envelope>"):
                break
        return got


def test_chain_of_envelopes(room):
    stream = Stream(room, subscribe(room))
    first = stream.read_envelope()
    assert stream.answer.headers["Transfer-Encoding"] == "chunked"
    assert b"<m:ConnectionStatus>OK<" in first
    room.deliver("room@example.com")
    second = stream.read_envelope()
    assert second.startswith(b"<?xml") and b"NewMailEvent" in second
    room.streams("close")
    third = stream.read_envelope()
    assert third.startswith(b"<?xml") and b"<m:ConnectionStatus>Closed<" in third


def test_stream_can_be_cut_and_silenced(room):
    stream = Stream(room, subscribe(room))
    stream.read_envelope()
    room.streams("cut")
    assert stream.read_envelope().endswith(b"<s:Enve")
    stream = Stream(room, subscribe(room))
    stream.read_envelope()
    room.streams("silence")
    room.deliver("room@example.com")
    room.streams("close")
    assert stream.read_envelope() == b""


def test_unknown_subscription(room):
    subscription = subscribe(room)
    room.reset()
    room.account("room")
    answer = room.post(STREAM.format(id=subscription, minutes=1), "room")
    assert "ErrorSubscriptionNotFound" in answer.text
    assert f"<m:SubscriptionId>{subscription}<" in answer.text


def test_too_many_streams(room):
    streams = [Stream(room, subscribe(room)) for _ in range(3)]
    for stream in streams:
        stream.read_envelope()
    assert "ErrorExceededConnectionCount" in Stream(room, subscribe(room)).answer.text
    for stream in streams:
        stream.answer.close()
    subscription = subscribe(room)

    def free_again():
        stream = Stream(room, subscription)
        return b"ConnectionStatus>OK" in stream.read_envelope()

    room.wait_for(free_again)


@pytest.mark.malformed
@pytest.mark.parametrize("minutes", ["0", "31", "x"])
def test_connection_timeout_limits(room, minutes):
    answer = room.post(STREAM.format(id=subscribe(room), minutes=minutes), "room")
    assert answer.status_code == 500 and "ErrorSchemaValidation" in answer.text


def test_keep_alive(tmp_path, shared_emulator):
    with Emulator(tmp_path, keep_alive=1) as other:
        other.account("room")
        stream = Stream(other, subscribe(other))
        assert b"OK" in stream.read_envelope()
        assert b"<m:ConnectionStatus>OK<" in stream.read_envelope()
        stream.answer.close()
    trust(shared_emulator.ca)


def test_deleted_event(room):
    inbox = room.client("room").inbox
    room.deliver("room@example.com")
    with inbox.pull_subscription() as (subscription, watermark):
        inbox.get().delete()
        events = events_of(inbox.get_events(subscription, watermark))
    assert [type(e) for e in events] == [DeletedEvent]
