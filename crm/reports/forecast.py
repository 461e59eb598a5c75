"""The forecast: what is asked for by the time at which an answer is expected, and what has been won so far."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from enum import StrEnum

from sqlalchemy import or_
from sqlmodel import col

from crm.engagement.opportunity_tables import Frequency, Opportunity
from crm.errors import InvalidInput
from crm.reference.opportunity_stages import Outcome
from crm.reports.asks import BEHIND, Ask, Narrowed, asks, money, without_amount
from crm.reports.behind import Behind, behind_of
from crm.reports.chart import Chart
from crm.reports.columns import Cell, Column, ColumnKind, added
from crm.reports.notes import synthetic
from crm.reports.reader import Reader
from crm.reports.report import Report
from crm.store.columns import chosen

_OVERDUE = "Overdue"
_UNDATED = "No day stated"
_AHEAD = 4
_DENOMINATOR = (
    "All open asks, and those won since the first day of the year. Amounts of different currencies, and amounts of every "
    "year and such as are asked for once, stand in groups of their own and are never added up."
)


class Period(StrEnum):
    """What a row of the forecast stands for."""

    QUARTER = "quarter"
    YEAR = "year"


def forecast(
    reader: Reader,
    *,
    by: str = "quarter",
    committed: int = 75,
    owner: str | None = None,
    office: str | None = None,
    region: str | None = None,
    kind: str | None = None,
    rows: bool = True,
) -> Report:
    """What is asked for by the time at which an answer is expected, and what has been won this year.

    Args:
        reader: reads the book.
        by: what a row stands for: "quarter" or "year", of the calendar.
        committed: from which probability on, in per cent, an ask counts as committed.
        owner: only the asks of this colleague.
        office: only those of this office.
        region: only those to accounts based in this development region, by slug or name.
        kind: only those of this kind, e.g. "upgrade".
        rows: whether the asks themselves are read with their number, for `rows_behind`.

    Returns:
        For each currency and frequency: what is overdue, one row a period, and what has no expected day.

    Raises:
        NotFound: there is no such colleague, office or region.
        InvalidInput: there is no such period or kind, or the probability is no per cent.
    """
    period = chosen(Period, by, field="by")
    if not 0 <= committed <= 100:  # noqa: PLR2004 - per cent
        raise InvalidInput(f"committed: {committed} is no per cent.", field="committed", value=committed)
    as_of, today = reader.store.now(), reader.today()
    narrowed = Narrowed(owner=owner, office=office, region=region, kind=kind)
    with reader.store.reading() as session:
        filters, conditions = narrowed.read(session)
        this_year = col(Opportunity.closed_on) >= today.replace(month=1, day=1)
        counted = or_(
            col(Opportunity.closed_at).is_(None), this_year & (col(Opportunity.outcome) == Outcome.WON)
        )
        found = asks(session, counted, *conditions)
    line = _Line(period, today, committed)
    groups = sorted({ask.money for ask in found}) or [money("CHF", Frequency.YEARLY)]
    return Report(
        name="forecast",
        title=f"Forecast by {period}",
        definition=_definition(period, committed),
        denominator=_DENOMINATOR,
        as_of=as_of,
        on=today,
        filters=filters,
        columns=_columns(summed=len(groups) == 1),
        rows=tuple(row for group in groups for row in line.rows(group, found)),
        behind=line.behind(found) if rows else None,
        notes=(*synthetic(sum(ask.synthetic for ask in found)), *without_amount(found), *_slippage(found)),
        grouped_by="money",
        chart=Chart(label="period", value="weighted", empty="Nothing expected"),
    )


class _Line:
    """How asks fall into rows.

    Args:
        period: what a row stands for.
        today: the present day.
        committed: from which probability on an ask counts as committed.
    """

    def __init__(self, period: Period, today: date, committed: int) -> None:
        self._period = period
        self._today = today
        self._committed = committed

    def rows(self, group: str, found: Iterable[Ask]) -> Iterator[tuple[Cell, ...]]:
        """The rows of one currency and frequency."""
        there = [ask for ask in found if ask.money == group]
        dated = {self.of(ask) for ask in there} - {_OVERDUE, _UNDATED}
        for name in (_OVERDUE, *sorted(dated | self._coming()), _UNDATED):
            yield (group, name, *self._figures([ask for ask in there if self.of(ask) == name]))

    def behind(self, found: Iterable[Ask]) -> Behind:
        """The asks behind the figures."""
        rows = (((ask.money, self.of(ask)), self._counts_in(ask), ask.cells()) for ask in found)
        return behind_of(("money", "period"), BEHIND, rows)

    def of(self, ask: Ask) -> str:
        """The row of an ask: by the day it was won, else by the day on which an answer is expected."""
        day = ask.expected_on if ask.outcome is Outcome.OPEN else ask.closed_on
        if day is None:
            return _UNDATED
        name = self._name(day)
        return _OVERDUE if ask.outcome is Outcome.OPEN and name < self._name(self._today) else name

    def _coming(self) -> set[str]:
        """The present period and those after it for which a row stands even at zero."""
        months = 12 if self._period is Period.YEAR else 3
        first = self._today.year * 12 + self._today.month - 1
        ahead = 2 if self._period is Period.YEAR else _AHEAD
        months_on = (first + months * number for number in range(ahead))
        return {self._name(date(month // 12, month % 12 + 1, 1)) for month in months_on}

    def _name(self, day: date) -> str:
        return f"{day.year}" if self._period is Period.YEAR else f"{day.year} Q{(day.month + 2) // 3}"

    def _counts_in(self, ask: Ask) -> list[str]:
        if ask.outcome is Outcome.WON:
            return ["won"]
        return ["asks", "amount", "weighted", *(["committed"] if ask.probability >= self._committed else [])]

    def _figures(self, there: Sequence[Ask]) -> tuple[Cell, ...]:
        counted: dict[str, list[Ask]] = {column.key: [] for column in _columns(summed=False)[2:]}
        for ask in there:
            for key in self._counts_in(ask):
                counted[key].append(ask)
        return tuple(_figure(key, counted[key]) for key in counted)


def _figure(key: str, counted: Sequence[Ask]) -> Cell:
    if key == "asks":
        return len(counted)
    return added(ask.weighted if key == "weighted" else ask.amount for ask in counted)


def _columns(*, summed: bool) -> tuple[Column, ...]:
    return (
        Column(key="money", title="Money"),
        Column(key="period", title="Expected"),
        Column(key="asks", title="Asks", kind=ColumnKind.COUNT, summed=True),
        Column(key="amount", title="Amount", kind=ColumnKind.MONEY, summed=summed),
        Column(key="weighted", title="Weighted", kind=ColumnKind.MONEY, summed=summed),
        Column(key="committed", title="Committed", kind=ColumnKind.MONEY, summed=summed),
        Column(key="won", title="Won", kind=ColumnKind.MONEY, summed=summed),
    )


def _definition(period: Period, committed: int) -> str:
    return (
        f"Open asks by the {period} in which an answer is expected. Weighted: each amount by its probability. Committed: "
        f"the full amounts of open asks whose probability is {committed} per cent or more. Won: the amounts of asks won, "
        f"in the {period} of the day on which they were won. {_OVERDUE}: open asks whose answer was expected in an "
        f"earlier {period}. An ask is no revenue: what is won here is not yet agreed, invoiced or received."
    )


def _slippage(found: Iterable[Ask]) -> tuple[str, ...]:
    slipped = [ask.slipped for ask in found if ask.outcome is Outcome.OPEN and ask.slipped]
    if not slipped:
        return ()
    mean = round(sum(slipped) / len(slipped))
    return (
        f"Slippage: open asks that are expected later than was first stated: {len(slipped)}, by {mean} days in the mean.",
    )
