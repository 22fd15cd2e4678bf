"""What Jinja2 makes of a template: the truth that src/tmpl is compared with.

Environment: the immutable sandbox (templates change no lists), Jinja2's defaults, and line ends
as the template's first one (CRLF is kept when a template is written with it).
"""
import copy
import re
import warnings

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

warnings.simplefilter("ignore")
ENVIRONMENTS = {}


def environment(autoescape, newline):
    key = autoescape, newline
    if key not in ENVIRONMENTS:
        ENVIRONMENTS[key] = ImmutableSandboxedEnvironment(
            autoescape=autoescape, newline_sequence=newline, cache_size=0)
    return ENVIRONMENTS[key]


def newline_of(template):
    first = re.search(r"\r\n|\r|\n", template)
    return "\r\n" if first and first.group() == "\r\n" else "\n"


def render(template, values, autoescape):
    """(True, output) or (False, reason)."""
    try:
        compiled = environment(autoescape, newline_of(template)).from_string(template)
        text = compiled.render(copy.deepcopy(values))  # `list|indent` changes the list
        text.encode()
        return True, text
    except RecursionError:
        return False, "recursion"
    except Exception as error:  # whatever Python raises is a refusal
        return False, f"{type(error).__name__}: {error}"


def version():
    return jinja2.__version__
