"""Every limit the emulator has, from both sides."""

import re

import pytest

FIND = """<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>
</m:ItemShape>{before}{restriction}{sort}<m:ParentFolderIds>
<t:DistinguishedFolderId Id="{folder}"/></m:ParentFolderIds></m:FindItem>"""
EQUAL = ('<t:IsEqualTo><t:FieldURI FieldURI="item:Subject"/><t:FieldURIOrConstant>'
         '<t:Constant Value="x"/></t:FieldURIOrConstant></t:IsEqualTo>')
CREATE = """<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem>
<t:Start>2030-01-01T00:00:00Z</t:Start><t:End>{end}</t:End></t:CalendarItem></m:Items>
</m:CreateItem>"""


@pytest.fixture
def room(exchange):
    exchange.account("room", processing="None")
    return exchange


def find(room, before="", restriction="", sort="", folder="inbox"):
    return room.post(FIND.format(before=before, restriction=restriction, sort=sort,
                                 folder=folder), "room").text


def test_found_items_of_one_page(room):
    room.deliver("room@example.com", count=1001)
    for before in "", '<m:IndexedPageItemView MaxEntriesReturned="5000" Offset="0" ' \
                      'BasePoint="Beginning"/>':
        text = find(room, before)
        assert text.count("<t:ItemId") == 1000
        assert 'TotalItemsInView="1001" IncludesLastItemInRange="false"' in text
    text = find(room, '<m:IndexedPageItemView MaxEntriesReturned="10" Offset="1000" '
                      'BasePoint="Beginning"/>')
    assert text.count("<t:ItemId") == 1 and 'IncludesLastItemInRange="true"' in text


def test_restriction_depth(room):
    for depth, code in (29, "NoError"), (31, "ErrorRestrictionTooComplex"):
        nested = "<t:Not>" * depth + EQUAL + "</t:Not>" * depth
        text = find(room, restriction=f"<m:Restriction>{nested}</m:Restriction>")
        assert code in text


def test_sort_keys(room):
    key = '<t:FieldOrder Order="Ascending"><t:FieldURI FieldURI="item:Subject"/></t:FieldOrder>'
    assert "NoError" in find(room, sort=f"<m:SortOrder>{key * 4}</m:SortOrder>")
    text = find(room, sort=f"<m:SortOrder>{key * 5}</m:SortOrder>")
    assert "ErrorUnsupportedPathForSortGroup" in text


def test_calendar_view_range(room):
    view = '<m:CalendarView StartDate="2030-01-01T00:00:00Z" EndDate="{}"/>'
    ok = find(room, view.format("2032-01-01T00:00:00Z"), folder="calendar")
    assert "NoError" in ok
    text = find(room, view.format("2032-01-05T00:00:00Z"), folder="calendar")
    assert "ErrorCalendarViewRangeTooBig" in text
    text = find(room, view.format("2029-01-01T00:00:00Z"), folder="calendar")
    assert "ErrorCalendarEndDateIsEarlierThanStartDate" in text
    text = find(room, view.format("2031-01-01T00:00:00Z"))
    assert "ErrorCalendarFolderIsInvalidForCalendarView" in text


def test_duration(room):
    assert "NoError" in room.post(CREATE.format(end="2034-12-31T00:00:00Z"), "room").text
    text = room.post(CREATE.format(end="2035-01-10T00:00:00Z"), "room").text
    assert "ErrorCalendarDurationIsTooLong" in text
    text = room.post(CREATE.format(end="2029-12-31T00:00:00Z"), "room").text
    assert "ErrorCalendarEndDateIsEarlierThanStartDate" in text


def test_resolved_names(room):
    for i in range(101):
        room.mailbox(f"person{i}@example.com")
    text = room.post('<m:ResolveNames ReturnFullContactData="false">'
                     "<m:UnresolvedEntry>person</m:UnresolvedEntry></m:ResolveNames>", "room").text
    assert text.count("<t:Resolution>") == 100
    assert 'ResponseClass="Warning"' in text and 'IncludesLastItemInRange="false"' in text


def test_folders_of_a_subscription(room):
    folder = '<t:DistinguishedFolderId Id="inbox"/>'
    for count, code in (64, "NoError"), (65, "ErrorInvalidSubscriptionRequest"):
        text = room.post(
            f"<m:Subscribe><m:StreamingSubscriptionRequest><t:FolderIds>{folder * count}"
            "</t:FolderIds><t:EventTypes><t:EventType>NewMailEvent</t:EventType></t:EventTypes>"
            "</m:StreamingSubscriptionRequest></m:Subscribe>", "room").text
        assert code in text


@pytest.mark.malformed
def test_subscriptions_of_a_stream(room):
    ids = "<t:SubscriptionId>aaaa</t:SubscriptionId>"
    for count, code in (200, "ErrorSubscriptionNotFound"), (201, "ErrorSchemaValidation"):
        text = room.post(f"<m:GetStreamingEvents><m:SubscriptionIds>{ids * count}"
                         "</m:SubscriptionIds><m:ConnectionTimeout>1</m:ConnectionTimeout>"
                         "</m:GetStreamingEvents>", "room").text
        assert code in text


def test_delivered_messages(room):
    with pytest.raises(Exception, match="1..100000"):
        room.deliver("room@example.com", count=100001)
    with pytest.raises(Exception, match="1..100000"):
        room.deliver("room@example.com", count=0)


def test_occurrences_of_a_recurrence(room):
    rule = ("<t:Recurrence><t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence>"
            "<t:NumberedRecurrence><t:StartDate>2030-01-01</t:StartDate><t:NumberOfOccurrences>{}"
            "</t:NumberOfOccurrences></t:NumberedRecurrence></t:Recurrence>")
    for count, code in (999, "NoError"), (1000, "ErrorInvalidPropertySet"):
        text = room.post(
            '<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem>'
            f"{rule.format(count)}</t:CalendarItem></m:Items></m:CreateItem>", "room").text
        assert code in text


def test_pages_from_the_end(room):
    room.deliver("room@example.com", count=5)
    first = re.findall('ItemId Id="(.*?)"', find(room))
    text = find(room, '<m:IndexedPageItemView MaxEntriesReturned="2" Offset="1" BasePoint="End"/>')
    assert re.findall('ItemId Id="(.*?)"', text) == first[2:4]
