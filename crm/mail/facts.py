"""The facts a letter is filled with: plain values, frozen, without anything that could act."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from crm.errors import TemplateError

Value = str | int | Decimal | date | tuple["Value", ...] | dict[str, "Value"]

MOST_CHARACTERS = 20_000
MOST_ENTRIES = 200
MOST_LEVELS = 4

# Embeddings, overrides and isolates that set a direction steer the display of what stands around them (UAX #9).
# Control characters have no place in a letter, except the tab and the line feed, nor have halves of characters.
_STEERING = re.compile("[\u202a-\u202e\u2066\u2067\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# A first-strong isolate only sets its own content apart, if it is closed on its line: drafts in Arabic hold them.
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"
_LINE_ENDS = re.compile("\r\n|[\r\x85\u2028\u2029]")


def frozen(facts: Mapping[str, object]) -> dict[str, Value]:
    """Copy facts into plain values that a template can read and nothing can change.

    Args:
        facts: text, whole numbers, Decimal, dates, and mappings and lists of these. Control characters and those
            that turn the reading direction are taken out of text; line ends become line feeds.

    Returns:
        The copy: dictionaries, tuples and values, nothing else.

    Raises:
        TemplateError: for any other type, and for more than a letter can hold; `field` names the place.
    """
    if not isinstance(facts, Mapping):
        raise TemplateError("The facts of a letter are a mapping.", value=type(facts).__name__)
    return _mapping(facts, "facts", 0)


def fact(facts: Mapping[str, Value], path: str) -> Value | None:
    """The value at a dotted path, or None where there is none."""
    value: Value | None = None
    level: Mapping[str, Value] = facts
    for name in path.split("."):
        value = level.get(name)
        level = value if isinstance(value, dict) else {}
    return value


def _mapping(facts: Mapping[str, object], place: str, level: int) -> dict[str, Value]:
    if level == MOST_LEVELS or len(facts) > MOST_ENTRIES:
        raise _refused(place, "too many levels or entries", f"At most {MOST_LEVELS} and {MOST_ENTRIES}.")
    for name in facts:
        if not isinstance(name, str):
            raise _refused(place, f"a key of type {type(name).__name__}", "Keys are text.")
    return {str.__str__(name): _value(value, f"{place}.{name}", level + 1) for name, value in facts.items()}


def _entries(values: Sequence[object], place: str, level: int) -> tuple[Value, ...]:
    if level == MOST_LEVELS or len(values) > MOST_ENTRIES:
        raise _refused(place, "too many levels or entries", f"At most {MOST_LEVELS} and {MOST_ENTRIES}.")
    return tuple(_value(value, f"{place}[{at}]", level + 1) for at, value in enumerate(values))


def _value(value: object, place: str, level: int) -> Value:
    if isinstance(value, str):
        return _text(value, place)
    if type(value) is date or type(value) is int or type(value) is bool:
        return value
    if type(value) is Decimal and value.is_finite():
        return value
    if isinstance(value, Mapping):
        return _mapping(value, place, level)
    if type(value) is list or type(value) is tuple:
        return _entries(value, place, level)
    hint = "Give text, a whole number, Decimal, a date, or mappings and lists of these; leave out what is not known."
    raise _refused(place, f"a {type(value).__name__}", hint)


def _text(value: str, place: str) -> str:
    if len(value) > MOST_CHARACTERS:
        raise _refused(place, "a very long text", f"At most {MOST_CHARACTERS:,} characters.")
    # str.__str__ leaves a plain copy of Markup and of enumerations: what was marked as safe no longer is.
    plain = _STEERING.sub("", _LINE_ENDS.sub("\n", str.__str__(value)))
    return "\n".join(map(_closed, plain.split("\n"))) if _ISOLATE in plain or _END_ISOLATE in plain else plain


def _closed(line: str) -> str:
    kept: list[str] = []
    depth = 0
    for sign in line:
        if sign == _END_ISOLATE and not depth:
            continue
        depth += (sign == _ISOLATE) - (sign == _END_ISOLATE)
        kept.append(sign)
    return "".join(kept) + _END_ISOLATE * depth


def _refused(place: str, found: str, hint: str) -> TemplateError:
    name = place.removeprefix("facts.")
    return TemplateError(f"{name} cannot stand in a letter: {found}.", field=name, hint=hint)
