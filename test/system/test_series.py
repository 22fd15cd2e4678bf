"""Random series with exceptions: the instances in Exchange's calendar are those that src/model expands
from the master as the driver reads it."""

import datetime
import os
import pathlib
import random
import re
import sys

import pytest

from emulator import BUILD
from probe import Probe

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "series"))
import oracle  # noqa: E402

DAY = 86400
SERIES = 40  # of one seed
SEEDS = int(os.environ.get("SERIES_SEEDS", "6"))
ROOM = "room@example.com"
WINDOW_DAYS = 500
ZONES = ["W. Europe Standard Time", "AUS Eastern Standard Time", "Pacific Standard Time", "UTC",
         "Newfoundland Standard Time", "India Standard Time", "Lord Howe Standard Time", "GMT Standard Time",
         "New Zealand Standard Time", "Paraguay Standard Time", "Tokyo Standard Time", "Egypt Standard Time",
         "Central Asia Standard Time"]
OWN = ["custom:STD-5:45", "custom:STD-1:00DST-2:00,M3.2.6/1:00,M11.1.0/1:30", "custom:STD3:30DST2:30,M10.1.0/2:00,M4.5.5/3:00"]
NAMES = dict(zip(oracle.WEEKDAYS, "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split()))
SETS = {"SU,MO,TU,WE,TH,FR,SA": "Day", "MO,TU,WE,TH,FR": "Weekday", "SU,SA": "WeekendDay"}
WEEKS = {"1": "First", "2": "Second", "3": "Third", "4": "Fourth", "-1": "Last"}
MONTHS = "January February March April May June July August September October November December".split()


def element(name, *content):
    return f"<t:{name}>{''.join(map(str, content))}</t:{name}>"


def recurrence(rule):
    """The rule as EWS writes it."""
    words = dict(word.split("=") for word in rule.split(";"))
    frequency, interval = words["FREQ"], element("Interval", words["INTERVAL"])
    month = element("Month", MONTHS[int(words.get("BYMONTH", "1")) - 1])
    if "BYMONTHDAY" in words:
        content = [element("DayOfMonth", words["BYMONTHDAY"])]
    elif "BYSETPOS" in words:
        days = words["BYDAY"]
        content = [element("DaysOfWeek", SETS.get(days) or NAMES[days]),
                   element("DayOfWeekIndex", WEEKS[words["BYSETPOS"]])]
    elif frequency == "WEEKLY":
        content = [element("DaysOfWeek", " ".join(NAMES[day] for day in words["BYDAY"].split(","))),
                   element("FirstDayOfWeek", NAMES[words["WKST"]])]
    else:
        content = []
    kind = "" if frequency in ("DAILY", "WEEKLY") else "Absolute" if "BYMONTHDAY" in words else "Relative"
    pattern = element(f"{kind}{frequency.capitalize()}Recurrence",
                      *([] if frequency == "YEARLY" else [interval]), *content,
                      *([month] if frequency == "YEARLY" else []))
    start = element("StartDate", words["START"])
    if "COUNT" in words:
        return element("Recurrence", pattern, element("NumberedRecurrence", start, element("NumberOfOccurrences", words["COUNT"])))
    if "UNTIL" in words:
        return element("Recurrence", pattern, element("EndDateRecurrence", start, element("EndDate", words["UNTIL"])))
    return element("Recurrence", pattern, element("NoEndRecurrence", start))


def random_rule(r, start):
    days = [day for day in oracle.WEEKDAYS if r.random() < .4] or [r.choice(oracle.WEEKDAYS)]
    one = r.choice([r.choice(oracle.WEEKDAYS), *SETS])
    pattern = r.choice([
        f"FREQ=DAILY;INTERVAL={r.choice([1, 2, 3, 10, 45])}",
        f"FREQ=WEEKLY;INTERVAL={r.choice([1, 1, 2, 3])};BYDAY={','.join(days)};WKST={r.choice(['SU', 'MO', 'SA'])}",
        f"FREQ=MONTHLY;INTERVAL={r.choice([1, 2, 3])};BYMONTHDAY={r.choice([1, 15, 28, 29, 30, 31])}",
        f"FREQ=MONTHLY;INTERVAL={r.choice([1, 2])};BYDAY={one};BYSETPOS={r.choice(list(WEEKS))}",
        f"FREQ=YEARLY;INTERVAL=1;BYMONTH={r.randint(1, 12)};BYMONTHDAY={r.choice([1, 29, 31])}",
        f"FREQ=YEARLY;INTERVAL=1;BYMONTH={r.randint(1, 12)};BYDAY={one};BYSETPOS={r.choice(list(WEEKS))}",
    ])
    end = r.choice(["", f";COUNT={r.randint(3, 60)}", f";UNTIL={start + datetime.timedelta(days=r.randint(400, 900))}"])
    return f"{pattern};START={start}{end}"


def zone_element(element_name, name):
    """By name, or what a client defines itself: a TZ string as Exchange's periods and transitions."""
    if not name.startswith("custom:"):
        return f'<t:{element_name} Id="{name}"/>'
    biases = re.findall(r"(STD|DST)(-?)(\d+):(\d+)", name)
    periods = "".join(f'<t:Period Bias="{sign}PT{hours}H{minutes}M" Name="{id_}" Id="{id_}"/>'
                      for id_, sign, hours, minutes in biases)
    days = list(NAMES.values())
    changes = [f'<t:RecurringDayTransition><t:To Kind="Period">{id_}</t:To><t:TimeOffset>PT{hour}H{minute}M</t:TimeOffset>'
               f"{element('Month', month)}{element('DayOfWeek', days[int(day)])}"
               f"{element('Occurrence', '-1' if week == '5' else week)}</t:RecurringDayTransition>"
               for id_, (month, week, day, hour, minute) in
               zip(("DST", "STD"), re.findall(r"M(\d+)\.(\d)\.(\d)/(\d+):(\d+)", name))]
    changes = changes or ['<t:Transition><t:To Kind="Period">STD</t:To></t:Transition>']
    return (f'<t:{element_name} Id="tzone://Microsoft/Custom" Name="Ours">{element("Periods", periods)}'
            f'<t:TransitionsGroups><t:TransitionsGroup Id="0">{"".join(changes)}</t:TransitionsGroup></t:TransitionsGroups>'
            '<t:Transitions><t:Transition><t:To Kind="Group">0</t:To></t:Transition></t:Transitions>'
            f"</t:{element_name}>")


def utc(at):
    return datetime.datetime.fromtimestamp(at, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def create(exchange, r, windows, number):
    """A series in the resource's own calendar; returns (id, name, series as the oracle sees it)."""
    name = r.choice(ZONES + OWN)
    zone = oracle.Zone(windows.get(name, name))
    day = datetime.date(2030, 1, 1) + datetime.timedelta(days=r.randrange(365))
    begin = oracle.seconds(datetime.datetime.combine(day, datetime.time())) + r.choice(
        [0, 900 * r.randrange(4, 14), 900 * r.randrange(96)])
    rule = oracle.Rule(random_rule(r, day))
    first = next(iter(rule)) + begin % DAY  # as clients do, it starts at its first occurrence
    length = r.choice([0, 1800, 3600, DAY, 3 * DAY])
    start, end = zone.to_utc(first), zone.to_utc(first + length)
    zones = "".join(zone_element(f"{kind}TimeZone", name) for kind in ("Start", "End"))
    text = exchange.post(
        '<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem>'
        f"<t:Subject>{number}</t:Subject><t:Start>{utc(start)}</t:Start><t:End>{utc(max(start, end))}</t:End>"
        f"{recurrence(rule.text)}{zones}</t:CalendarItem></m:Items></m:CreateItem>", "room").text
    found = re.search(r'<t:ItemId Id="([^"]+)"', text)
    assert found, (rule.text, text)
    return found.group(1), oracle.Series(rule, zone, start, max(start, end), {})


def change(exchange, r, item, series, since, until):
    """Moves and deletes a few of its first occurrences, never past a neighbour."""
    regular = [o for o, _ in zip(series.regular(), range(12))]
    for original, start, end, index, _ in regular[1:-1]:
        if r.random() < .75:
            continue
        occurrence = f'<t:OccurrenceItemId RecurringMasterId="{item}" InstanceIndex="{index}"/>'
        if r.random() < .4:
            text = exchange.post(
                '<m:DeleteItem DeleteType="HardDelete" SendMeetingCancellations="SendToNone"><m:ItemIds>'
                f"{occurrence}</m:ItemIds></m:DeleteItem>", "room").text
        else:
            by = r.choice([-7200, -900, 900, 4 * 3600])
            fields = "".join(
                f'<t:SetItemField><t:FieldURI FieldURI="calendar:{name}"/><t:CalendarItem>'
                f"{element(name, utc(at + by))}</t:CalendarItem></t:SetItemField>"
                for name, at in (("Start", start), ("End", end + 1800)))
            text = exchange.post(
                '<m:UpdateItem ConflictResolution="AlwaysOverwrite" SendMeetingInvitationsOrCancellations="SendToNone">'
                f"<m:ItemChanges><t:ItemChange>{occurrence}<t:Updates>{fields}</t:Updates></t:ItemChange>"
                "</m:ItemChanges></m:UpdateItem>", "room").text
        assert 'ResponseClass="Success"' in text, text


def instances(probe, since, until):
    """The whole view, page by page, without what comes twice."""
    found = {}
    while since < until:
        page = probe.ok("view", **{"from": since, "until": until, "fetch": "series"})
        for entry in page["entries"]:
            found.setdefault((entry["uid"], entry["original_start"]), entry)
        since = page["until"]
    return found.values()


def question(meeting, since, until):
    series = meeting["series"]
    exceptions = ",".join(str(original) if deleted else f"{original}:{start}:{end}"
                          for original, start, end, deleted in series["exceptions"])
    return ["expand", series["rule"], series["zone"], meeting["start"], meeting["end"], exceptions, since, until, 5000]


@pytest.mark.parametrize("seed", range(SEEDS))
def test_exchange_has_the_same_instances(exchange, seed):
    r = random.Random(seed)
    windows = oracle.windows_names()
    exchange.account("room", name="Video Room", equipment=True)
    exchange.account("svc", mailbox=False, impersonate=True)
    since = oracle.seconds(datetime.datetime(2030, 1, 1)) + r.randrange(200 * DAY)
    until = since + WINDOW_DAYS * DAY
    rules = {}
    for number in range(SERIES):
        item, series = create(exchange, r, windows, number)
        rules[str(number)] = (series.rule.text, series.zone.name)
        change(exchange, r, item, series, since, until)
    with Probe(exchange.url, exchange.ca) as probe:
        entries = list(instances(probe, since, until))
    by_uid = {}
    for entry in entries:
        by_uid.setdefault(entry["uid"], []).append(entry)
    masters = [next(e["meeting"] for e in group if "meeting" in e) for group in by_uid.values()]
    answers = oracle.ask(BUILD / "src" / "series-run", [question(m, since, until) for m in masters])
    for master, answer in zip(masters, answers):
        ours = [tuple(map(int, o.rstrip("*").split(":")[:3])) for o in answer.split("\t")[1:]]
        theirs = sorted((e["original_start"], e["start"], e["end"]) for e in by_uid[master["uid"]])
        assert sorted(ours) == theirs, (rules[master["subject"]], master["series"], set(ours) ^ set(theirs))
    assert any(m["series"]["zone"].startswith("custom:") for m in masters)
    assert sum(bool(m["series"]["exceptions"]) for m in masters) > SERIES / 4
