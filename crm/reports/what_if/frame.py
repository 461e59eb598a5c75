"""What all tables of a what-if have in common: the question, the assumptions, the day, and that nothing is verified."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from crm.membership.what_if.results import Assumption, Results
from crm.reference.facts import Certainty
from crm.reports.columns import Cell, Column, ColumnKind
from crm.reports.notes import synthetic
from crm.reports.report import Report

CURRENCY = "CHF"
_DENOMINATOR = (
    "The {count:,} memberships of Sector Members, Associates and Academia that run on {on}; contributions of Member States "
    "are not part of it. Amounts are those of a whole year, at the fees of that day."
)
_MODEL = "A calculation on assumptions and no forecast. How members answer is a model, and of its assumptions"


@dataclass(frozen=True, slots=True)
class Frame:
    """Makes reports out of the results of one what-if.

    Args:
        results: what was found.
        as_of: the instant at which the book was read; aware.
    """

    results: Results
    as_of: datetime

    def report(
        self,
        name: str,
        title: str,
        definition: str,
        columns: Sequence[Column],
        rows: Iterable[tuple[Cell, ...]],
        **more: Any,
    ) -> Report:
        """One table.

        Args:
            name: its short name, without "what-if".
            title: its title for people.
            definition: what its figures are.
            columns: its columns.
            rows: its rows.
            **more: what else the report has: `chart`, `grouped_by`, `behind`, `stated_totals`.
        """
        found = self.results
        return Report(
            name=f"what-if-{name}",
            title=title,
            definition=definition,
            denominator=_DENOMINATOR.format(count=len(found.members), on=found.on),
            as_of=self.as_of,
            on=found.on,
            filters={"draws": found.draws, "seed": found.seed},
            columns=tuple(columns),
            rows=tuple(rows),
            notes=(*synthetic(found.synthetic), *self._question()),
            **more,
        )

    def _question(self) -> tuple[str, ...]:
        found = self.results
        return (
            f"What if: {'; '.join(found.changes) or 'nothing changed'}.",
            f"{_MODEL} {_how_sure(found.assumptions)}: {'; '.join(map(str, found.assumptions))}.",
        )


def _how_sure(assumed: Sequence[Assumption]) -> str:
    unverified = sum(each.certainty is Certainty.UNVERIFIED for each in assumed)
    return (
        "none is verified"
        if unverified == len(assumed)
        else f"{unverified} of {len(assumed)} are not verified"
    )


def money(key: str, title: str, *, summed: bool = False) -> Column:
    """A column of Swiss francs."""
    return Column(key=key, title=title, kind=ColumnKind.MONEY, currency=CURRENCY, summed=summed)


def count(key: str, title: str, *, summed: bool = False) -> Column:
    """A column of numbers of memberships, or of draws."""
    return Column(key=key, title=title, kind=ColumnKind.COUNT, summed=summed)


def share(key: str, title: str) -> Column:
    """A column of shares."""
    return Column(key=key, title=title, kind=ColumnKind.SHARE)


def fraction(given: float) -> Decimal:
    """A share as a cell, to a tenth of a per cent and a little more."""
    return Decimal(given).quantize(Decimal("0.0001"))
