"""How the book's values show themselves to people: in words, as a card in a notebook, several as a table.

A record does by itself. A frozen value needs one word: `class Need(Shown)`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from fractions import Fraction
from html import escape
from itertools import islice

from pydantic import BaseModel

INTERNAL = frozenset({"address_hash", "digest", "email_key", "normal", "normal_name", "raw", "rendered_hash"})
"""Fields that only the program reads."""

_NAMES = ("name", "what", "summary", "subject")
"""The fields by which a record is told from others, the best first."""

MOST_ROWS = 100
MOST_IN_A_CELL = 12

_STYLE = """<style>
.accord-values { max-inline-size: 64rem; font: 14px/1.45 system-ui, sans-serif; text-align: start; }
.accord-values .about { margin: 0 0 .4rem; font-weight: 600; }
.accord-values dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: 0; }
.accord-values dt { font-weight: 400; opacity: .75; }
.accord-values dd { margin: 0; white-space: pre-line; overflow-wrap: anywhere; }
.accord-values table { border-collapse: collapse; margin: 0; }
.accord-values caption { text-align: start; font-weight: 600; padding-block-end: .4rem; }
.accord-values :is(th, td) { text-align: start; vertical-align: baseline; padding: .2rem .75rem .2rem 0; white-space: pre-line; overflow-wrap: break-word; }
.accord-values .whole { white-space: nowrap; }
.accord-values tr { border-block-end: 1px solid color-mix(in srgb, currentColor 25%, transparent); background: none; }
</style>"""


class Shown:
    """A value that shows itself in a notebook, as a card with a line for each field that holds something."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return card(self)


def fields_of(value: object) -> dict[str, object]:
    """The fields of a record, a frozen value or a mapping by name, without those that only the program reads."""
    if isinstance(value, Mapping):
        return {str(name): entry for name, entry in value.items()}
    if isinstance(value, BaseModel):
        names = list(type(value).model_fields)
    elif is_dataclass(value):
        names = [field.name for field in fields(value)]
    else:
        return {"value": value}
    return {name: getattr(value, name) for name in names if name not in INTERNAL}


def said(value: object) -> str:  # noqa: C901, PLR0911 - one line for each kind of value
    """A value as people write it; nothing for what is not stated, and for no."""
    match value:
        case None | False:
            return ""
        case True:
            return "yes"
        case Enum():
            return str(value.value).replace("_", " ")
        case datetime():
            return f"{value:%Y-%m-%d %H:%M} UTC"
        case date():
            return value.isoformat()
        case Fraction():
            return " ".join(str(part) for part in divmod(value, 1) if part) or "0"
        case BaseModel():
            return _name(value) or str(value)
        case Shown() if not _has_own_words(value):
            return _name(value) or said(
                {name: entry for name, entry in fields_of(value).items() if said(entry)}
            )
        case list() | tuple() | set() | frozenset():
            return ", ".join(map(said, value))
        case Mapping():
            return ", ".join(f"{name} {said(entry) or '-'}" for name, entry in value.items())
    return str(value)


def card(value: object) -> str:
    """One value as HTML: what it is, then a line for each field that holds something."""
    lines = [
        f"<dt>{_words(name)}</dt><dd>{text}</dd>"
        for name, entry in fields_of(value).items()
        if (text := _inside(entry))
    ]
    title = f'<p class="about"><bdi>{escape(_title(value))}</bdi></p>'
    return _framed(f"{title}<dl>{''.join(lines)}</dl>")


def table(values: Sequence[object]) -> str:
    """Several values as HTML: a row each, a column for each field that any of them holds; beyond 100 it says so."""
    return _framed(_table(values, f"{_kind(values[0])} ({len(values):,})" if values else ""))


def _framed(content: str) -> str:
    return f'{_STYLE}<div class="accord-values">{content}</div>'


def _table(values: Sequence[object], caption: str = "") -> str:
    rows = [fields_of(value) for value in islice(values, MOST_ROWS)]
    names = [name for name in dict.fromkeys(name for row in rows for name in row) if _any(rows, name)]
    head = "".join(f'<th scope="col">{_words(name)}</th>' for name in names)
    cells = ("".join(f"<td>{_short(row.get(name))}</td>" for name in names) for row in rows)
    body = "".join(f"<tr>{row}</tr>" for row in cells)
    more = len(values) - len(rows)
    rest = f"<p>… and {more:,} more; crm.dataframe(…) has them all.</p>" if more else ""
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{rest}"


def _any(rows: Iterable[Mapping[str, object]], name: str) -> bool:
    return any(said(row.get(name)) for row in rows)


def _inside(value: object) -> str:
    """What stands in a line of a card: a table where the field holds several values."""
    if isinstance(value, (list, tuple)) and value and all(isinstance(each, Shown) for each in value):
        return _table(value)
    return _short(value)


def _short(value: object) -> str:
    """A value as HTML text; of a long list the first few, and how many there are besides."""
    text = said(value)
    if isinstance(value, (list, tuple)) and len(value) > MOST_IN_A_CELL:
        text = f"{said(value[:MOST_IN_A_CELL])}, … and {len(value) - MOST_IN_A_CELL:,} more"
    whole = ' class="whole"' if isinstance(value, date) else ""
    return f"<bdi{whole}>{escape(text)}</bdi>" if text else ""


def _title(value: object) -> str:
    """What a value is, in its own words where it has any."""
    own_words = str(value) if _has_own_words(value) else ""
    return f"{_kind(value)}: {own_words}" if own_words and "\n" not in own_words else _kind(value)


def _has_own_words(value: object) -> bool:
    return not isinstance(value, BaseModel) and type(value).__str__ is not object.__str__


def _name(value: object) -> str:
    """That by which a record or value is told from others, where it has such a thing."""
    return next((text for name in _NAMES if (text := str(getattr(value, name, None) or ""))), "")


def _kind(value: object) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(value).__name__).capitalize()


def _words(name: str) -> str:
    words = name.replace("_", " ")
    return escape(words[:1].upper() + words[1:])
