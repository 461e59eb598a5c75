"""Assessing the dues of a year: every membership that runs in it, in one pass with a few statements."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from crm.directory.merged import among
from crm.directory.tables import Organization
from crm.membership.dues.assessed import Assessed, Exempted
from crm.membership.dues.balance import ZERO
from crm.membership.dues.charging import charged_months, runs
from crm.membership.dues.invoicing import Progress, copied_line, total, write_invoices, yearly_line
from crm.membership.dues.posting import next_serial
from crm.membership.dues.unused_months import given_back
from crm.membership.dues.unverified import unverified_rules
from crm.membership.dues.year_on_file import Place, lines_in, locked_accounts, terms_in
from crm.membership.dues.yearly_dues import YearlyDues, yearly_dues
from crm.membership.joining.application_invoices import activate_covered
from crm.membership.pricing import Holding, PricedLine, price
from crm.reference.categories import Category
from crm.reference.fee_schedule import FeeSchedule, fee_schedule
from crm.store.store import Change


@dataclass(slots=True)
class _Pass:
    """One pass under way.

    Attributes:
        lines: what is charged, by account.
        synthetic: the accounts some of whose memberships are made up.
        given_back: what of it is given back.
        charged_before: how many memberships had nothing left to charge.
        assumed: how many Sector Members are charged the lowest class because none of theirs is stated.
    """

    year: int
    schedule: FeeSchedule
    lines: dict[int, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    synthetic: set[int] = field(default_factory=set)
    given_back: Decimal = ZERO
    charged_before: int = 0
    assumed: int = 0
    _prices: dict[tuple[Holding, date, date], tuple[PricedLine, ...]] = field(default_factory=dict)

    def charge(self, term: Any, due: YearlyDues, charged: frozenset[int]) -> None:
        """Charge what is left of a membership to its account, or count that nothing is."""
        months = due.paid_for - charged
        if not months:
            self.charged_before += not due.exempt
            return
        self.assumed += due.holding.category is Category.SECTOR_MEMBER and due.holding.units is None
        if term.synthetic:
            self.synthetic.add(term.organization_id)
        for since_on, until_on in runs(months, self.year):
            for priced in self._price(due.holding, since_on, until_on):
                self.lines[term.organization_id].append(yearly_line(term.id, due.holding, priced))

    def give_back(self, account: int, lines: Sequence[Any], kept: set[int]) -> None:
        """Give back what lines for one category and class charge beyond the months that are kept."""
        for since_on, until_on in runs(charged_months(lines, self.year) - kept, self.year):
            for credit in given_back(lines, since_on=since_on, until_on=until_on):
                self.lines[account].append(copied_line(credit))
                self.given_back += credit.amount
                if any(line.synthetic for line in lines):
                    self.synthetic.add(account)

    def _price(self, holding: Holding, since_on: date, until_on: date) -> tuple[PricedLine, ...]:
        # A hundred thousand memberships are priced by a few dozen different rules.
        key = holding, since_on, until_on
        if key not in self._prices:
            self._prices[key] = price(self.schedule, holding, since_on=since_on, until_on=until_on)
        return self._prices[key]


def assess(
    change: Change, year: int, *, issued_on: date, due_on: date, progress: Progress | None = None
) -> Assessed:
    """Invoice what is left to charge of every membership that runs in a year, and give back what none of them uses.

    Months are compared by category and class, so that what is owed does not depend on whether a year was assessed before
    or after a membership ended or changed, or its account was exempted.

    Args:
        change: the verb under way.
        year: the year.
        issued_on: the day of issue.
        due_on: the last day on which it is paid in time.
        progress: is told how far it has come.
    """
    session, this = change.session, _Pass(year, fee_schedule(change.session))
    accounts = locked_accounts(session, year)
    serial = next_serial(session, year)
    terms = [term for term in terms_in(session, year) if term.organization_id in accounts]
    dues = yearly_dues(session, terms, year)
    _settle(this, terms, dues, lines_in(session, year, accounts))
    dates = {"issued_on": issued_on, "due_on": due_on}
    written = None
    if this.lines:
        written = write_invoices(
            change, year, this.lines, serial=serial, synthetic=this.synthetic, progress=progress, **dates
        )
        activate_covered(change, this.lines)  # what is given back may pay for a joining
    return Assessed(
        year=year,
        memberships=len(terms),
        charged_before=this.charged_before,
        invoices=len(this.lines),
        amount=written.amount if written else ZERO,
        given_back=this.given_back,
        unverified=_unverified(session, this),
        assumed=this.assumed,
        exempt=tuple(_exempt(session, terms, dues)),
        assessment_id=written.id if written else None,
        **dates,
    )


def _settle(
    this: _Pass,
    terms: Sequence[Any],
    dues: Mapping[int, YearlyDues],
    charged: Mapping[Place, Sequence[Any]],
) -> None:
    there: dict[Place, list[Any]] = {place: [] for place in charged}
    for term in terms:
        there.setdefault((term.organization_id, term.coverage), []).append(term)
    for place in sorted(there):
        lines: dict[Any, list[Any]] = defaultdict(list)
        for line in charged.get(place, ()):
            lines[line.category, line.units].append(line)
        kept: dict[Any, set[int]] = defaultdict(set)
        for term in there[place]:
            what = term.category, term.units
            this.charge(term, dues[term.id], charged_months(lines[what], this.year))
            kept[what] |= dues[term.id].paid_for
        for what, same in lines.items():
            this.give_back(place[0], [line for line in same if not line.pending], kept[what])


def _unverified(session: Session, this: _Pass) -> Decimal:
    rules = unverified_rules(session)
    return total(
        line for lines in this.lines.values() for line in lines if rules.covers(line["rule"], line["units"])
    )


def _exempt(session: Session, terms: Sequence[Any], dues: Mapping[int, YearlyDues]) -> Iterator[Exempted]:
    exempt = [term for term in terms if dues[term.id].exempt]
    named: Any = select(col(Organization.id), col(Organization.name)).where(
        among(col(Organization.id), {term.organization_id for term in exempt})
    )
    names = dict(session.execute(named).all())
    for term in exempt:
        months = dues[term.id].exempt
        why = "; ".join(dict.fromkeys(months.values()))
        yield Exempted(term.organization_id, names[term.organization_id], term.coverage, why, len(months))
