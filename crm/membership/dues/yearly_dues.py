"""What the memberships of a year are to pay: one answer, for their assessment and for the forecast of it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session

from crm.membership.contract.exemptions import exemptions_between
from crm.membership.dues.charging import months_of
from crm.membership.dues.exempt_months import exempt_months
from crm.membership.holdings import holdings
from crm.membership.pricing import Holding


@dataclass(frozen=True, slots=True)
class YearlyDues:
    """What a membership is to pay for in a year.

    Attributes:
        holding: what it is priced by, as of the month from which it pays.
        months: the months that are its own, exempt or not.
        exempt: those of them in which its account is exempt, each with the reason.
    """

    holding: Holding
    months: frozenset[int]
    exempt: Mapping[int, str]

    @property
    def paid_for(self) -> frozenset[int]:
        """The months that it pays for."""
        return self.months - self.exempt.keys()


def yearly_dues(session: Session, terms: Sequence[Any], year: int) -> Mapping[int, YearlyDues]:
    """What memberships are to pay for in a year, by term.

    Args:
        session: of the read or verb.
        terms: all that run in the year, of each account that is asked for.
        year: the year.
    """
    accounts = {term.organization_id for term in terms}
    granted = exemptions_between(session, accounts, date(year, 1, 1), date(year, 12, 31))
    held = _held(session, terms, year)
    together = defaultdict(list)
    for term in terms:
        together[term.organization_id, term.coverage].append(term)
    return {
        term.id: YearlyDues(
            held[term.id],
            frozenset(months),
            exempt_months(granted.get(term.organization_id, ()), term.since_on, months, year),
        )
        for there in together.values()
        for term, months in zip(there, months_of(there, year), strict=True)
    }


def _held(session: Session, terms: Iterable[Any], year: int) -> Mapping[int, Holding]:
    by_month = defaultdict(list)
    for term in terms:
        by_month[max(term.since_on, date(year, 1, 1)).replace(day=1)].append(term)
    held: dict[int, Holding] = {}
    for month, together in by_month.items():
        held.update(holdings(session, together, on=month))
    return held
