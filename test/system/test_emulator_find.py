"""Finding, reading, mail and the directory, with the unmodified client."""

import datetime

import pytest
from exchangelib import CalendarItem, EWSTimeZone, HTMLBody, Mailbox, Message, Q
from exchangelib.errors import (
    ErrorCalendarViewRangeTooBig, ErrorIrresolvableConflict, ErrorNameResolutionNoResults,
)
from exchangelib.items import NEVER_OVERWRITE
from exchangelib.properties import UserConfiguration

UTC = EWSTimeZone("UTC")
DAY = datetime.timedelta(days=1)
START = datetime.datetime(2030, 5, 6, 10, 0, tzinfo=UTC)


@pytest.fixture
def olga(exchange):
    exchange.account("olga", name="Olga Organiser")
    exchange.account("ben", name="Ben Benson")
    return exchange.client("olga")


def appointments(account, count=5):
    made = []
    for i in range(count):
        made.append(CalendarItem(
            account=account, folder=account.calendar, subject=f"Item {i}", location=f"Place {i}",
            start=START + i * DAY, end=START + i * DAY + datetime.timedelta(hours=1)).save())
    return made


def subjects(found):
    return [i.subject for i in found]


def test_restrictions(olga):
    appointments(olga)
    calendar = olga.calendar
    assert subjects(calendar.filter(subject="Item 3")) == ["Item 3"]
    assert subjects(calendar.filter(subject__contains="EM 2")) == []
    assert subjects(calendar.filter(subject__icontains="EM 2")) == ["Item 2"]
    assert subjects(calendar.filter(subject__startswith="Item").order_by("start"))[0] == "Item 0"
    later = calendar.filter(start__gt=START + 2 * DAY).order_by("-start")
    assert subjects(later) == ["Item 4", "Item 3"]
    both = calendar.filter(Q(subject="Item 1") | Q(location="Place 4")).order_by("subject")
    assert subjects(both) == ["Item 1", "Item 4"]
    assert calendar.exclude(subject="Item 1").count() == 4
    assert calendar.filter(start__range=(START, START + DAY)).count() == 2


def test_uid_is_found(exchange, olga):
    item = appointments(olga, 3)[1]
    item.refresh()
    text = exchange.post(
        '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>Default</t:BaseShape>'
        '</m:ItemShape><m:Restriction><t:IsEqualTo><t:FieldURI FieldURI="calendar:UID"/>'
        f'<t:FieldURIOrConstant><t:Constant Value="{item.uid}"/></t:FieldURIOrConstant>'
        '</t:IsEqualTo></m:Restriction><m:ParentFolderIds>'
        '<t:DistinguishedFolderId Id="calendar"/></m:ParentFolderIds></m:FindItem>', "olga").text
    assert 'TotalItemsInView="1"' in text and "Item 1" in text


def test_paging(olga):
    appointments(olga, 25)
    found = olga.calendar.all().order_by("start")
    found.page_size = 7
    assert subjects(found) == [f"Item {i}" for i in range(25)]


def test_calendar_view(olga):
    appointments(olga)
    half = datetime.timedelta(minutes=30)
    view = olga.calendar.view(start=START + half, end=START + 2 * DAY)
    assert subjects(view) == ["Item 0", "Item 1"]
    assert len(list(olga.calendar.view(START, START + 9 * DAY, max_items=3))) == 3
    with pytest.raises(ErrorCalendarViewRangeTooBig):
        list(olga.calendar.view(start=START, end=START + 800 * DAY))


def test_mail(exchange, olga):
    Message(account=olga, folder=olga.sent, subject="Hi", body=HTMLBody("<b>bold &amp; new</b>"),
            to_recipients=[Mailbox(email_address="ben@example.com")],
            bcc_recipients=[Mailbox(email_address="olga@example.com")]).send_and_save()
    ben = exchange.client("ben")
    got = ben.inbox.get()
    assert got.subject == "Hi" and "<b>bold &amp; new</b>" in got.body
    assert got.text_body.strip() == "bold & new"
    assert got.sender.email_address == "olga@example.com" and not got.is_read
    assert got.bcc_recipients is None and olga.inbox.all().count() == 1
    assert olga.sent.all().count() == 1
    assert ben.inbox.unread_count == 1


def test_draft_is_sent_later(exchange, olga):
    draft = Message(account=olga, folder=olga.drafts, subject="Later", body="text",
                    to_recipients=[Mailbox(email_address="ben@example.com")]).save()
    assert olga.drafts.all().count() == 1
    draft.send()
    assert olga.drafts.all().count() == 0
    assert exchange.client("ben").inbox.get().subject == "Later"


def test_folder_tree(olga):
    assert (olga.root / "Top of Information Store" / "Calendar").id == olga.calendar.id
    assert olga.msg_folder_root.child_folder_count > 5
    for folder in olga.inbox, olga.trash, olga.sent, olga.drafts, olga.contacts, olga.tasks:
        assert folder.total_count == 0
    assert "Inbox" in olga.root.tree()


def test_copy_move_delete(olga):
    item, = appointments(olga, 1)
    old = item.id
    copied = item.copy(to_folder=olga.calendar)
    assert olga.calendar.all().count() == 2 and copied != old
    item.move_to_trash()
    assert olga.trash.all().count() == 1 and olga.calendar.all().count() == 1


def test_change_keys(olga):
    item, = appointments(olga, 1)
    stale = olga.calendar.get()
    item.subject = "first"
    item.save()
    stale.subject = "second"
    with pytest.raises(ErrorIrresolvableConflict):
        stale.save(conflict_resolution=NEVER_OVERWRITE)
    with pytest.raises(ErrorIrresolvableConflict):
        stale.save()
    stale.save(conflict_resolution="AlwaysOverwrite")
    assert olga.calendar.get().subject == "second"


def test_directory(olga):
    assert [m.email_address for m in olga.protocol.resolve_names(["ben@"])] == ["ben@example.com"]
    nobody, = olga.protocol.resolve_names(["nobody"])
    assert isinstance(nobody, ErrorNameResolutionNoResults)
    assert olga.protocol.resolve_names(["Benson"])[0].name == "Ben Benson"
    zones = {z.id: z for z in olga.protocol.get_timezones(return_full_timezone_data=True)}
    assert len(zones) > 100
    berlin = zones["W. Europe Standard Time"]
    assert {p.name for p in berlin.periods} == {"Standard", "Daylight"}


def test_version_is_guessed(exchange, olga):
    from exchangelib import BASIC, Account, Configuration, Credentials
    config = Configuration(service_endpoint=exchange.url, auth_type=BASIC,
                           credentials=Credentials("ben", "secret"))
    account = Account("ben@example.com", config=config, autodiscover=False)
    assert account.version.build.major_version == 15
    assert account.inbox.total_count == 0


@pytest.mark.parametrize("word, number", [("None", 0), ("AutoUpdate", 1), ("AutoAccept", 2)])
def test_processing_is_told(exchange, word, number):
    exchange.account("room", processing=word)
    settings = exchange.client("room").calendar.get_user_configuration("Calendar")
    assert isinstance(settings, UserConfiguration)
    assert settings.dictionary["AutomateProcessing"] == number
