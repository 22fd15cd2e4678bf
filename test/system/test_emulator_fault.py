"""Faults on purpose, access rules, and requests that are no good."""

import time

import pytest
from exchangelib.errors import (
    ErrorImpersonateUserDenied, ErrorInternalServerError, ErrorNonExistentMailbox, ErrorServerBusy,
    UnauthorizedError,
)

GET_FOLDER = """<m:GetFolder><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape>
<m:FolderIds><t:DistinguishedFolderId Id="inbox"/></m:FolderIds></m:GetFolder>"""

GET_ITEM = """<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>
<m:ItemIds><t:ItemId Id="{}"/></m:ItemIds></m:GetItem>"""


@pytest.fixture
def room(exchange):
    exchange.account("room", equipment=True, processing="None")
    return exchange


def test_status_on_the_second_request(room):
    room.fault("status", "GetFolder", nth=2, status=503, retry_after=7)
    assert room.post(GET_FOLDER, "room").status_code == 200
    answer = room.post(GET_FOLDER, "room")
    assert answer.status_code == 503 and answer.headers["Retry-After"] == "7"
    assert room.post(GET_FOLDER, "room").status_code == 200


def test_fault_for_ever_until_cleared(room):
    room.fault("status", count=0, status=500)
    assert [room.post(GET_FOLDER, "room").status_code for _ in range(3)] == [500] * 3
    room.clear_faults()
    assert room.post(GET_FOLDER, "room").status_code == 200


def test_fault_of_one_mailbox(room):
    room.account("other")
    room.fault("status", mailbox="room@example.com", count=0, status=502)
    assert room.post(GET_FOLDER, "room").status_code == 502
    assert room.post(GET_FOLDER, "other").status_code == 200


def test_server_busy(room):
    inbox = room.client("room").inbox
    room.fault("server_busy", "SyncFolderItems", milliseconds=1500)
    with pytest.raises(ErrorServerBusy) as e:
        list(inbox.sync_items())
    assert e.value.back_off == 1.5


@pytest.mark.parametrize("text", ["", "0", "-1", "99999999999999", "soon"])
def test_server_busy_with_any_back_off(room, text):
    room.fault("server_busy", "GetFolder", text=text)
    answer = room.post(GET_FOLDER, "room")
    assert answer.status_code == 500 and "ErrorServerBusy" in answer.text
    assert ("BackOffMilliseconds" in answer.text) == bool(text)


def test_server_busy_inside_an_answer(room):
    room.fault("message", "SyncFolderItems", code="ErrorServerBusy", milliseconds=700)
    with pytest.raises(Exception, match="fault injection"):
        list(room.client("room").inbox.sync_items())
    room.fault("message", "GetItem", code="ErrorServerBusy", milliseconds=700)
    room.deliver("room@example.com")
    item = room.items("room@example.com")[0]["ItemId"]
    answer = room.post(GET_ITEM.format(item), "room")
    assert answer.status_code == 200 and ">700<" in answer.text
    assert "NoError" in room.post(GET_ITEM.format(item), "room").text


def test_soap_fault(room):
    inbox = room.client("room").inbox
    room.fault("soap_fault", "SyncFolderItems", code="ErrorInternalServerError", text="oops")
    with pytest.raises(ErrorInternalServerError):
        list(inbox.sync_items())


def test_delay(room):
    room.fault("delay", "GetFolder", milliseconds=400)
    begin = time.monotonic()
    assert room.post(GET_FOLDER, "room").status_code == 200
    assert time.monotonic() - begin > 0.39
    assert room.requests_of("GetFolder") == 1


@pytest.mark.parametrize("kind", ["cut", "lost", "drop"])
def test_cut(room, kind):
    room.fault(kind, "GetFolder", bytes=50)
    answer = room.post(GET_FOLDER, "room")
    assert len(answer.content) == (50 if kind == "cut" else 0)
    assert int(answer.headers["Content-Length"]) > len(answer.content)
    assert room.post(GET_FOLDER, "room").status_code == 200


def test_html_and_empty(room):
    room.fault("html", "GetFolder")
    room.fault("empty", "GetFolder", nth=2)
    answer = room.post(GET_FOLDER, "room")
    assert answer.status_code == 200 and "<form" in answer.text
    answer = room.post(GET_FOLDER, "room")
    assert answer.status_code == 200 and answer.text == ""


def test_invalid_sync_state(room):
    inbox = room.client("room").inbox
    room.fault("invalid_sync_state", "SyncFolderItems")
    with pytest.raises(Exception, match="Synchronization state data"):
        list(inbox.sync_items())
    assert list(inbox.sync_items()) == []


