"""Answers by hand: dispositions, refusals, batches."""

import pytest

ANSWER = """<m:CreateItem{disposition}><m:Items>{items}</m:Items></m:CreateItem>"""
ITEM = """<t:{kind}><t:Body BodyType="{type}">{text}</t:Body><t:ReferenceItemId Id="{id}"/>
</t:{kind}>"""


@pytest.fixture
def room(exchange):
    exchange.account("olga")
    exchange.account("room", equipment=True, processing="None")
    return exchange


def answer(room, *ids, kind="AcceptItem", disposition="SendAndSaveCopy", text="ok", type="Text",
           user="room"):
    items = "".join(ITEM.format(kind=kind, type=type, text=text, id=i) for i in ids)
    disposition = f' MessageDisposition="{disposition}"' if disposition else ""
    return room.post(ANSWER.format(disposition=disposition, items=items), user).text


def deliver(room, **wishes):
    room.deliver("room@example.com", organizer="olga@example.com", **wishes)
    return [i["ItemId"] for i in room.items("room@example.com", "inbox")]


@pytest.mark.parametrize("disposition, sent, drafts, arrived", [
    ("SendAndSaveCopy", 1, 0, 1), ("SendOnly", 0, 0, 1), ("SaveOnly", 0, 1, 0)])
def test_dispositions(room, disposition, sent, drafts, arrived):
    item, = deliver(room)
    assert "NoError" in answer(room, item, disposition=disposition)
    assert len(room.items("room@example.com", "sentitems")) == sent
    assert len(room.items("room@example.com", "drafts")) == drafts
    assert len(room.items("olga@example.com", "inbox")) == arrived


@pytest.mark.parametrize("kind, response, suffix", [
    ("AcceptItem", "Accept", "Pos"), ("TentativelyAcceptItem", "Tentative", "Tent"),
    ("DeclineItem", "Decline", "Neg")])
def test_kinds(room, kind, response, suffix):
    item, = deliver(room, subject="Planning")
    answer(room, item, kind=kind, text="<p>Hello &amp;amp; bye</p>".replace("<", "&lt;"),
           type="HTML")
    got, = room.items("olga@example.com", "inbox")
    assert got["ResponseType"] == response and got["ItemClass"].endswith("Resp." + suffix)
    assert got["BodyType"] == "HTML" and "Hello &amp; bye" in got["Body"]
    folder = "deleteditems" if kind == "DeclineItem" else "calendar"
    entry, = room.items("room@example.com", folder, type="CalendarItem")
    assert entry["MyResponseType"] == response


def test_batch_with_one_bad_apple(room):
    ids = deliver(room, count=3)
    answer(room, ids[1])
    text = answer(room, *ids)
    assert text.count("NoError") == 2 and text.count("ErrorItemNotFound") == 1
    assert len(room.items("olga@example.com", "inbox")) == 3


def test_what_cannot_be_answered(room):
    cancellation, = deliver(room, type="cancellation")
    assert "ErrorInvalidItemForOperationAcceptItem" in answer(room, cancellation)
    mail = deliver(room, type="message")[0]
    assert "ErrorInvalidItemForOperationAcceptItem" in answer(room, mail)
    assert "ErrorInvalidItemForOperationRemoveItem" in room.post(
        '<m:CreateItem MessageDisposition="SendOnly"><m:Items><t:RemoveItem><t:ReferenceItemId '
        f'Id="{mail}"/></t:RemoveItem></m:Items></m:CreateItem>', "room").text
    room.deliver("room@example.com", organizer="room@example.com")
    own = room.items("room@example.com", "inbox")[0]["ItemId"]
    for kind in "Accept", "Decline":
        text = answer(room, own, kind=kind + "Item")
        assert f"ErrorCalendarIsOrganizerFor{kind}" in text


def test_cancelled_entry_cannot_be_accepted(room):
    room.mailbox("room@example.com", processing="AutoUpdate")
    uid, = room.deliver("room@example.com", organizer="olga@example.com")
    room.deliver("room@example.com", organizer="olga@example.com", uid=uid, type="cancellation",
                 sequence=1)
    entry, = room.items("room@example.com", "calendar")
    assert entry["IsCancelled"]
    for kind, code in ("AcceptItem", "Accept"), ("DeclineItem", "Decline"), \
                      ("TentativelyAcceptItem", "Tentative"):
        text = answer(room, entry["ItemId"], kind=kind)
        assert "ErrorCalendarIsCancelledFor" + code in text


