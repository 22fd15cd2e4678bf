#!/usr/bin/python3
"""Random templates through our engine and through Jinja2: equal output, or both refuse, or ours
refuses what doc/templates.md lists as unsupported (UNSUPPORTED below).

usage: differential.py [TMPL_RUN] [--count N] [--seed N] [--show N]

TMPL_RUN is $BUILD_DIR/src/tmpl-run unless told. A seed that found something is run again by --seed.
"""
import argparse
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import time

import oracle

# What our engine may refuse although Jinja2 renders it, by its sentence.
UNSUPPORTED = [
    r"beyond 64 bits", r"2 to the power of 53",
    r"is used without being called", r"has no text of its own", r"iterator has no text",
    r"'sameas' is only supported", r"views of a dict cannot be compared",
    r"more than \d+", r"longer than \d+", r"takes at most \d+ arguments", r"needs \d+ arguments",
    r"has no argument", r"is given '.*' twice",
    r"no real power", r"a slice cannot be one of several", r"wants an integer, not a float",
    r"(is|are) not supported", r"there is no (filter|test)", r"wants true or false", r"is never closed", r"a number is too large", r"would lose the escaping", r"an indention with markup",
    r"'batch' wants a size that is not zero",
]
UNSUPPORTED_RE = re.compile("|".join(UNSUPPORTED))
TEXTS = ["", "a", "abc", "Hello World", "<b>bold</b>", "x & y", "it's", 'say "hi"', "äöü ß",
         "ΑΣΣ Σ", "42", "-7", "3.14", "1e3", " padded ", "a,b,,c", "foo-bar baz", "line1\nline2",
         "tab\there", "10%", "{0} and {1}", "%s-%s", "ŉ ǆ", "日本語", "😀 smile", "0x1f", "A B C",
         "https://example.com/a?b=c&d", "(www.x.org) me@example.com.", "mixed CASE Word", "&lt;esc&gt; &amp;", "\u00a0nbsp\u2003"]
VALUES = {
    "name": "Ada & <Bob>", "title": "weekly sync", "empty": "", "uni": "Straße ÀÉ ςΣ",
    "n": 3, "neg": -17, "big": 54321, "zero": 0, "f": 2.5, "tiny": 1e-7, "huge": 1.5e300,
    "yes": True, "no": False, "nil": None,
    "words": ["pear", "Apple", "fig", "apple", "Fig", "<i>"], "nums": [3, 1, 2, 10, -5, 2],
    "mixed": [1, "a", None, 2.5, True], "nothing": [], "floats": [0.1, 2.0, 1e16, -0.5],
    "people": [{"name": "Zoe", "age": 31, "city": "Oslo", "tags": ["x", "y"]},
               {"name": "bob", "age": 4, "city": "oslo", "tags": []},
               {"name": "Al <b>", "age": 31, "city": "Rome"},
               {"name": "Cy", "age": 17, "city": "Rome", "tags": ["z"]}],
    "map": {"b": 2, "a": 1, "C": "<x>"}, "nested": {"list": [[1, 2], [3, 4], []], "d": {"k": "v"}},
    "emptymap": {}, "pairs": [["k1", "v1"], ["k2", 2]],
}
NAMES = list(VALUES) + ["missing"]
TEXT_FILTERS = ["upper", "lower", "title", "capitalize", "trim", "length", "wordcount", "reverse",
                "striptags", "e", "safe", "string", "urlencode", "urlize", "forceescape", "list", "first",
                "last", "int", "float", "count"]
LIST_FILTERS = ["first", "last", "length", "list", "reverse|list", "sort", "unique|list", "min",
                "max", "sum", "join", "string", "count", "map('upper')|list", "map('string')|join",
                "select|list", "reject|list", "select('string')|list", "reject('none')|list",
                "map('length')|sum", "select('odd')|list", "sort(reverse=true)", "join('<br>')",
                "batch(2)|list", "slice(2)|list", "batch(3,'-')|list", "slice(3,'x')|list",
                "sort(case_sensitive=true)", "tojson", "join('<br>'|safe)", "map('e')|join(', ')",
                "select('>', 2)|list", "select('in', [1,2,'fig'])|list", "unique(true)|list",
                "join(', ')|upper", "reverse|first", "min(case_sensitive=true)"]
