#!/usr/bin/python3
"""Random series through src/model and through python-dateutil and zoneinfo: results equal; and the
offsets of every zone that the system knows.

usage: differential.py [SERIES_RUN] [--count N] [--seed N] [--grid DAYS]

SERIES_RUN is $BUILD_DIR/src/series-run unless told. A seed that found something is run again by --seed.
Zones are looked at once in DAYS (0: not at all), and to the second around each change found so.
"""
import argparse
import datetime
import itertools
import random
import re
import sys
import time

import oracle

DAY = 86400
YEARS = 1970, 2100
SHOWN = 5


def zone_names():
    """Every name of the system's tzdata, its old aliases too."""
    names = (str(path.relative_to(oracle.TZDIR)) for path in oracle.TZDIR.rglob("*") if path.is_file())
    reserved = re.compile(r"posix/|right/|localtime$|posixrules$")
    return sorted(name for name in names if not reserved.match(name) and
                  (oracle.TZDIR / name).read_bytes()[:4] == b"TZif")


def compare_zones(program, r, grid):
    """Names of one and the same file are looked at seldom."""
    questions, expected = [], []
    seen = set()
    first, end = (int(datetime.datetime(year, 1, 1, tzinfo=datetime.timezone.utc).timestamp()) for year in YEARS)
    for name in zone_names():
        zone = oracle.Zone(name)
        data = (oracle.TZDIR / name).read_bytes()
        times = list(range(first + r.randrange(DAY), end, DAY * (900 if data in seen else grid)))
        seen.add(data)
        walls = [zone.to_wall(at) for at in times]
        changes = [change(zone, low, high) for (low, high), (a, b) in
                   zip(itertools.pairwise(times), itertools.pairwise(walls)) if a - low != b - high]
        times += [at + step for at in changes for step in (-1, 0, 1)]
        walls += [zone.to_wall(at) for at in times[len(walls):]]
        about = sorted({wall + step for at in changes for wall in (zone.to_wall(at - 1), zone.to_wall(at))
                        for step in (-3601, -1800, -1, 0, 1, 1800, 3601)}) + walls[:200]
        for at in range(0, len(times), 4000):
            questions.append(["wall", name, *times[at:at + 4000]])
            expected.append(walls[at:at + 4000])
        for at in range(0, len(about), 4000):
            questions.append(["utc", name, *about[at:at + 4000]])
            expected.append([zone.to_utc(wall) for wall in about[at:at + 4000]])
    answers = oracle.ask(program, questions)
    wrong = [(question[0], question[1], [(at, want, got) for at, want, got in
                                         zip(question[2:], want, answer.split("\t")) if str(want) != got][:3])
             for question, want, answer in zip(questions, expected, answers)
             if answer != "\t".join(map(str, want))]
    return len(set(q[1] for q in questions)), sum(len(q) - 2 for q in questions), wrong


def change(zone, low, high):
    """The second at which the offset changes; of several in between, one."""
    offset = zone.to_wall(low) - low
    while high - low > 1:
        middle = (low + high) // 2
        if zone.to_wall(middle) - middle == offset:
            low = middle
        else:
            high = middle
    return high


def random_rule(r, start):
    interval = r.choice([1, 1, 1, 2, 3, 5, r.randint(1, 30), r.randint(1, 999)])
    days = ",".join(day for day in oracle.WEEKDAYS if r.random() < r.choice([.15, .4, .8])) or r.choice(oracle.WEEKDAYS)
    sets = r.choice([r.choice(oracle.WEEKDAYS), "SU,MO,TU,WE,TH,FR,SA", "MO,TU,WE,TH,FR", "SU,SA", days])
    place, day = r.choice([1, 2, 3, 4, -1]), r.choice([r.randint(1, 31), 28, 29, 30, 31])
    month = r.choice([r.randint(1, 12), 2])
    yearly = min(interval, r.choice([1, 1, 2, 4, 40]))
    pattern = r.choice([
        f"FREQ=DAILY;INTERVAL={interval}",
        f"FREQ=WEEKLY;INTERVAL={interval};BYDAY={days};WKST={r.choice(oracle.WEEKDAYS)}",
        f"FREQ=MONTHLY;INTERVAL={interval};BYMONTHDAY={day}",
        f"FREQ=MONTHLY;INTERVAL={interval};BYDAY={sets};BYSETPOS={place}",
        f"FREQ=YEARLY;INTERVAL={yearly};BYMONTH={month};BYMONTHDAY={day}",
        f"FREQ=YEARLY;INTERVAL={yearly};BYMONTH={month};BYDAY={sets};BYSETPOS={place}",
    ])
    text = f"{pattern};START={start}"
    kind = r.random()
    if kind < .3:
        return f"{text};COUNT={r.choice([1, 2, 10, r.randint(1, 999)])}"
    if kind < .6:
        return f"{text};UNTIL={start + datetime.timedelta(days=r.choice([0, 7, 400, r.randint(0, 9000)]))}"
    return text


def random_custom(r):
    def change(months):
        if r.random() < .3:
            return f"J{r.randint(1, 28) + 30 * months[0]}/{r.randint(0, 24)}"
        return f"M{r.choice(months)}.{r.randint(1, 5)}.{r.randint(0, 6)}/{r.randint(0, 24)}:{r.choice(['00', '30'])}"
    standard = r.randint(-13, 11)
    if r.random() < .3:
        return f"custom:STD{standard}"
    months = [(3, 4), (9, 10)]
    r.shuffle(months)
    return f"custom:STD{standard}DST{standard - 1},{change(months[0])},{change(months[1])}"


