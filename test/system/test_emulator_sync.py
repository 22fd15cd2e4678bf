"""SyncFolderItems: pages, order, changes, states that are no good."""

import re

import pytest
from exchangelib import Message
from exchangelib.errors import ErrorInvalidSyncStateData
from exchangelib.items import MeetingRequest

SYNC = """<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>
<m:SyncFolderId><t:DistinguishedFolderId Id="inbox"/></m:SyncFolderId>{state}
<m:MaxChangesReturned>{count}</m:MaxChangesReturned></m:SyncFolderItems>"""


@pytest.fixture
def room(exchange):
    exchange.account("room", equipment=True, processing="None")
    return exchange


def sync(exchange, state="", count=512, user="room"):
    state = f"<m:SyncState>{state}</m:SyncState>" if state else ""
    text = exchange.post(SYNC.format(state=state, count=count), user).text
    new = re.search("<m:SyncState>(.*?)</m:SyncState>", text)
    last = "<m:IncludesLastItemInRange>true<" in text
    kinds = re.findall(r"<t:(Create|Update|Delete|ReadFlagChange)>.*?Id=\"(.*?)\"", text)
    return new and new.group(1), last, kinds, text


def test_client_sees_everything_that_happens(room):
    room.deliver("room@example.com", count=3, subject="one of three")
    inbox = room.client("room").inbox
    changes = list(inbox.sync_items())
    assert [kind for kind, _ in changes] == ["create"] * 3
    assert all(isinstance(item, MeetingRequest) for _, item in changes)
    assert list(inbox.sync_items(sync_state=inbox.item_sync_state)) == []
    first, second, third = (item for _, item in changes)
    gone = first.id
    first.delete()
    second.refresh()
    second.is_read = True
    second.save(update_fields=["is_read"])
    kinds = {kind: item for kind, item in inbox.sync_items(sync_state=inbox.item_sync_state)}
    assert set(kinds) == {"delete", "read_flag_change"}
    assert kinds["delete"].id == gone


def test_newest_first_in_pages(room):
    uids = room.deliver("room@example.com", count=1300)
    found, state, last, pages = [], "", False, 0
    while not last:
        state, last, kinds, _ = sync(room, state)
        found += [item for kind, item in kinds]
        pages += 1
        assert {kind for kind, _ in kinds} == {"Create"}
    assert pages == 3 and len(found) == len(set(found)) == 1300
    ids = {i["UID"]: i["ItemId"] for i in room.items("room@example.com", "inbox")}
    assert found == [ids[u] for u in reversed(uids)]


def test_changes_while_paging(room):
    room.deliver("room@example.com", count=10)
    state, last, kinds, _ = sync(room, count=4)
    assert len(kinds) == 4 and not last
    room.deliver("room@example.com", count=2)
    seen = {item for _, item in kinds}
    room.client("room").inbox.get(id=kinds[0][1]).delete()
    while True:
        state, last, kinds, _ = sync(room, state, count=4)
        for kind, item in kinds:
            if kind == "Delete":
                seen.discard(item)
            else:
                seen.add(item)
        if last and not kinds:
            break
    assert seen == {i["ItemId"] for i in room.items("room@example.com", "inbox")}
    assert len(seen) == 11


def test_bodies_are_never_synchronised(room):
    room.deliver("room@example.com", body="secret text")
    _, _, _, text = sync(room)
    assert "secret text" not in text
    whole = room.post(SYNC.format(state="", count=1).replace("IdOnly", "AllProperties"), "room")
    assert "secret text" not in whole.text and "MeetingRequestType" in whole.text


@pytest.mark.parametrize("state", ["nonsense", "H4sIAAAAAAAA", "aaaa"])
def test_bad_state(room, state):
    _, _, _, text = sync(room, state)
    assert "ErrorInvalidSyncStateData" in text
    with pytest.raises(ErrorInvalidSyncStateData):
        list(room.client("room").inbox.sync_items(sync_state=state))


def test_state_of_another_folder_or_run(room):
    room.account("other")
    state, _, _, _ = sync(room, user="other")
    _, _, _, text = sync(room, state)
    assert "ErrorInvalidSyncStateData" in text
    state, _, _, _ = sync(room)
    room.reset()
    room.account("room")
    _, _, _, text = sync(room, state)
    assert "ErrorInvalidSyncStateData" in text


@pytest.mark.malformed
@pytest.mark.parametrize("count", ["0", "513", "many", "-1"])
def test_page_size_limits(room, count):
    answer = room.post(SYNC.format(state="", count=count), "room")
    assert answer.status_code == 500 and "ErrorSchemaValidation" in answer.text


def test_hierarchy(room):
    root = room.client("room").root
    changes = list(root.sync_hierarchy())
    names = {folder.name for _, folder in changes}
    assert {"Inbox", "Calendar", "Deleted Items", "Sent Items"} <= names
    assert list(root.sync_hierarchy(sync_state=root.folder_sync_state)) == []


def test_moved_item_is_deleted_here_and_created_there(room):
    room.deliver("room@example.com")
    account = room.client("room")
    state, _, kinds, _ = sync(room)
    item = account.inbox.get()
    old = item.id
    item.move(account.trash)
    assert item.id != old
    state, _, kinds, _ = sync(room, state)
    assert kinds == [("Delete", old)]


def test_message_that_came_and_went(room):
    state, _, _, _ = sync(room)
    account = room.client("room")
    Message(account=account, folder=account.inbox, subject="x").save().delete()
    _, _, kinds, _ = sync(room, state)
    assert kinds == []
