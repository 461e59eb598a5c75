"""Reading cells: the rules that rows of every kind share."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, tzinfo
from enum import StrEnum
from typing import TypeVar

from crm.dates import in_utc
from crm.errors import InvalidInput, NotFound
from crm.imports.verdicts import clipped
from crm.reference.spelling import plain

UNCALCULATED = "#UNCALCULATED!"
"""Stands for a formula whose value was not saved with the workbook."""

_LOST = "\N{REPLACEMENT CHARACTER}"
_ERRORS = re.compile(
    r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA|FIELD!|BLOCKED!|CONNECT!)",
    re.IGNORECASE,
)
_DAY_FIRST = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})")
_YES = frozenset({"true", "yes", "y", "x", "1", "oui", "si", "да", "是", "نعم"})
_NO = frozenset({"false", "no", "n", "0", "non", "нет", "否", "لا"})
_NOON = time(12)

M = TypeVar("M", bound=StrEnum)


def refuse_wreckage(text: str) -> None:
    """Refuse what is left of a value that a program has broken: an error of a spreadsheet, or lost letters.

    Raises:
        InvalidInput: it is such a thing.
    """
    if text == UNCALCULATED:
        hint = (
            "Open the workbook in a spreadsheet and save it again, or write the value instead of the formula."
        )
        raise InvalidInput("The file holds a formula here, and not its value.", hint=hint)
    if _LOST in text:
        hint = "Write it again from the original: an earlier conversion lost letters."
        raise InvalidInput(f"{clipped(text)!r} has lost characters.", hint=hint)
    if _ERRORS.fullmatch(text):
        hint = "Mend the formula in the spreadsheet, or leave the cell empty."
        raise InvalidInput(f"{text!r} is a spreadsheet's error.", hint=hint)


def member_of(kind: Iterable[M], text: str, *, what: str) -> M:
    """The member of an enumeration that a cell names, case, accents and punctuation apart.

    Raises:
        NotFound: there is none; the candidates are all there are.
    """
    members = list(kind)
    for member in members:
        if plain(member.value) == plain(text):
            return member
    raise NotFound(f"There is no {what} {clipped(text)!r}.", candidates=[member.value for member in members])


def day(text: str) -> date:
    """The day that a cell states: 2027-04-01, or 31.12.2027 where only one reading is possible.

    Raises:
        InvalidInput: it is no day, or may be two, as 03/04/2027.
    """
    try:
        return _day(text)
    except ValueError:
        raise InvalidInput(
            f"{clipped(text)!r} is not a day.", value=text, hint="Write it as 2027-04-01."
        ) from None


def instant(text: str, *, zone: tzinfo | None = None) -> datetime:
    """The instant that a cell states; a day stands for its noon in UTC.

    Args:
        text: what stands in the cell.
        zone: where a time without an offset was written down; without it such a time is refused, not guessed.

    Raises:
        InvalidInput: it is no time, or has no time zone.
    """
    try:
        return datetime.combine(_day(text), _NOON, UTC)
    except ValueError:
        pass
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            f"{clipped(text)!r} is not a time.", value=text, hint="Write 2027-04-01T15:30+02:00, or a day."
        ) from None
    if found.utcoffset() is None and zone is None:
        hint = 'Write 2027-04-01T15:30+02:00, or say where it was written down: time_zone = "Europe/Zurich".'
        raise InvalidInput(f"The time {clipped(text)} has no time zone.", value=text, hint=hint)
    return in_utc(found if found.utcoffset() is not None else found.replace(tzinfo=zone))


def yes_or_no(text: str) -> bool:
    """Whether a cell says yes.

    Raises:
        InvalidInput: it says neither yes nor no.
    """
    word = text.casefold()
    if word in _YES or word in _NO:
        return word in _YES
    raise InvalidInput(f"{clipped(text)!r} is neither yes nor no.", value=text, hint="Write yes or no.")


def parts_of(text: str, separator: str) -> Sequence[str]:
    """The values of a cell that holds several."""
    return [part for part in map(str.strip, text.split(separator)) if part]


def _day(text: str) -> date:
    if match := _DAY_FIRST.fullmatch(text):
        first, second, year = map(int, match.groups())
        if first <= 12 and second <= 12 and first != second:  # noqa: PLR2004 - months
            raise InvalidInput(
                f"{text!r} may be two days.", value=text, hint="Write the year first: 2027-04-01."
            )
        day_, month = (first, second) if second <= 12 else (second, first)  # noqa: PLR2004
        return date(year, month, day_)
    return date.fromisoformat(text)
