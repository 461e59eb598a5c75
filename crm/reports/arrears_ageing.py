"""Arrears by age: who owes what since when, against the due date and the days that lead to suspension and exclusion."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from crm.directory.merged import among
from crm.directory.staff import Staff, find_staff
from crm.directory.tables import Organization
from crm.membership.contributions.state_accounts import state_accounts
from crm.membership.dues.ageing import IN_TIME, Age, Aged, age_of, ageing
from crm.membership.dues.dues_tables import Invoice
from crm.membership.dues.statement import NOT_THE_BOOKS
from crm.reference.country import Country
from crm.reference.membership_rules import MembershipRules, RulesOn, membership_rules
from crm.reference.regions import Region, find_region
from crm.reports.accounts import REGION
from crm.reports.behind import Behind, behind_of
from crm.reports.chart import Chart
from crm.reports.columns import Cell, Column, ColumnKind
from crm.reports.notes import synthetic
from crm.reports.reader import Reader
from crm.reports.report import Report
from crm.store.columns import chosen

_NOWHERE = "No region"
_BEHIND = (
    Column(key="invoice", title="Invoice"),
    Column(key="account", title="Account"),
    Column(key="kind", title="For"),
    Column(key="issued", title="Issued", kind=ColumnKind.DATE),
    Column(key="due", title="Due", kind=ColumnKind.DATE),
    Column(key="amount", title="Amount", kind=ColumnKind.MONEY, currency="CHF"),
    Column(key="open", title="Open", kind=ColumnKind.MONEY, currency="CHF"),
)


class Whose(StrEnum):
    """Whose arrears are told.

    Attributes:
        MEMBERS: those of members, and of whoever was one.
        STATES: those of the accounts on which contributions of Member States stand, with all that is open there.
    """

    MEMBERS = "members"
    STATES = "states"


@dataclass(frozen=True, slots=True)
class _Line:
    """An account that owes something, with what is shown of it."""

    aged: Aged
    about: Any

    @property
    def region(self) -> str:
        return self.about.Region.name() if self.about.Region else _NOWHERE

    def cells(self) -> tuple[Cell, ...]:
        ages = (self.aged.by_age[age] for age in Age)
        who = (self.about.name, self.aged.organization_id, self.about.country, self.about.owner)
        return (self.region, *who, self.aged.oldest_due_on, *ages, self.aged.overdue)


def arrears_ageing(
    reader: Reader,
    *,
    kind: str = "members",
    region: str | None = None,
    owner: str | None = None,
    every: bool = False,
    on: date | str | None = None,
    rows: bool = True,
) -> Report:
    """Arrears by age: who owes what since when, against the due date, suspension and exclusion.

    Args:
        reader: reads the book.
        kind: whose arrears: members or states; a Member State is not suspended as a member is.
        region: only accounts based in this development region, by slug or name.
        owner: only accounts of this colleague.
        every: all accounts that owe something, those included with whom nothing is overdue yet.
        on: the day that is asked about; today where none is given.
        rows: whether the open invoices themselves are read with the figures, for `rows_behind`.

    Returns:
        One row an account, by region, the one that has owed for longest first.

    Raises:
        NotFound: there is no such region or colleague.
        InvalidInput: they are neither those of members nor of States.
    """
    whose = chosen(Whose, kind, field="kind")
    as_of, day = reader.store.now(), reader.day(on)
    with reader.store.reading() as session:
        area = find_region(session, region) if region else None
        keeper = find_staff(session, owner) if owner else None
        rules = membership_rules(session)
        owing = [row for row in _owing(session, whose, day) if every or row.overdue]
        found = _lines(session, owing, area, keeper)
        made_up = _made_up(session, found)
    filters = {"kind": whose.value, "region": area and area.name(), "owner": keeper and keeper.name}
    return Report(
        name="arrears-ageing",
        title=f"Arrears of {_SAID[whose]} by age",
        definition=f"{_definition(rules.on(day))} {_STEPS[whose](rules.on(day))} {NOT_THE_BOOKS}",
        denominator=f"All {_SAID[whose]} that owe something on the day{'' if every else ' and are in arrears'}.",
        as_of=as_of,
        on=day,
        filters={name: value for name, value in filters.items() if value},
        columns=_columns(rules.on(day)),
        rows=tuple(line.cells() for line in found),
        behind=_behind(found, day, rules) if rows else None,
        notes=synthetic(made_up),
        grouped_by="region",
        chart=Chart(label="account", value="arrears", empty="Nothing overdue", most=20),
    )


def _owing(session: Session, whose: Whose, day: date) -> Iterator[Aged]:
    """The accounts of members or of States that owe something; none counts as both."""
    states = frozenset(state_accounts(session).values())
    return (row for row in ageing(session, day) if (row.organization_id in states) == (whose is Whose.STATES))


def _lines(session: Session, owing: Sequence[Aged], area: Region | None, keeper: Staff | None) -> list[_Line]:
    """The accounts in the order of their regions; within one, in the order in which they came."""
    about = _about(session, [row.organization_id for row in owing], area, keeper)
    lines = [_Line(row, about[row.organization_id]) for row in owing if row.organization_id in about]
    return sorted(lines, key=lambda line: line.about.Region.position if line.about.Region else 99)


def _about(
    session: Session, ids: Sequence[int], area: Region | None, keeper: Staff | None
) -> Mapping[int, Any]:
    query: Any = (
        select(
            col(Organization.id),
            col(Organization.name),
            col(Organization.country),
            col(Staff.name).label("owner"),
            Region,
        )
        .outerjoin(Staff, col(Staff.id) == col(Organization.owner_id))
        .outerjoin(Country, col(Country.code) == col(Organization.country))
        .outerjoin(Region, col(Region.slug) == col(Country.region))
        .where(among(col(Organization.id), ids))
    )
    if area is not None:
        query = query.where(col(Region.slug) == area.slug)
    if keeper is not None:
        query = query.where(col(Organization.owner_id) == keeper.id)
    return {row.id: row for row in session.execute(query)}


def _made_up(session: Session, found: Sequence[_Line]) -> int:
    """How many of the open invoices are synthetic."""
    numbers = [item.invoice_id for line in found for item in line.aged.items]
    query = select(func.count()).where(among(col(Invoice.id), numbers), col(Invoice.synthetic))
    return session.scalar(query) or 0


def _columns(rules: RulesOn) -> tuple[Column, ...]:
    first, last = rules.suspension_days, rules.suspension_days + rules.exclusion_days
    titles = {
        Age.NOT_DUE: "Not due yet",
        Age.ON_PLAN: "On a repayment plan",
        Age.OVERDUE: f"Overdue, under {first} days",
        Age.SUSPENSION: f"{first} to {last - 1} days",
        Age.EXCLUSION: f"{last} days or more",
    }
    return (
        REGION,
        Column(key="account", title="Account"),
        Column(key="id", title="Id", kind=ColumnKind.ID),
        Column(key="country", title="Country"),
        Column(key="owner", title="Account manager"),
        Column(key="since", title="Oldest due", kind=ColumnKind.DATE),
        *(_francs(age.value, title) for age, title in titles.items()),
        _francs("arrears", "Arrears"),
    )


def _francs(key: str, title: str) -> Column:
    return Column(key=key, title=title, kind=ColumnKind.MONEY, currency="CHF", summed=True)


def _definition(rules: RulesOn) -> str:
    due_on = rules.due_on(2000)  # for the day and month alone
    return (
        f"What is open of the invoices of each account on the day, by the days since it was due: yearly dues on {due_on:%-d %B} "
        "of their year. Money settles what was due first, or the invoice that it is for, and what is given back the invoice that "
        "charged it. What a repayment plan covers that is kept is no arrears, and the days of the plan make nothing older. A step "
        "that was put off, or an exemption, makes nothing younger. What an applicant is asked for is not owed, and makes nothing "
        "older once it is a member."
    )


def _of_members(rules: RulesOn) -> str:
    return (
        f"After {rules.suspension_days} days a member is suspended, and {rules.exclusion_days} days after it received the notice of "
        "that it can be excluded; the oldest amounts are counted as if the notice had been received at once. Member States are told "
        "apart (kind: states)."
    )


def _of_states(_: RulesOn) -> str:
    return (
        "A Member State is not suspended as a member is, whatever the age: it loses its vote, of which the report "
        "arrears-of-member-states tells. Where one is a member as well, all that it owes stands here."
    )


_SAID = {Whose.MEMBERS: "members", Whose.STATES: "Member States"}
_STEPS = {Whose.MEMBERS: _of_members, Whose.STATES: _of_states}


def _behind(found: Sequence[_Line], day: date, rules: MembershipRules) -> Behind:
    """The open invoices behind the amounts."""
    return behind_of(
        ("id",),
        _BEHIND,
        (
            (
                (line.aged.organization_id,),
                _figures(age_of(item, day, rules)),
                (
                    item.number,
                    line.about.name,
                    item.kind.value,
                    item.issued_on,
                    item.due_on,
                    item.amount,
                    item.outstanding(day),
                ),
            )
            for line in found
            for item in line.aged.items
        ),
    )


def _figures(age: Age) -> tuple[str, ...]:
    return (age.value,) if age in IN_TIME else (age.value, "arrears")
