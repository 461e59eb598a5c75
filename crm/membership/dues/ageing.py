"""How old arrears are, against the steps that follow from them: due date, suspension, exclusion."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from sqlmodel import Session, col, func, select

from crm.directory.merged import keeper_ids, with_merged
from crm.directory.tables import Organization
from crm.garbage import no_collection
from crm.membership.contract.owed import reached_on, suspended_from
from crm.membership.dues.balance import ZERO, OpenItem
from crm.membership.dues.dues_tables import Invoice, Payment
from crm.membership.dues.entries import entries_of
from crm.reference.membership_rules import MembershipRules, membership_rules
from crm.shown import Shown


class Age(StrEnum):
    """How far an open amount has come on the ladder.

    Attributes:
        NOT_DUE: its due date (31 March for yearly dues) has not passed.
        ON_PLAN: a repayment plan that is kept covers it: it is no arrears, and its days stand still.
        OVERDUE: the due date has passed; interest accrues.
        SUSPENSION: as many days have passed as lead to suspension (180).
        EXCLUSION: so have the days from the notice of suspension to exclusion (90), if it was given at once.
    """

    NOT_DUE = "not_due"
    ON_PLAN = "on_plan"
    OVERDUE = "overdue"
    SUSPENSION = "suspension"
    EXCLUSION = "exclusion"


_NOTHING = dict.fromkeys(Age, ZERO)

IN_TIME = frozenset({Age.NOT_DUE, Age.ON_PLAN})
"""The ages that are no arrears."""


@dataclass(frozen=True, slots=True)
class Aged(Shown):
    """What an account owes on a day, by age; what an applicant is asked for it does not owe.

    Attributes:
        organization_id: the account.
        by_age: what is open of each age.
        items: the invoices of which something is open, the one that was due first before the others.
    """

    organization_id: int
    by_age: Mapping[Age, Decimal]
    items: tuple[OpenItem, ...]

    @property
    def overdue(self) -> Decimal:
        """What is overdue, of whatever age."""
        return sum((amount for age, amount in self.by_age.items() if age not in IN_TIME), ZERO)

    @property
    def oldest_due_on(self) -> date:
        """The day on which the oldest of it was due."""
        return self.items[0].due_on


def age_of(item: OpenItem, day: date, rules: MembershipRules) -> Age:
    """How old an open invoice is on a day; the days on which a plan was kept do not count."""
    if day <= item.due_on:
        return Age.NOT_DUE
    if item.on_plan(day):
        return Age.ON_PLAN
    on = rules.on(item.due_on)
    if day >= reached_on(item, on.suspension_days + on.exclusion_days):
        return Age.EXCLUSION
    return Age.SUSPENSION if day >= suspended_from(item, rules) else Age.OVERDUE


def aged(organization_id: int, items: Iterable[OpenItem], day: date, rules: MembershipRules) -> Aged:
    """What an account owes on a day, by age."""
    open_ = [(item, left) for item in items if (left := item.owed(day))]
    by_age = dict(_NOTHING)
    for item, left in open_:
        by_age[age_of(item, day, rules)] += left
    return Aged(organization_id, by_age, tuple(item for item, _ in open_))


def ageing(session: Session, day: date, *, accounts: Iterable[int] | None = None) -> Iterator[Aged]:
    """Every account that owes something on a day, the one whose oldest invoice was due first before the others.

    Args:
        session: reads the book.
        day: the day.
        accounts: only these, by id, with what was merged into them; all where none are given.
    """
    rules = membership_rules(session)
    with no_collection():
        found = entries_of(session, _owing(session, day, accounts))
        each = (aged(number, entries.items, day, rules) for number, entries in found.items())
        owing = (row for row in each if row.items)
        return iter(sorted(owing, key=lambda row: (row.oldest_due_on, row.organization_id)))


def _owing(session: Session, day: date, accounts: Iterable[int] | None) -> list[int]:
    """The accounts that owe anything on a day, due or not; what was merged counts with what it was merged into."""
    charged = select(Invoice.organization_id, func.sum(Invoice.amount)).where(col(Invoice.issued_on) <= day)
    paid = select(Payment.organization_id, -func.sum(Payment.amount_chf)).where(
        col(Payment.received_on) <= day
    )
    if accounts is not None:
        theirs = session.exec(with_merged(Organization, accounts)).all()
        charged = charged.where(col(Invoice.organization_id).in_(theirs))
        paid = paid.where(col(Payment.organization_id).in_(theirs))
    sums = [
        *session.connection().execute(charged.group_by(col(Invoice.organization_id))).all(),
        *session.connection().execute(paid.group_by(col(Payment.organization_id))).all(),
    ]
    keepers = keeper_ids(session, Organization, {number for number, _ in sums})
    balances: dict[int, Decimal] = {}
    for number, amount in sums:
        keeper = keepers.get(number, number)
        balances[keeper] = balances.get(keeper, ZERO) + amount
    return [number for number, balance in balances.items() if balance > 0]