PEOPLE_FILTERS = ["map(attribute='name')|join(', ')", "sort(attribute='age')|map(attribute='name')|list",
                  "groupby('city')", "groupby('age')|map(attribute='grouper')|list",
                  "selectattr('tags')|map(attribute='name')|list",
                  "selectattr('age', '>', 17)|map(attribute='name')|list",
                  "rejectattr('city', 'equalto', 'Rome')|list|length",
                  "map(attribute='tags', default=[])|map('length')|list", "sum(attribute='age')",
                  "max(attribute='age')", "min(attribute='name')", "join(';', attribute='name')",
                  "sort(attribute='city,age')|map(attribute='name')|join('|')",
                  "groupby('city', case_sensitive=true)|map('first')|list",
                  "unique(attribute='city')|map(attribute='name')|list", "map(attribute='tags.0')|list"]
TESTS = ["defined", "undefined", "none", "string", "number", "integer", "float", "boolean", "mapping",
         "iterable", "sequence", "odd", "even", "true", "false", "lower", "upper", "escaped",
         "divisibleby 3", "divisibleby(2)", "in [1, 2, 'a']", "eq 3", "ne 'a'", "gt 2", "callable",
         "sameas none", "sameas true", "filter", "test"]
METHODS = ["upper()", "lower()", "strip()", "split()", "split(',')", "split(' ', 1)",
           "replace('a', '<')", "startswith('a')", "endswith(('c', 'd'))", "title()", "capitalize()",
           "swapcase()", "find('b')", "count('a')", "join(words)", "center(12, '*')", "zfill(8)",
           "isdigit()", "isalpha()", "isupper()", "islower()", "istitle()", "isspace()", "lstrip()",
           "rstrip()", "splitlines()", "partition('b')", "rsplit(' ', 1)", "casefold()",
           "format('x', 7)", "ljust(6)", "rjust(6, '.')", "expandtabs(4)", "rpartition(' ')",
           "isalnum()", "isnumeric()", "removeprefix('a')", "removesuffix('c')",
           "index('a')", "rfind('l')", "isdecimal()", "isprintable()", "isascii()"]
FORMATS = ["'%s|%s'", "'%5.2f %d'", "'%-6s|%+d'", "'%x %o'", "'%05d %r'", "'%e %g'", "'%c%%%s'",
           "'%(a)s %(b)s'", "'<%s> %s'", "'%10.3s|%s'", "'%i %a'", "'% d %#x'", "'%s'"]
SPECS = ["{}", "{:>10}", "{:<8}|", "{:^9}", "{:*^12}", "{:d}", "{:05d}", "{:+}", "{:,}", "{:.3f}",
         "{:10.2f}", "{:e}", "{:g}", "{:%}", "{:x}", "{:#b}", "{:.2}", "{!r}", "{!s:>6}", "{:_}",
         "{0}{0}", "{:08.3f}", "{:<5}{}", "{:c}", "{:n}", "{:=+8}", "{:010,}", "{:.0f}", "{:#o}"]


