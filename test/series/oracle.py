"""What a series' occurrences are by python-dateutil and zoneinfo, and the way to ask our program.

Exchange has an occurrence in every month: day 31 of a shorter one is its last day. RFC 5545, and so
dateutil, leaves such months out, hence BYMONTHDAY=28,29,30,31;BYSETPOS=-1.
"""
import datetime
import io
import os
import pathlib
import re
import struct
import subprocess
import zoneinfo

from dateutil import rrule

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
EPOCH = datetime.datetime(1970, 1, 1)
WEEKDAYS = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"]
FREQUENCIES = {"DAILY": rrule.DAILY, "WEEKLY": rrule.WEEKLY, "MONTHLY": rrule.MONTHLY, "YEARLY": rrule.YEARLY}
TZDIR = pathlib.Path(os.environ.get("TZDIR", "/usr/share/zoneinfo"))


def windows_names():
    """Our table of them."""
    table = (ROOT / "src" / "model" / "zone_windows.c").read_text()
    return dict(re.findall(r'\{ "([^"]+)",\s+"([^"]+)" \}', table))


def seconds(wall):
    return (wall - EPOCH) // datetime.timedelta(seconds=1)


def wall(number):
    return EPOCH + datetime.timedelta(seconds=number)


class Zone:
    """A zone by zoneinfo; custom:RULE by the same code, out of a file that has the rule only."""

    def __init__(self, name):
        self.name = name
        if name.startswith("custom:"):
            header = b"TZif2" + bytes(15) + struct.pack(">6I", 0, 0, 0, 0, 1, 4)
            body = struct.pack(">ibB", 0, 0, 0) + b"STD\0"
            data = 2 * (header + body) + b"\n" + name.removeprefix("custom:").encode() + b"\n"
            self.info = zoneinfo.ZoneInfo.from_file(io.BytesIO(data))
        else:
            with (TZDIR / name).open("rb") as file:
                self.info = zoneinfo.ZoneInfo.from_file(file)

    def to_wall(self, at):
        utc = wall(at).replace(tzinfo=datetime.timezone.utc)
        return seconds(utc.astimezone(self.info).replace(tzinfo=None))

    def to_utc(self, number):
        """The later of the two, which is the offset before a gap and standard time in an overlap."""
        naive = wall(number)
        offsets = [naive.replace(tzinfo=self.info, fold=fold).utcoffset() for fold in (0, 1)]
        return number - min(offsets) // datetime.timedelta(seconds=1)


class Rule:
    def __init__(self, text):
        self.text = text
        words = dict(word.split("=") for word in text.split(";"))
        start = datetime.datetime.fromisoformat(words["START"])
        options = {"interval": int(words["INTERVAL"]), "dtstart": start, "cache": False}
        if "COUNT" in words:
            options["count"] = int(words["COUNT"])
        if "UNTIL" in words:
            options["until"] = datetime.datetime.fromisoformat(words["UNTIL"])
        if "BYMONTH" in words:
            options["bymonth"] = int(words["BYMONTH"])
        if "BYDAY" in words:
            options["byweekday"] = [(WEEKDAYS.index(day) + 6) % 7 for day in words["BYDAY"].split(",")]
        if "BYSETPOS" in words:
            options["bysetpos"] = int(words["BYSETPOS"])
        if "WKST" in words:
            options["wkst"] = (WEEKDAYS.index(words["WKST"]) + 6) % 7
        if "BYMONTHDAY" in words:
            day = int(words["BYMONTHDAY"])
            options.update({"bymonthday": list(range(28, day + 1)), "bysetpos": -1} if day > 28 else
                           {"bymonthday": day})
        self.rule = rrule.rrule(FREQUENCIES[words["FREQ"]], **options)

    def __iter__(self):
        """Days as seconds of their midnights."""
        return (seconds(day) for day in self.rule)


class Series:
    """exceptions: {original start: (start, end) or None when deleted}"""

    def __init__(self, rule, zone, start, end, exceptions):
        self.rule, self.zone, self.exceptions = rule, zone, exceptions
        self.time_of_day = zone.to_wall(start) % 86400
        self.length = max(zone.to_wall(end) - zone.to_wall(start), 0)

    def regular(self):
        for index, day in enumerate(self.rule, 1):
            start = self.zone.to_utc(day + self.time_of_day)
            end = self.zone.to_utc(day + self.time_of_day + self.length)
            yield start, start, end if end >= start else start + self.length, index, ""

    def expand(self, originals, since, until):
        """In the order of their start; originals: a list from regular()."""
        found = []
        for original, start, end, index, mark in originals:
            if original in self.exceptions:
                if not self.exceptions[original]:
                    continue
                start, end = self.exceptions[original]
                mark = "*"
            if end > since and start < until:
                found.append((original, start, end, index, mark))
        return sorted(found, key=lambda o: o[1])


def text_of(occurrence):
    return "%d:%d:%d:%d%s" % occurrence


def series_run(build=None):
    return pathlib.Path(build or os.environ.get("BUILD_DIR", ROOT / "build-test")) / "src" / "series-run"


def ask(program, questions):
    """The answers to lists of fields."""
    lines = "".join("\t".join(str(field) for field in question) + "\n" for question in questions)
    done = subprocess.run([str(program)], input=lines, capture_output=True, text=True, check=True)
    answers = done.stdout.split("\n")[:-1]
    assert len(answers) == len(questions), done.stderr
    return answers