def test_older_message_arrives_late(room):
    uid, = room.deliver("room@example.com", sequence=5)
    room.deliver("room@example.com", uid=uid, sequence=4)
    late, current = room.items("room@example.com", "inbox")
    assert late["IsOutOfDate"] and not current["IsOutOfDate"]
    assert "ErrorCalendarMeetingRequestIsOutOfDate" in answer(room, late["ItemId"])


def test_duplicates_are_both_current(room):
    stamp = "2029-01-01T00:00:00Z"
    uid, = room.deliver("room@example.com", stamp=stamp)
    room.deliver("room@example.com", uid=uid, stamp=stamp)
    assert [i["IsOutOfDate"] for i in room.items("room@example.com", "inbox")] == [False, False]


def test_organiser_elsewhere(room):
    room.deliver("room@example.com", organizer="who@elsewhere.example")
    foreign = room.items("room@example.com", "inbox")[0]["ItemId"]
    assert "NoError" in answer(room, foreign)
    assert room.items("olga@example.com", "inbox") == []


def test_append_to_body_and_attendees(exchange):
    exchange.account("olga")
    exchange.account("ben")
    made = exchange.post(
        '<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem>'
        '<t:Body BodyType="Text">one</t:Body></t:CalendarItem></m:Items></m:CreateItem>', "olga")
    assert "NoError" in made.text
    item, = exchange.items("olga@example.com")
    text = exchange.post(
        '<m:UpdateItem ConflictResolution="AlwaysOverwrite" '
        'SendMeetingInvitationsOrCancellations="SendToAllAndSaveCopy"><m:ItemChanges>'
        f'<t:ItemChange><t:ItemId Id="{item["ItemId"]}"/><t:Updates><t:AppendToItemField>'
        '<t:FieldURI FieldURI="item:Body"/><t:CalendarItem><t:Body BodyType="Text"> two</t:Body>'
        '</t:CalendarItem></t:AppendToItemField><t:AppendToItemField>'
        '<t:FieldURI FieldURI="calendar:RequiredAttendees"/><t:CalendarItem><t:RequiredAttendees>'
        '<t:Attendee><t:Mailbox><t:EmailAddress>ben@example.com</t:EmailAddress></t:Mailbox>'
        '</t:Attendee></t:RequiredAttendees></t:CalendarItem></t:AppendToItemField></t:Updates>'
        '</t:ItemChange></m:ItemChanges></m:UpdateItem>', "olga").text
    assert "NoError" in text
    request, = exchange.items("ben@example.com", "inbox")
    assert request["Body"] == "one two" and request["MeetingRequestType"] == "NewMeetingRequest"


def test_attributes_that_calendar_items_need(room):
    item = "<m:Items><t:CalendarItem><t:Subject>x</t:Subject></t:CalendarItem></m:Items>"
    text = room.post(f"<m:CreateItem>{item}</m:CreateItem>", "olga").text
    assert "ErrorSendMeetingInvitationsRequired" in text
    room.post(f'<m:CreateItem SendMeetingInvitations="SendToNone">{item}</m:CreateItem>', "olga")
    made, = room.items("olga@example.com", "calendar")
    text = room.post(f'<m:DeleteItem DeleteType="HardDelete"><m:ItemIds><t:ItemId '
                     f'Id="{made["ItemId"]}"/></m:ItemIds></m:DeleteItem>', "olga").text
    assert "ErrorSendMeetingCancellationsRequired" in text
    text = room.post(
        '<m:UpdateItem ConflictResolution="AlwaysOverwrite"><m:ItemChanges><t:ItemChange>'
        f'<t:ItemId Id="{made["ItemId"]}"/><t:Updates><t:DeleteItemField>'
        '<t:FieldURI FieldURI="item:Subject"/></t:DeleteItemField></t:Updates></t:ItemChange>'
        '</m:ItemChanges></m:UpdateItem>', "olga").text
    assert "ErrorSendMeetingInvitationsOrCancellationsRequired" in text
