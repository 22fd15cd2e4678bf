"""Single meetings: an unmodified client as organiser and as equipment resource."""

import datetime

import pytest
from exchangelib import CalendarItem, EWSTimeZone, HTMLBody, Mailbox
from exchangelib.errors import (
    ErrorCalendarMeetingRequestIsOutOfDate, ErrorItemNotFound,
)
from exchangelib.items import (
    AcceptItem, MeetingCancellation, MeetingRequest, MeetingResponse, SEND_ONLY_TO_CHANGED,
    SEND_TO_ALL_AND_SAVE_COPY, SEND_TO_NONE,
)
from exchangelib.properties import Attendee, ReferenceItemId

UTC = EWSTimeZone("UTC")
START = datetime.datetime(2030, 5, 6, 10, 0, tzinfo=UTC)
END = START + datetime.timedelta(hours=1)


@pytest.fixture(params=["None", "AutoUpdate"])
def processing(request):
    return request.param


@pytest.fixture
def people(exchange, processing):
    exchange.account("olga", name="Olga Organiser")
    exchange.account("ben", name="Ben")
    exchange.account("room", name="Video Room", equipment=True, processing=processing)
    return exchange


def invite(exchange, subject="Planning", attendees=("room@example.com",), body="<p>Hello</p>"):
    olga = exchange.client("olga")
    item = CalendarItem(
        account=olga, folder=olga.calendar, subject=subject, start=START, end=END,
        body=HTMLBody(body), location="Here",
        required_attendees=[Attendee(mailbox=Mailbox(email_address="ben@example.com"))],
        resources=[Attendee(mailbox=Mailbox(email_address=a)) for a in attendees])
    item.save(send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)
    return olga, item


def only(found):
    found = list(found)
    assert len(found) == 1, found
    return found[0]


def request_of(exchange, user="room"):
    return only(i for i in exchange.client(user).inbox.all() if isinstance(i, MeetingRequest))


def test_invitation_arrives(people, processing):
    olga, item = invite(people)
    request = request_of(people)
    assert request.subject == "Planning"
    assert request.start == START and request.end == END
    assert request.location == "Here"
    assert "Hello" in request.body
    assert request.meeting_request_type == "NewMeetingRequest"
    assert request.organizer.email_address == "olga@example.com"
    assert [a.mailbox.email_address for a in request.required_attendees] == ["ben@example.com"]
    assert [a.mailbox.email_address for a in request.resources] == ["room@example.com"]
    assert not request.is_out_of_date
    assert (request.associated_calendar_item_id is not None) == (processing == "AutoUpdate")
    assert len(people.items("ben@example.com", "calendar")) == 1, "users are as AutoUpdate"
    sent = only(people.items("olga@example.com", "sentitems"))
    assert sent["type"] == "MeetingRequest"
    uid = only(people.items("olga@example.com", "calendar"))["UID"]
    assert only(people.items("room@example.com", "inbox"))["UID"] == uid


def test_accept(people):
    olga, item = invite(people)
    request = request_of(people)
    request.accept(body=HTMLBody("<p>Join at 1234</p>"))
    entry = only(people.items("room@example.com", "calendar"))
    assert entry["MyResponseType"] == "Accept" and entry["Subject"] == "Planning"
    assert people.items("room@example.com", "inbox") == []
    moved = only(people.items("room@example.com", "deleteditems"))
    assert moved["type"] == "MeetingRequest" and moved["ItemId"] != request.id
    answer = only(i for i in olga.inbox.all() if isinstance(i, MeetingResponse))
    assert answer.subject == "Accepted: Planning"
    assert answer.item_class == "IPM.Schedule.Meeting.Resp.Pos"
    assert "Join at 1234" in answer.body
    assert answer.sender.email_address == "room@example.com"
    item.refresh()
    who = only(item.resources)
    assert who.response_type == "Accept" and who.last_response_time is not None
    with pytest.raises(ErrorItemNotFound):
        request.accept()


def test_decline(people):
    olga, item = invite(people)
    request_of(people).decline(body="no")
    assert people.items("room@example.com", "calendar") == []
    assert len(people.items("room@example.com", "deleteditems")) == 2
    answer = only(i for i in olga.inbox.all() if isinstance(i, MeetingResponse))
    assert answer.item_class == "IPM.Schedule.Meeting.Resp.Neg" and answer.body.strip() == "no"
    item.refresh()
    assert only(item.resources).response_type == "Decline"


def test_move_makes_older_request_outdated(people):
    olga, item = invite(people)
    old = request_of(people)
    item.start += datetime.timedelta(days=1)
    item.end += datetime.timedelta(days=1)
    item.save(send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)
    requests = people.items("room@example.com", "inbox", type="MeetingRequest")
    assert [r["IsOutOfDate"] for r in requests] == [False, True]
    new, outdated = requests
    assert new["MeetingRequestType"] == "FullUpdate"
    assert outdated["MeetingRequestType"] == "Outdated"
    assert new["AppointmentSequenceNumber"] == outdated["AppointmentSequenceNumber"] + 1
    with pytest.raises(ErrorCalendarMeetingRequestIsOutOfDate):
        old.accept()


def test_rename_is_informational(people):
    olga, item = invite(people)
    request_of(people).accept()
    item.refresh()
    item.subject = "Planning again"
    item.save(send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)
    request = request_of(people)
    assert request.meeting_request_type == "InformationalUpdate"
    assert not request.is_out_of_date
    assert request.subject == "Planning again"
    item.refresh()
    assert only(item.resources).response_type == "Accept", "the time is still the agreed one"