class Grammar:
    def __init__(self, rng):
        self.rng = rng
        self.names = list(NAMES)

    def pick(self, items):
        return self.rng.choice(items)

    def text(self):
        text = self.pick(TEXTS)
        quote = self.pick("'\"")
        return quote + text.replace("\\", "\\\\").replace(quote, "\\" + quote).replace(
            "\n", "\\n").replace("\t", "\\t") + quote

    def number(self):
        return self.pick(["0", "1", "2", "3", "7", "10", "-1", "-3", "100", "0.5", "1.5", "2.0",
                          "1e3", "0x1F", "1_000", "0b101", "3.25e-5", "12345.678", "0o17"])

    def numeric(self):
        return self.pick([self.number(), "n", "neg", "f", "big", "tiny", "nums|length", "yes",
                          "nums|sum", "nums[1]", "words|length"])

    def textual(self, sub):
        """Mostly a text, so that its methods and filters have something to do."""
        return self.pick([self.text(), "name", "title", "uni", "words[1]", f"({sub()}|string)",
                          f"({sub()} ~ {self.text()})", self.name(), f"({sub()})"])

    def small(self):
        return self.pick(["0", "1", "2", "-1", "5", "n", "-2"])

    def literal(self, depth):
        kind = self.rng.randrange(9)
        if kind < 3:
            return self.text()
        if kind < 5:
            return self.number()
        if kind == 5:
            return self.pick(["true", "false", "none", "True", "None"])
        items = ", ".join(self.expression(depth - 1) for _ in range(self.rng.randrange(4)))
        if kind == 6:
            return f"[{items}]"
        if kind == 7:
            return f"({items},)" if items else "()"
        pairs = ", ".join(f"{self.pick([self.text(), self.number()])}: {self.expression(depth - 1)}"
                          for _ in range(self.rng.randrange(3)))
        return f"{{{pairs}}}"

    def name(self):
        return self.pick(self.names)

    def call_filter(self, of):
        value = self.expression(0)
        return of + "|" + self.pick([
            f"default({value})", f"default({value}, true)", f"replace({self.text()}, {self.text()})",
            f"replace('a', {value})", f"truncate({self.pick(['3', '5', '9', '12'])})",
            f"truncate(8, true, {self.pick([self.text(), chr(39) * 2])}, 0)", f"join({self.text()})",
            f"round({self.pick(['', '1', '2', '-1', '2, chr', '1, ' + repr('floor'), '0, ' + repr('ceil')])})",
            f"int({self.small()})", "int(0, 16)", f"float({self.small()})", "indent(2)", "indent(3, true)",
            f"center({self.pick(['5', '10', '20', '21'])})", f"format({value}, {self.expression(0)})",
            "filesizeformat", "filesizeformat(true)", "abs", "tojson", "wordwrap(8)", "items|list",
            "wordwrap(5, false)", f"attr({self.text()})", "trim('a ')", "xmlattr", "dictsort",
            "dictsort(by='value')", "indent('>> ', blank=true)", "tojson(2)",
            f"first|default({value})", f"round|int", "wordwrap(10, break_on_hyphens=false)"])

    def expression(self, depth):
        if depth <= 0:
            return self.name() if self.rng.random() < 0.55 else self.literal(0)
        sub = lambda: self.expression(depth - 1)  # noqa: E731
        kind = self.rng.randrange(24)
        if kind < 2:
            return self.literal(depth)
        if kind < 4:
            return f"{sub()}|{self.pick(TEXT_FILTERS)}"
        if kind < 6:
            return f"{self.pick(['words', 'nums', 'mixed', 'nothing', 'floats', sub()])}|{self.pick(LIST_FILTERS)}"
        if kind == 6:
            return f"people|{self.pick(PEOPLE_FILTERS)}"
        if kind < 9:
            return self.call_filter(self.pick([self.textual(sub), sub()]))
        if kind < 11:
            if self.rng.random() < 0.5:
                return f"({self.numeric()} {self.pick('+ - * / // %'.split())} {self.numeric()})"
            return f"({sub()} {self.pick('+ - * / // % ~ ~ ~'.split())} {sub()})"
        if kind == 11:
            return f"{sub()} ~ {sub()} ~ {self.text()}"
        if kind == 12:
            compare = self.pick(["==", "!=", "<", "<=", ">", ">="])
            same = self.pick([self.numeric, self.text])
            return self.pick([f"({same()} {compare} {same()})", f"({sub()} {compare} {sub()})",
                              f"({sub()} {self.pick(['==', '!='])} {sub()})",
                              f"({sub()} {self.pick(['in', 'not in'])} {self.pick(['words', 'nums', 'map', sub()])})"])
        if kind == 13:
            return f"({sub()} {self.pick(['and', 'or'])} {sub()})"
        if kind == 14:
            return f"(not {sub()})"
        if kind == 15:
            return f"({sub()} is {self.pick(['', 'not '])}{self.pick(TESTS)})"
        if kind == 16:
            end = f" else {sub()}" if self.rng.random() < 0.8 else ""
            return f"({sub()} if {sub()}{end})"
        if kind < 19:
            return f"{self.textual(sub)}.{self.pick(METHODS)}"
        if kind == 19:
            return f"{self.pick([self.name(), '(' + sub() + ')'])}[{self.pick([self.small(), self.text(), 'n', self.small() + ':', ':' + self.small(), '::-1', '1:-1', '::2'])}]"
        if kind == 20:
            return f"{self.pick(['map', 'nested', 'nested.d', 'people[0]', '(people|first)', 'emptymap', f'({sub()})'])}.{self.pick(['a', 'list', 'name', 'k', 'keys()|list', 'items()|list', 'values()|list', 'get(' + chr(39) + 'a' + chr(39) + ')', 'd', 'tags', 'get(' + chr(39) + 'q' + chr(39) + ', 5)', 'items()'])}"
        if kind == 21:
            arg = self.pick([f"({sub()}, {sub()})", sub(), "{'a': 1, 'b': '<'}", "(n, neg)", "(f, n)"])
            return f"({self.pick(FORMATS)}{self.pick(['', '|safe'])} % {arg})"
        if kind == 22:
            number = self.pick(["n", "f", "big", "neg", "yes", "name", sub()])
            markup = self.pick(["", "", "|safe"])
            return f"('{self.pick(SPECS)}'{markup}).format({number}, {sub()})"
        return f"{self.pick(['-', '+'])}{sub()} ** 2" if self.rng.random() < 0.3 else f"range({self.small()}, {self.pick(['3', '5', 'n'])}){self.pick(['', '|list', '|sum', '|join'])}"

    def body(self, depth):
        return "".join(self.part(depth) for _ in range(self.rng.randrange(1, 4)))

    def data(self):
        return self.pick(["text ", "\n", "  \n  ", "<p>", "</p>", " & ", "a", "", "\r\n", "{ ", "%}", "#"])

    def tag(self, inside):
        minus, plus = self.pick(["", "", "", "-", "+"]), self.pick(["", "", "", "-"])
        return f"{{%{minus} {inside} {plus}%}}"

    def part(self, depth):
        kind = self.rng.randrange(20)
        if depth <= 0 or kind < 8:
            return self.data() + self.pick(["{{ %s }}", "{{- %s }}", "{{ %s -}}"]) % self.expression(
                self.rng.randrange(3))
        if kind == 8:
            return self.data()
        if kind < 11:
            middle = f"{self.tag('elif ' + self.expression(1))}{self.body(depth - 1)}" if self.rng.random() < 0.4 else ""
            other = f"{self.tag('else')}{self.body(depth - 1)}" if self.rng.random() < 0.5 else ""
            return f"{self.tag('if ' + self.expression(1))}{self.body(depth - 1)}{middle}{other}{self.tag('endif')}"
        if kind < 14:
            return self.loop(depth)
        if kind < 17:
            target = self.pick(["v", "w", "name", "n", "v, w"])
            value = self.expression(1) if "," not in target else f"{self.expression(1)}, {self.expression(1)}"
            self.names += [t for t in ("v", "w") if t in target]
            return self.tag(f"set {target} = {value}")
        if kind == 17:
            self.names.append("v")
            return f"{self.tag('set v' + self.pick(['', ' | upper', '|trim', '|length']))}{self.body(depth - 1)}{self.tag('endset')}"
        if kind == 18:
            return f"{self.tag(f'with w = {self.expression(1)}')}{self.body(depth - 1)}{self.tag('endwith')}"
        return self.pick([
            f"{self.tag('filter ' + self.pick(['upper', 'title', 'trim', 'length', 'replace(1, 2)']))}{self.body(depth - 1)}{self.tag('endfilter')}",
            f"{self.tag('autoescape ' + self.pick(['true', 'false']))}{self.body(depth - 1)}{self.tag('endautoescape')}",
            "{# comment #}", "{%- raw -%} {{ raw }} {% endraw %}",
            f"{self.tag('set ns = namespace(x=1)')}{{% for q in nums %}}{{% set ns.x = ns.x + q %}}{{% endfor %}}{{{{ ns.x }}}}"])

    def loop(self, depth):
        target, over = self.pick([
            ("v", "words"), ("v", "nums"), ("v", "people"), ("v, w", "map.items()"), ("v", "map"),
            ("v, w", "pairs"), ("v", "range(3)"), ("v", "nothing"), ("v", self.expression(1)),
            ("v", "'abc'"), ("v, w", "people|groupby('city')"), ("v", "words|map('upper')"),
            ("(v, w)", "map|dictsort"), ("v", "nested.list"), ("n", "nums|select('odd')")])
        saved = list(self.names)
        self.names += ["v", "v", "v.name" if over == "people" else "v", "loop.index", "loop.first",
                       "loop.last", "loop.length", "loop.revindex", "loop.index0",
                       "loop.cycle('a', 'b')", "loop.previtem", "loop.nextitem", "loop.changed(v)"]
        if "w" in target:
            self.names += ["w", "w"]
        test = f" if {self.expression(1)}" if self.rng.random() < 0.25 else ""
        test = "" if "loop" in test else test
        body = self.body(depth - 1)
        self.names = saved
        other = f"{self.tag('else')}{self.body(depth - 1)}" if self.rng.random() < 0.3 else ""
        return f"{self.tag(f'for {target} in {over}{test}')}{body}{other}{self.tag('endfor')}"


