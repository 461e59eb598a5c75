"""Assessing the dues of a year: every membership that runs in it, in one pass with a few statements."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlmodel import Session

from crm.membership.dues.assessed import Assessed, Exempted
from crm.membership.dues.balance import ZERO
from crm.membership.dues.charging import charged_months, runs
from crm.membership.dues.invoicing import Progress, total, write_invoices
from crm.membership.dues.posting import ChargeLine, charge_for, next_serial
from crm.membership.dues.priced_otherwise import PricedOtherwise, other_price
from crm.membership.dues.rounded_once import posted_at
from crm.membership.dues.unused_months import given_back
from crm.membership.dues.unverified import unverified_rules
from crm.membership.dues.year_on_file import Place, lines_in, locked_accounts, names_of, terms_in
from crm.membership.dues.yearly_dues import YearlyDues, yearly_dues
from crm.membership.joining.application_invoices import activate_covered
from crm.membership.pricing import Holding, PricedLine, price
from crm.reference.categories import Category
from crm.reference.fee_schedule import FeeSchedule, fee_schedule
from crm.store.store import Change

_MONTHS = 12


@dataclass(slots=True)
class Pass:
    """One pass over the memberships of a year under way; nothing is written by it.

    Attributes:
        terms: the memberships that run in the year.
        dues: what each membership is to pay for, by term.
        lines: what is charged, by account.
        synthetic: the accounts some of whose memberships are made up.
        given_back: what of it is given back.
        charged_before: how many memberships had nothing left to charge.
        assumed: how many memberships of each account are charged the lowest class because none of theirs is stated.
        otherwise: what memberships were charged before and would be charged now, by term, where the two differ.
    """

    year: int
    schedule: FeeSchedule
    terms: Sequence[Any]
    dues: Mapping[int, YearlyDues]
    lines: dict[int, list[ChargeLine]] = field(default_factory=lambda: defaultdict(list))
    synthetic: set[int] = field(default_factory=set)
    given_back: Decimal = ZERO
    charged_before: int = 0
    assumed: Counter[int] = field(default_factory=Counter)
    otherwise: dict[int, tuple[Decimal, Decimal]] = field(default_factory=dict)
    _prices: dict[tuple[Holding, date, date], tuple[PricedLine, ...]] = field(default_factory=dict)

    def settle(self, charged: Mapping[Place, Sequence[Any]]) -> None:
        """Charge what is left of the memberships, and give back what none of them uses.

        Args:
            charged: the lines of the year, by account and Sector.
        """
        there: dict[Place, list[Any]] = {place: [] for place in charged}
        for term in self.terms:
            there.setdefault((term.organization_id, term.coverage), []).append(term)
        for place in sorted(there):
            self._settle_there(place[0], there[place], charged.get(place, ()))

    def _settle_there(self, account: int, terms: Sequence[Any], charged: Sequence[Any]) -> None:
        lines: dict[Any, list[Any]] = defaultdict(list)
        for line in charged:
            lines[line.category, line.units].append(line)
        kept: dict[Any, set[int]] = defaultdict(set)
        before = list(charged)
        for term in terms:
            what, due = (term.category, term.units), self.dues[term.id]
            there = charged_months(lines[what], self.year)
            self._compare(term, due, due.paid_for & there, lines[what])
            self._charge(term, due, due.paid_for - there, before)
            kept[what] |= due.paid_for
        for what, same in lines.items():
            self._give_back(account, [line for line in same if not line.pending], kept[what], before)

    def _compare(self, term: Any, due: YearlyDues, months: frozenset[int], charged: Sequence[Any]) -> None:
        """Note where months were charged before at another price than they would be now."""
        priced = (line for stretch in runs(months, self.year) for line in self._price(due.holding, *stretch))
        now = sum((Fraction(line.yearly) * line.months / _MONTHS for line in priced), Fraction(0))
        if both := other_price(charged, months, self.year, now):
            self.otherwise[term.id] = both

    def _charge(self, term: Any, due: YearlyDues, months: frozenset[int], before: list[Any]) -> None:
        """Charge what is left of a membership to its account, or count that nothing is."""
        if not months:
            self.charged_before += not due.exempt
            return
        if due.holding.category is Category.SECTOR_MEMBER and due.holding.units is None:
            self.assumed[term.organization_id] += 1
        if term.synthetic:
            self.synthetic.add(term.organization_id)
        for since_on, until_on in runs(months, self.year):
            for priced in self._price(due.holding, since_on, until_on):
                self._post(term.organization_id, charge_for(due.holding, priced, event_id=term.id), before)

    def _give_back(self, account: int, lines: Sequence[Any], kept: set[int], before: list[Any]) -> None:
        """Give back what lines for one category and class charge beyond the months that are kept."""
        for since_on, until_on in runs(charged_months(lines, self.year) - kept, self.year):
            for credit in given_back(lines, since_on=since_on, until_on=until_on):
                self.given_back += self._post(account, credit, before).amount
                if any(line.synthetic for line in lines):
                    self.synthetic.add(account)

    def _post(self, account: int, line: ChargeLine, before: list[Any]) -> ChargeLine:
        """Post a line after those of its account, Sector and year."""
        posted = replace(line, amount=posted_at(before, line)) if before else line
        before.append(posted)
        self.lines[account].append(posted)
        return posted

    def _price(self, holding: Holding, since_on: date, until_on: date) -> tuple[PricedLine, ...]:
        # A hundred thousand memberships are priced by a few dozen different rules.
        key = holding, since_on, until_on
        if key not in self._prices:
            self._prices[key] = price(self.schedule, holding, since_on=since_on, until_on=until_on)
        return self._prices[key]


def passed_over(session: Session, year: int, accounts: frozenset[int]) -> Pass:
    """What a pass over the memberships of a year comes to, by account; nothing is written.

    Args:
        session: of the read or verb.
        year: the year.
        accounts: all that have memberships or charges in it.
    """
    terms = [term for term in terms_in(session, year) if term.organization_id in accounts]
    this = Pass(year, fee_schedule(session), terms, yearly_dues(session, terms, year))
    this.settle(lines_in(session, year, accounts))
    return this


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
    session = change.session
    accounts = locked_accounts(session, year)
    serial = next_serial(session, year)
    this = passed_over(session, year, accounts)
    dates = {"issued_on": issued_on, "due_on": due_on}
    written = None
    if this.lines:
        written = write_invoices(
            change, year, this.lines, serial=serial, synthetic=this.synthetic, progress=progress, **dates
        )
        activate_covered(change, this.lines)  # what is given back may pay for a joining
    return Assessed(
        year=year,
        memberships=len(this.terms),
        charged_before=this.charged_before,
        invoices=written.invoices if written else 0,
        amount=written.amount if written else ZERO,
        given_back=this.given_back,
        unverified=_unverified(session, this),
        assumed=this.assumed.total(),
        exempt=tuple(exempted(session, this)),
        otherwise=tuple(otherwise(session, this)),
        assessment_id=written.id if written else None,
        **dates,
    )


def _unverified(session: Session, this: Pass) -> Decimal:
    rules = unverified_rules(session)
    return total(
        line for lines in this.lines.values() for line in lines if rules.covers(line.rule, line.units)
    )


def exempted(session: Session, this: Pass) -> Iterator[Exempted]:
    """The memberships of a pass that are exempt, some of them for a part of the year."""
    exempt = [term for term in this.terms if this.dues[term.id].exempt]
    names = names_of(session, {term.organization_id for term in exempt})
    for term in exempt:
        months = this.dues[term.id].exempt
        why = "; ".join(dict.fromkeys(months.values()))
        yield Exempted(term.organization_id, names[term.organization_id], term.coverage, why, len(months))


def otherwise(session: Session, this: Pass) -> Iterator[PricedOtherwise]:
    """What was charged before at another price than a pass would charge it at now, by membership."""
    terms = [term for term in this.terms if term.id in this.otherwise]
    names = names_of(session, {term.organization_id for term in terms})
    for term in terms:
        both = this.otherwise[term.id]
        yield PricedOtherwise(term.organization_id, names[term.organization_id], term.coverage, *both)
