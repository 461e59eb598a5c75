"""Assessing the contributions of a year: every Member State in one pass, an invoice each, in the one ledger of dues."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from sqlmodel import Session, col, select

from crm.directory.merged import among, with_merged
from crm.directory.tables import Organization
from crm.membership.contributions.charging import other_prices, to_charge
from crm.membership.contributions.contribution_tables import ContributionChoice
from crm.membership.contributions.state_accounts import state_accounts
from crm.membership.contributions.year_of_states import YearOfStates, year_of_states
from crm.membership.dues.balance import ZERO
from crm.membership.dues.dues_tables import Assessment
from crm.membership.dues.invoices import posted_lines
from crm.membership.dues.invoicing import Progress, write_invoices
from crm.membership.dues.posting import ChargeLine, next_serial
from crm.membership.dues.priced_otherwise import PricedOtherwise
from crm.membership.dues.unused_months import PostedLine
from crm.membership.dues.unverified import unverified_rules
from crm.membership.dues.year_on_file import names_of
from crm.membership.joining.application_invoices import activate_covered
from crm.shown import Shown
from crm.store.store import Change

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContributionsAssessed(Shown):
    """What a pass over the Member States came to for a year.

    Attributes:
        states: how many have a class in the year.
        units: what their classes come to, by whole months.
        unit_amount: one unit for a whole year, in CHF.
        doubt: what is uncertain about the unit, e.g. "preliminary, unverified"; empty where nothing is.
        due: what all of them are to contribute, in CHF, those included that have no account in the book.
        charged_before: how many of those with an account had nothing left to charge.
        invoices: how many invoices were written; 0 where the year was assessed before.
        amount: what they come to, in CHF.
        given_back: what of that is given back, below zero: charged for months in which the State is in another class.
        unverified: what of the amount follows a unit that no source states.
        otherwise: what was charged before at another price than it would be now, because the unit was stated since. It
            stays as it was invoiced; `book.dues.credit` gives it back, and the next pass charges it anew.
        without_account: the States with a class whose administration is not in the book, by code; they are not charged.
        without_class: the States of which no class is known in the year, by code.
        assessment_id: the pass on record; None where it wrote nothing.
    """

    year: int
    issued_on: date
    due_on: date
    states: int
    units: Fraction
    unit_amount: Decimal
    doubt: str
    due: Decimal
    charged_before: int
    invoices: int
    amount: Decimal
    given_back: Decimal
    unverified: Decimal
    without_account: tuple[str, ...]
    without_class: tuple[str, ...]
    otherwise: tuple[PricedOtherwise, ...] = ()
    assessment_id: int | None = None


@dataclass(frozen=True, slots=True)
class PassOfStates:
    """What a pass over the Member States comes to; nothing is written by it.

    Attributes:
        due: what each State is to contribute.
        lines: what is left to charge to those that have an account, and to be given back, by State.
        otherwise: what those were charged before and would be charged now, where the two differ, by State.
    """

    due: YearOfStates
    lines: Mapping[str, Sequence[ChargeLine]]
    otherwise: Mapping[str, Sequence[tuple[Decimal, Decimal]]]


def passed_over(session: Session, year: int, accounts: Mapping[str, int]) -> PassOfStates:
    """What a pass over the Member States comes to for a year; nothing is written by it.

    Args:
        session: of the read or verb.
        year: the year.
        accounts: on which account the contributions of each State stand.

    Raises:
        NotFound: no unit is on file for the year.
    """
    due = year_of_states(session, year)
    posted: defaultdict[str | None, list[PostedLine]] = defaultdict(list)
    for line in posted_lines(session, session.exec(with_merged(Organization, accounts.values())).all()):
        posted[line.state].append(line)
    lines, otherwise = {}, {}
    for state in sorted(accounts):
        theirs = due.lines.get(state, ()), posted[state], due.unit
        lines[state] = list(to_charge(state, year, *theirs))
        otherwise[state] = list(other_prices(year, *theirs))
    return PassOfStates(due, _none_empty(lines), _none_empty(otherwise))


def assess(
    change: Change, year: int, *, issued_on: date, due_on: date, progress: Progress | None = None
) -> ContributionsAssessed:
    """Invoice what is left to charge of the contribution of every Member State, and give back what is not its class.

    Args:
        change: the verb under way.
        year: the year.
        issued_on: the day of issue.
        due_on: the last day on which it is paid in time.
        progress: is told how far it has come.

    Raises:
        NotFound: no unit is on file for the year.
    """
    session, dates = change.session, {"issued_on": issued_on, "due_on": due_on}
    accounts = state_accounts(session)
    made_up = _locked(session, accounts.values())
    serial = next_serial(session, year)
    this = passed_over(session, year, accounts)
    states, charged = this.due, this.lines
    written: Assessment | None = None
    if charged:
        lines = {accounts[state]: theirs for state, theirs in charged.items()}
        synthetic = made_up | {accounts[state] for state in _chosen_for_show(session, charged)}
        written = write_invoices(
            change, year, lines, serial=serial, synthetic=synthetic, progress=progress, **dates
        )
        activate_covered(change, lines)  # what is given back may pay for a joining
    posted = [line for theirs in charged.values() for line in theirs]
    rules = unverified_rules(session)
    return ContributionsAssessed(
        year=year,
        states=len(states.lines),
        units=states.units,
        unit_amount=states.unit.amount,
        doubt=states.unit.doubt,
        due=states.due,
        charged_before=len(accounts.keys() & states.lines.keys() - charged.keys()),
        invoices=len(charged),
        amount=_total(posted),
        given_back=_total(line for line in posted if line.amount < 0),
        unverified=_total(line for line in posted if rules.covers(line.rule, line.units)),
        otherwise=tuple(otherwise(session, this, accounts)),
        without_account=tuple(sorted(states.lines.keys() - accounts.keys())),
        without_class=states.without_class,
        assessment_id=written.id if written else None,
        **dates,
    )


def _locked(session: Session, accounts: Collection[int]) -> set[int]:
    """Keep the accounts as they are until the pass is over, and say which of them are made up."""
    theirs = select(Organization.id, Organization.synthetic).where(among(col(Organization.id), accounts))
    rows = session.exec(theirs.order_by(col(Organization.id)).with_for_update(key_share=True))
    return {number for number, synthetic in rows if synthetic}


def _chosen_for_show(session: Session, states: Iterable[str]) -> Iterable[str]:
    """The States of which a class was recorded that is made up."""
    made_up = select(ContributionChoice.state).where(
        col(ContributionChoice.state).in_(list(states)), col(ContributionChoice.synthetic)
    )
    return session.exec(made_up)


def otherwise(session: Session, this: PassOfStates, accounts: Mapping[str, int]) -> Iterator[PricedOtherwise]:
    """What was charged before at another price than a pass would charge it at now, by account.

    Args:
        session: of the read or verb.
        this: the pass.
        accounts: on which account the contributions of each State stand.
    """
    names = names_of(session, [accounts[state] for state in this.otherwise])
    for state, prices in this.otherwise.items():
        for both in prices:
            yield PricedOtherwise(accounts[state], names[accounts[state]], None, *both)


def _none_empty(found: Mapping[str, Sequence[T]]) -> Mapping[str, Sequence[T]]:
    return {state: of for state, of in found.items() if of}


def _total(lines: Iterable[ChargeLine]) -> Decimal:
    return sum((line.amount for line in lines), ZERO)
