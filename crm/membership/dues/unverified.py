"""Which of what was charged rests on a fee that no source states: told by the rule that each line follows."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import func
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from crm.directory.merged import among
from crm.membership.dues.dues_tables import InvoiceLine
from crm.reference.contributory_units import ContributoryUnit
from crm.reference.development import certainty_of_statuses
from crm.reference.facts import Certainty
from crm.reference.fee_schedule import goes_by_status
from crm.reference.fees import ClassMinimum, Fee
from crm.reference.member_classes import class_certainty
from crm.reference.membership_rules import MembershipRule
from crm.shown import Shown


@dataclass(frozen=True, slots=True)
class UnverifiedRules(Shown):
    """The rules that no source states; `covers` says of a line whether it follows one.

    Attributes:
        keys: the lines of the tables of fees and units, and the rules, that are unverified.
        by_status: the lines that are chosen by who counts as developed, where that is unverified.
        classes: the lowest classes of Sector Members.
    """

    keys: frozenset[str]
    by_status: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()

    def covers(self, rule: str, units: Fraction | None = None) -> bool:
        """Whether what was charged by a rule rests on something that no source states.

        Args:
            rule: the rule of a line, or several with commas between.
            units: the class that a Sector Member has chosen: then it is no matter which the lowest is.
        """
        followed = rule.split(", ")
        if not self.keys.isdisjoint(followed):
            return True
        if units is None or self.classes.isdisjoint(followed):
            return not self.by_status.isdisjoint(followed)
        return class_certainty(units) is Certainty.UNVERIFIED


def unverified_rules(session: Session) -> UnverifiedRules:
    """The rules that no source states as of now; those that are retired too, since invoices name them still."""
    fees, minimums = session.exec(select(Fee)).all(), session.exec(select(ClassMinimum)).all()
    rules = select(MembershipRule.rule).where(MembershipRule.certainty == Certainty.UNVERIFIED)
    tables: list[Sequence[Fee | ClassMinimum]] = [fees, minimums]
    unsure = [line.key for table in tables for line in table if line.certainty is Certainty.UNVERIFIED]
    units = session.exec(select(ContributoryUnit).where(ContributoryUnit.certainty == Certainty.UNVERIFIED))
    doubtful = certainty_of_statuses(session) is Certainty.UNVERIFIED
    return UnverifiedRules(
        keys=frozenset([*unsure, *session.exec(rules), *(unit.key for unit in units)]),
        by_status=frozenset(
            line.key for table in tables for line in table if doubtful and goes_by_status(line, table)
        ),
        classes=frozenset(line.key for line in minimums),
    )


def unverified_of(session: Session, invoice_ids: Iterable[int]) -> Mapping[int, Decimal]:
    """What of some invoices rests on rules that no source states, in CHF, by the invoice; only where something does."""
    rules = unverified_rules(session)
    followed = (col(InvoiceLine.invoice_id), col(InvoiceLine.rule), col(InvoiceLine.units))
    query = columns(*followed, func.sum(col(InvoiceLine.amount))).group_by(*followed)
    found: dict[int, Decimal] = defaultdict(Decimal)
    for invoice, rule, units, amount in session.execute(query.where(among(followed[0], invoice_ids))):
        if rules.covers(rule, units):
            found[invoice] += amount
    return found