class Case:
    """A random series and the questions about it."""

    MOST = 2500  # occurrences that the oracle walks,
    UNTIL = 200 * 365 * DAY  # and to about this time

    def __init__(self, r, zones, windows):
        self.name = r.choice([r.choice(zones), r.choice(list(windows)), "Europe/Berlin", random_custom(r)])
        zone = oracle.Zone(windows.get(self.name, self.name))
        first_day = datetime.date(1970, 1, 5) + datetime.timedelta(days=r.randrange(0, 365 * 75))
        self.rule = random_rule(r, first_day)
        time_of_day = r.choice([0, r.randrange(0, 96) * 900, r.randrange(4, 14) * 900, r.randrange(DAY)])
        length = r.choice([0, 1800, 3600, 2700, DAY, r.randrange(0, 40 * DAY)])
        begin = oracle.seconds(datetime.datetime.combine(first_day, datetime.time())) + time_of_day
        self.start, self.end = zone.to_utc(begin), zone.to_utc(begin + length)
        if self.end < self.start:
            self.end = self.start
        self.series = oracle.Series(oracle.Rule(self.rule), zone, self.start, self.end, {})
        self.regular, self.whole = [], True
        for occurrence in self.series.regular():
            if len(self.regular) == self.MOST or occurrence[1] > self.UNTIL:
                self.whole = False
                break
            self.regular.append(occurrence)
        assert self.regular or self.whole, self.rule
        self.except_some(r)
        self.ask(r)

    def except_some(self, r):
        starts = [o[0] for o in self.regular]
        for original, start, end, _, _ in self.regular:
            share = .02 if len(starts) > 30 else .3
            if r.random() < share and starts.count(original) == 1:
                by = r.choice([0, 900, 3600, -7200, DAY, -9 * DAY, r.randrange(-40 * DAY, 40 * DAY)])
                self.series.exceptions[original] = None if r.random() < .4 else (
                    start + by, end + by + r.choice([0, 1800]))

    def ask(self, r):
        """Only about times that the walked part decides."""
        horizon = 10**11 if self.whole else self.regular[-1][1] - 41 * DAY - self.series.length
        some = r.sample(self.regular, min(len(self.regular), 4))
        times = [t for o in some for t in (o[1], o[2], o[2] - 1, o[1] - 1, o[0] + 1)] + [self.start - 5 * DAY]
        times = [t for t in times if t <= horizon]
        shuffled = list(self.series.exceptions.items())
        r.shuffle(shuffled)
        exceptions = ",".join(f"{original}:{moved[0]}:{moved[1]}" if moved else str(original)
                              for original, moved in shuffled)
        about = [self.rule, self.name, self.start, self.end, exceptions]
        self.questions, self.expected = [], []
        for since in times[:3]:
            until = min(since + r.choice([1, DAY, 60 * DAY, 400 * DAY]), horizon)
            most = r.choice([1, 3, 100])
            found = self.series.expand(self.regular, since, until)
            self.add(["expand", *about, since, until, most],
                     ["more" if len(found) > most else "all", *map(oracle.text_of, found[:most])])
        following = {at: self.series.expand(self.regular, at, 10**12)[:1] for at in times}
        decided = [at for at in times if following[at] or self.whole]
        self.add(["next", *about, *decided],
                 [oracle.text_of(*following[at]) if following[at] else "none" for at in decided])
        starts = {o[0] for o in self.regular}
        self.add(["has", *about, *times], [int(at in starts) for at in times])
        if self.whole:
            ends = [o[2] for o in self.series.expand(self.regular, -10**12, 10**12)]
            self.add(["end", *about], [max(ends, default=-2**63)])

    def add(self, question, answer):
        if len(question) > 6:
            self.questions.append(question)
            self.expected.append("\t".join(map(str, answer)))
        elif question[0] == "end":
            self.questions.append(question)
            self.expected.append(str(answer[0]))


def compare_series(program, r, count):
    windows = oracle.windows_names()
    zones = zone_names()
    wrong, asked = [], 0
    for done in range(0, count, 500):
        cases = [Case(r, zones, windows) for _ in range(min(500, count - done))]
        questions = [q for case in cases for q in case.questions]
        expected = [e for case in cases for e in case.expected]
        answers = oracle.ask(program, questions)
        asked += len(questions)
        wrong += [found for found in zip(questions, expected, answers) if found[1] != found[2]]
    return asked, wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("series_run", nargs="?", default=str(oracle.series_run()))
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**9)
    parser.add_argument("--grid", type=int, default=40, metavar="DAYS")
    args = parser.parse_args()
    r = random.Random(args.seed)
    asked, wrong = compare_series(args.series_run, r, args.count)
    print(f"{args.count} series, {asked} questions, {len(wrong)} answers differ (seed {args.seed})")
    for question, want, got in wrong[:SHOWN]:
        print("\t".join(map(str, question)), f"  dateutil: {want}", f"  ours:     {got}", sep="\n")
    if args.grid:
        zones, times, different = compare_zones(args.series_run, r, args.grid)
        print(f"{zones} zones, {times} times, {len(different)} differ")
        for line in different[:SHOWN]:
            print(*line)
        wrong += different
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
