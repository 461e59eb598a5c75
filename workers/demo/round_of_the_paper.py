"""The announcement round of the Working Group's paper (December 2025): CL-25/36, and 19 answers by 9 December.

The paper says how many answered and in which direction: 17 keep their class and 2 lower it. It names no State, so which
States these are here is made up, and so are the days and the letters; every line is marked so.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

from crm.book import Book
from crm.membership.contributions.contribution_tables import AnnouncementRound, Channel
from workers.demo.chance import number, one_of
from workers.demo.membership import SOURCE

NAME = "2028-2031 provisional"
AS_OF = date(2025, 12, 9)
"""The day that the paper speaks of."""

_CIRCULAR = "CL-25/36"
_OPENED, _DEADLINE = date(2025, 7, 15), date(2025, 12, 31)
_FIRST = date(2025, 9, 1)
_CHANNELS = (Channel.NOTE_VERBALE, Channel.LETTER, Channel.MISSION)
_KEEP, _LOWER = 17, 2


def hold_the_round(book: Book) -> AnnouncementRound:
    """Open the round, ask all Member States, and enter the answers that the paper counts."""
    with book.transaction():
        held = book.rounds.open(
            NAME, circular=_CIRCULAR, period="2028-2031", deadline=_DEADLINE, on=_OPENED, synthetic=True
        )
        book.rounds.ask(held, on=_OPENED)
        for state, units in _who_answered(book, held):
            book.rounds.answer(
                held,
                state,
                units,
                channel=one_of(_CHANNELS, "channel", state),
                on=_FIRST + timedelta(days=number("answered", state) % (AS_OF - _FIRST).days),
                document=SOURCE,
            )
    return held


def _who_answered(book: Book, held: AnnouncementRound) -> Iterator[tuple[str, Fraction]]:
    """The States that play those of the paper, and what they announce: the next lower class, or the one they have."""
    scale = book.rounds.of(held).rules.scale
    has = {each.state: each.units for each in book.contributions.all(on=_OPENED)}
    states = sorted(has, key=lambda state: number("round", state))
    lower = [state for state in states if has[state] >= 1][:_LOWER]  # which may go down whoever it is
    keep = [state for state in states if state not in lower][:_KEEP]
    yield from ((state, scale.below(has[state])) for state in lower)
    yield from ((state, has[state]) for state in keep)
