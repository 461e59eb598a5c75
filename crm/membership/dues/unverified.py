"""Which of what was charged rests on a fee that no source states: told by the rule that each line follows."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlmodel import Session, col, func, select

from crm.directory.merged import among
from crm.membership.dues.dues_tables import InvoiceLine
from crm.reference.contributory_units import ContributoryUnit
from crm.reference.facts import Certainty
from crm.reference.fees import ClassMinimum, Fee
from crm.shown import Shown


@dataclass(frozen=True, slots=True)
class UnverifiedRules(Shown):
    """The rules that no source states, to be asked with `line.rule in rules`.

    Attributes:
        keys: the lines of the tables of fees and units that are unverified; interest says so in its rule itself.
    """

    keys: frozenset[str]

    def __contains__(self, rule: object) -> bool:
        return rule in self.keys or str(rule).endswith(f"({Certainty.UNVERIFIED})")


def unverified_rules(session: Session) -> UnverifiedRules:
    """The rules that no source states as of now; those that are retired too, since invoices name them still."""
    fees = select(Fee.key).where(Fee.certainty == Certainty.UNVERIFIED)
    minimums = select(ClassMinimum.key).where(ClassMinimum.certainty == Certainty.UNVERIFIED)
    units = select(ContributoryUnit).where(ContributoryUnit.certainty == Certainty.UNVERIFIED)
    keys = [*session.exec(fees), *session.exec(minimums), *(unit.key for unit in session.exec(units))]
    return UnverifiedRules(frozenset(keys))


def unverified_of(session: Session, invoice_ids: Iterable[int]) -> Mapping[int, Decimal]:
    """What of some invoices rests on rules that no source states, in CHF, by the invoice; only where something does."""
    rules = unverified_rules(session)
    query = (
        select(InvoiceLine.invoice_id, InvoiceLine.rule, func.sum(InvoiceLine.amount))
        .where(among(col(InvoiceLine.invoice_id), invoice_ids))
        .group_by(col(InvoiceLine.invoice_id), col(InvoiceLine.rule))
    )
    found: dict[int, Decimal] = defaultdict(Decimal)
    for invoice, rule, amount in session.exec(query):
        if rule in rules:
            found[invoice] += amount
    return found