def test_one_item_of_a_batch(room):
    room.deliver("room@example.com", count=3)
    room.fault("item", "GetItem", item=2, code="ErrorMailboxMoveInProgress")
    ids = "".join(f'<t:ItemId Id="{i["ItemId"]}"/>' for i in room.items("room@example.com"))
    text = room.post("<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>"
                     f"<m:ItemIds>{ids}</m:ItemIds></m:GetItem>", "room").text
    assert text.count("NoError") == 2 and text.count("ErrorMailboxMoveInProgress") == 1


def test_passwords(room):
    assert room.post(GET_FOLDER).status_code == 401
    answer = room.post(GET_FOLDER, "room", password="wrong")
    assert answer.status_code == 401 and answer.headers["WWW-Authenticate"].startswith("Basic")
    with pytest.raises(UnauthorizedError):
        room.client("room", password="wrong").inbox


def test_impersonation(room):
    room.account("service", mailbox=False, impersonate=["room@example.com"])
    room.account("admin", impersonate=True)
    room.account("nobody")
    room.deliver("room@example.com")
    for user in "service", "admin":
        client = room.client(user, "room@example.com", impersonate=True)
        assert client.inbox.total_count == 1
    with pytest.raises(ErrorImpersonateUserDenied):
        room.client("nobody", "room@example.com", impersonate=True).inbox
    with pytest.raises(ErrorImpersonateUserDenied):
        room.client("service", "nobody@example.com", impersonate=True).inbox
    with pytest.raises(ErrorNonExistentMailbox):
        room.client("admin", "who@example.com", impersonate=True).inbox
    assert "ErrorNonExistentMailbox" in room.post(GET_FOLDER, "service").text


def test_items_of_others_are_not_found(room):
    room.account("other")
    room.deliver("room@example.com")
    item = room.items("room@example.com")[0]["ItemId"]
    assert "ErrorItemNotFound" in room.post(GET_ITEM.format(item), "other").text


@pytest.mark.malformed
@pytest.mark.parametrize("body, code", [
    ("", "ErrorSchemaValidation"),
    ("<m:Frobnicate/>", "ErrorInvalidRequest"),
    ("<m:GetItem/>", "ErrorSchemaValidation"),
    ("<m:GetFolder><m:FolderShape><t:BaseShape>Some</t:BaseShape></m:FolderShape></m:GetFolder>",
     "ErrorSchemaValidation"),
    ("<m:CreateItem SendMeetingInvitations='SendToNone'><m:Items><t:CalendarItem><t:Start>"
     "2030-01-01T00:00:00Z</t:Start><t:Subject>late</t:Subject></t:CalendarItem></m:Items>"
     "</m:CreateItem>", "ErrorSchemaValidation"),
])
def test_malformed(room, body, code):
    answer = room.post(body, "room")
    assert answer.status_code == 500 and code in answer.text


@pytest.mark.malformed
@pytest.mark.parametrize("element", [
    "<t:Sensitivity></t:Sensitivity>", "<t:Sensitivity>Secret</t:Sensitivity>",
    "<t:ReminderIsSet>maybe</t:ReminderIsSet>", "<t:Start>soon</t:Start>",
    "<t:RequiredAttendees><t:Attendee/></t:RequiredAttendees>",
    "<t:ConferenceType>9999999999</t:ConferenceType>", "<t:Frob>1</t:Frob>",
    "<t:Size>1</t:Size>",
])
def test_values_that_are_none(room, element):
    text = room.post('<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items>'
                     f"<t:CalendarItem>{element}</t:CalendarItem></m:Items></m:CreateItem>",
                     "room").text
    assert "ErrorInvalidPropertySet" in text
    assert room.items("room@example.com") == []


@pytest.mark.malformed
def test_restriction_without_operand(room):
    body = ('<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>'
            '</m:ItemShape><m:Restriction><t:IsEqualTo><t:FieldURI FieldURI="item:Subject"/>'
            '<t:FieldURIOrConstant/></t:IsEqualTo></m:Restriction><m:ParentFolderIds>'
            '<t:DistinguishedFolderId Id="inbox"/></m:ParentFolderIds></m:FindItem>')
    assert "ErrorUnsupportedPathForQuery" in room.post(body, "room").text


@pytest.mark.malformed
@pytest.mark.parametrize("text", ["", "hello", "<a/>", "<!DOCTYPE a><a/>", "\x00"])
def test_no_soap(room, text):
    answer = room.post(text, "room", operation_only=False)
    assert answer.status_code == 500 and "ErrorSchemaValidation" in answer.text


def test_counters(room):
    room.reset_counters()
    room.post(GET_FOLDER, "room")
    counters = room.counters()
    assert counters["operations"]["GetFolder"]["requests"] == 1
    assert counters["bytes_in"] > 100 and counters["bytes_out"] > 100