def test_update_without_mail(people):
    olga, item = invite(people)
    item.body = HTMLBody("<p>new instructions</p>")
    item.save(update_fields=["body"], send_meeting_invitations=SEND_TO_NONE)
    assert "Hello" in request_of(people).body
    item.refresh()
    assert "new instructions" in item.body


def test_removed_attendee_gets_cancellation(people):
    olga, item = invite(people)
    item.resources = None
    item.save(update_fields=["resources"], send_meeting_invitations=SEND_ONLY_TO_CHANGED)
    kinds = [i["type"] for i in people.items("room@example.com", "inbox")]
    assert sorted(kinds) == ["MeetingCancellation", "MeetingRequest"]
    assert len(people.items("ben@example.com", "inbox")) == 1, "nothing changed for others"


def test_added_attendee_gets_request(people):
    olga, item = invite(people, attendees=())
    assert people.items("room@example.com", "inbox") == []
    item.resources = [Attendee(mailbox=Mailbox(email_address="room@example.com"))]
    item.save(update_fields=["resources"], send_meeting_invitations=SEND_ONLY_TO_CHANGED)
    assert request_of(people).meeting_request_type == "NewMeetingRequest"
    assert len(people.items("ben@example.com", "inbox")) == 1


@pytest.mark.parametrize("how", ["cancel", "delete"])
def test_cancellation(people, how):
    olga, item = invite(people)
    request_of(people).accept()
    item.refresh()
    if how == "cancel":
        item.cancel(new_body="it is off")
    else:
        item.delete(send_meeting_cancellations=SEND_TO_ALL_AND_SAVE_COPY)
    room = people.client("room")
    cancellation = only(i for i in room.inbox.all() if isinstance(i, MeetingCancellation))
    assert cancellation.item_class == "IPM.Schedule.Meeting.Canceled"
    assert cancellation.subject == "Canceled: Planning"
    assert len(people.items("room@example.com", "calendar")) == 1
    remove(people, cancellation)
    assert people.items("room@example.com", "calendar") == []
    assert people.items("room@example.com", "inbox") == []


def test_attendee_deletes_the_meeting(people):
    olga, item = invite(people)
    request_of(people).accept()
    room = people.client("room")
    only(room.calendar.all()).delete(send_meeting_cancellations=SEND_TO_ALL_AND_SAVE_COPY)
    assert people.items("room@example.com", "calendar") == []
    answers = people.items("olga@example.com", "inbox", type="MeetingResponse")
    assert [a["ResponseType"] for a in answers] == ["Decline", "Accept"]


def test_attendee_in_two_roles_gets_one_request(people):
    invite(people, attendees=("room@example.com", "ben@example.com"))
    assert len(people.items("ben@example.com", "inbox")) == 1


def test_times_without_offset_are_of_the_zone(people):
    answer = people.post(
        '<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem>'
        '<t:Subject>x</t:Subject><t:Start>2030-07-01T10:00:00</t:Start>'
        '<t:End>2030-07-01T11:00:00</t:End><t:StartTimeZone Id="W. Europe Standard Time"/>'
        '</t:CalendarItem></m:Items></m:CreateItem>', "olga")
    assert "NoError" in answer.text
    entry = only(people.items("olga@example.com", "calendar"))
    assert entry["Start"] == "2030-07-01T08:00:00Z"


def remove(exchange, cancellation):
    answer = exchange.post(
        f'<m:CreateItem MessageDisposition="SendAndSaveCopy"><m:Items><t:RemoveItem>'
        f'<t:ReferenceItemId Id="{cancellation.id}" ChangeKey="{cancellation.changekey}"/>'
        f'</t:RemoveItem></m:Items></m:CreateItem>', "room")
    assert answer.status_code == 200 and b"NoError" in answer.content, answer.text


def test_accept_needs_disposition(people):
    invite(people)
    request = request_of(people)
    answer = people.post(
        f'<m:CreateItem><m:Items><t:AcceptItem><t:ReferenceItemId Id="{request.id}"/>'
        f'</t:AcceptItem></m:Items></m:CreateItem>', "room")
    assert b"ErrorMessageDispositionRequired" in answer.content


def test_auto_accept_answers_and_strips(exchange):
    exchange.account("olga")
    exchange.account("ben")
    exchange.account("room", equipment=True, processing="AutoAccept")
    olga, item = invite(exchange)
    entry = only(exchange.items("room@example.com", "calendar"))
    assert entry["MyResponseType"] == "Accept"
    assert entry["Body"] == "" and entry["Subject"] == "olga@example.com"
    assert exchange.items("room@example.com", "inbox") == []
    item.refresh()
    assert only(item.resources).response_type == "Accept"
    invite(exchange, subject="At the same time")
    refused = exchange.items("olga@example.com", "inbox", type="MeetingResponse")[0]
    assert refused["ResponseType"] == "Decline", "conflicts are declined by default"


@pytest.mark.parametrize("processing", ["AutoUpdate"])  # with "None", nothing files the item
def test_accept_item_of_calendar(people, processing):
    invite(people)
    room = people.client("room")
    entry = only(room.calendar.all())
    reference = ReferenceItemId(id=entry.id, changekey=entry.changekey)
    AcceptItem(account=room, reference_item_id=reference).send()
    again = only(people.items("room@example.com", "calendar"))
    assert again["MyResponseType"] == "Accept" and again["ItemId"] != entry.id