class Scopes:
    """Few names, set and read everywhere: which of them a name means is the hard part."""

    def __init__(self, rng):
        self.rng = rng

    def pick(self, items):
        return self.rng.choice(items)

    def name(self):
        return self.pick(["a", "b", "c", "n", "ns.x"])

    def value(self):
        return self.pick(["1", "2", "'x'", "a", "b", "c", "n", "a ~ 'y'", "[a, b]", "loop.index",
                          "ns.x", "n + 1", "(a if b else c)", "a is defined"])

    def target(self):
        return self.pick(["a", "b", "c", "a, b", "n", "ns.x"])

    def body(self, depth):
        return "".join(self.part(depth) for _ in range(self.rng.randrange(1, 5)))

    def part(self, depth):
        kind = self.rng.randrange(14)
        inner = (lambda: self.body(depth - 1)) if depth > 0 else (lambda: "{{ a }}.")
        if kind < 4:
            return f"{{{{ {self.name()} }}}},"
        if kind < 7:
            target = self.target()
            value = f"{self.value()}, {self.value()}" if "," in target else self.value()
            return f"{{% set {target} = {value} %}}"
        if kind < 9:
            branches = self.pick(["", f"{{% elif {self.value()} %}}{inner()}"])
            branches += self.pick(["", f"{{% else %}}{inner()}"])
            return f"{{% if {self.value()} %}}{inner()}{branches}{{% endif %}}"
        if kind < 11:
            test = self.pick(["", "", f" if {self.pick(['a', 'b', 'n > 1', 'a == 1', 'c is defined'])}"])
            other = self.pick(["", f"{{% else %}}{inner()}"])
            over = self.pick(["[1, 2]", "nums", "[]", "a", "[n, b]"])
            return f"{{% for {self.pick('abcq')} in {over}{test} %}}{inner()}{other}{{% endfor %}}"
        if kind == 11:
            return f"{{% with {self.pick('abc')} = {self.value()}, {self.pick('abc')} = {self.value()} %}}{inner()}{{% endwith %}}"
        if kind == 12:
            return f"{{% set {self.pick('abc')} %}}{inner()}{{% endset %}}"
        return self.pick([f"{{% filter upper %}}{inner()}{{% endfilter %}}",
                          f"{{% autoescape {self.pick(['true', 'false'])} %}}{inner()}{{% endautoescape %}}"])

    def template(self):
        start = "{% set ns = namespace(x='') %}" if self.rng.random() < 0.9 else ""
        return start + self.body(self.rng.randrange(1, 4))


