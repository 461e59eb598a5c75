"""Stretches of days as half-open pairs, and what can be done with several of them."""

from collections.abc import Iterable, Sequence
from datetime import date

Spell = tuple[date, date]
"""The first day, and the first day after; `NEVER` where it does not end."""

NEVER = date.max
ALWAYS: Spell = (date.min, NEVER)


def joined(spells: Iterable[Spell]) -> list[Spell]:
    """All days of several spells, as spells that neither overlap nor touch, in order."""
    found: list[Spell] = []
    for since, until in sorted(spells):
        if until <= since:
            continue
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], until))
        else:
            found.append((since, until))
    return found


def within(spells: Sequence[Spell], others: Sequence[Spell]) -> list[Spell]:
    """The days that are in one of the spells and in one of the others."""
    meets = ((max(one[0], other[0]), min(one[1], other[1])) for one in spells for other in others)
    return joined(meets)


def without(spells: Sequence[Spell], others: Sequence[Spell]) -> list[Spell]:
    """The days of the spells that are in none of the others."""
    return within(spells, _between(joined(others))) if others else list(spells)


def _between(spells: Sequence[Spell]) -> list[Spell]:
    since = [date.min, *(until for _, until in spells)]
    until = [*(since for since, _ in spells), NEVER]
    return [(start, end) for start, end in zip(since, until, strict=True) if start < end]