class Mutations:
    """Templates of the cases with a few characters wrong: what is still a template, and which?"""

    PIECES = ["{{", "}}", "{%", "%}", "{#", "#}", "-", "+", " ", "'", '"', "(", ")", "[", "]", "{", "}",
              ",", ".", ":", "|", "~", "=", "==", "*", "**", "//", "%", "<", ">", "\\", "\n", "\r\n",
              "0", "1.5", "1e3", "_", "x", "is", "in", "not", "if", "else", "and", "or", "for", "set",
              "none", "true", "loop", "name", "raw", "endraw", "endif", "endfor", "|length", "é"]

    def __init__(self, rng):
        self.rng = rng
        self.templates = []
        for path in sorted(pathlib.Path(__file__).parent.glob("*.case")):
            for block in path.read_text().split("\ncase: ")[1:]:
                lines = [line[10:] for line in block.split("\n") if line.startswith("template: ")]
                self.templates.append("\n".join(lines).replace("\u240d", "\r").replace("\u2420", " "))

    def template(self):
        text = self.rng.choice(self.templates)
        for _ in range(self.rng.randrange(1, 4)):
            at = self.rng.randrange(len(text) + 1)
            size = self.rng.randrange(4)
            text = text[:at] + self.rng.choice([self.rng.choice(self.PIECES), ""]) + text[at + size:]
        return text


def agree(theirs, ours):
    ok, text = theirs
    if "output" in ours:
        return ok and ours["output"] == text
    # An address in the output is Python's object, which we have not.
    return not ok or " object at 0x" in text


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tmpl_run", nargs="?",
                        default=os.environ.get("BUILD_DIR", "build-test") + "/src/tmpl-run")
    parser.add_argument("--count", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--show", type=int, default=10, help="differences shown in full")
    args = parser.parse_args()
    seed = args.seed if args.seed is not None else random.SystemRandom().randrange(2**32)
    print(f"seed {seed}", flush=True)
    rng = random.Random(seed)
    mutations = Mutations(rng)
    jobs = []
    for _ in range(args.count):
        kind = rng.random()
        if kind < 0.25:
            template = Scopes(rng).template()
        elif kind < 0.45:
            template = mutations.template()
        else:
            template = Grammar(rng).body(rng.randrange(1, 4))
        jobs.append({"template": template, "values": VALUES, "autoescape": rng.random() < 0.6})
    started = time.monotonic()
    lines = "".join(json.dumps(job) + "\n" for job in jobs)
    run = subprocess.run([args.tmpl_run], input=lines.encode(), stdout=subprocess.PIPE, check=True)
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    ours_seconds = time.monotonic() - started
    counts = {"equal": 0, "both refuse": 0, "unsupported": 0, "different": 0}
    for job, ours in zip(jobs, answers, strict=True):
        # Jinja2 is not even asked what ours may refuse: 9**9**9 takes it forever.
        if "error" in ours and UNSUPPORTED_RE.search(ours["error"]):
            counts["unsupported"] += 1
            continue
        theirs = oracle.render(job["template"], job["values"], job["autoescape"])
        if not agree(theirs, ours):
            counts["different"] += 1
            if counts["different"] <= args.show:
                print(f"--- autoescape {job['autoescape']}\n{job['template']}\njinja2: {theirs}\nours:   {ours}")
        elif not theirs[0]:
            counts["both refuse"] += 1
        else:
            counts["equal" if "output" in ours else "unsupported"] += 1
    print(", ".join(f"{number} {what}" for what, number in counts.items()),
          f"in {time.monotonic() - started:.1f} s (ours {ours_seconds:.1f} s)")
    return 1 if counts["different"] else 0


sys.exit(main())
