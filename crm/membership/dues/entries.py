"""What stands in an account's ledger of dues: its invoices and payments, with those of all that were merged into it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from crm.directory.merged import among
from crm.membership.contract.contract_case import ContractCase
from crm.membership.contract.contract_facts import owing_cases
from crm.membership.contract.owed import owed_items
from crm.membership.dues.balance import OpenItem, arrears_on, balance_on
from crm.membership.dues.dues_tables import Invoice, InvoiceLine
from crm.membership.dues.interest import Charged


@dataclass(frozen=True)
class Entries:
    """The invoices and payments of one account, and what they come to under the repayment plans that it keeps."""

    case: ContractCase = field(default_factory=ContractCase)

    @cached_property
    def items(self) -> tuple[OpenItem, ...]:
        """How much of each invoice was open when."""
        return owed_items(self.case)

    def balance(self, day: date) -> Decimal:
        """What the account owes at the end of a day, due or not; below zero where it has money to its credit."""
        return balance_on(self.case.charges, self.case.receipts, day)

    def arrears(self, day: date) -> Decimal:
        """What is overdue at the end of a day."""
        return arrears_on(self.items, day)


def entries_of(session: Session, organization_ids: Iterable[int]) -> Mapping[int, Entries]:
    """The entries of accounts that stand for themselves, in a few queries however many they are.

    Args:
        session: the session of the verb.
        organization_ids: the accounts; what was merged into them counts with them.

    Returns:
        The entries by account, without those that have none.
    """
    return {number: Entries(case) for number, case in owing_cases(session, organization_ids).items()}


def interest_charged(session: Session, invoice_ids: Iterable[int], *, by: date) -> Charged:
    """The interest charged on invoices by a day, by the invoice that it is charged on and the one that charges it."""
    about = func.coalesce(col(InvoiceLine.credits_id), col(InvoiceLine.invoice_id))
    on_them: Any = select(col(InvoiceLine.overdue_id), about, func.sum(InvoiceLine.amount))
    issued = on_them.join(Invoice, col(Invoice.id) == col(InvoiceLine.invoice_id)).where(
        among(col(InvoiceLine.overdue_id), invoice_ids), col(Invoice.issued_on) <= by
    )
    found: dict[int, dict[int, Decimal]] = defaultdict(dict)
    for overdue, number, amount in session.execute(issued.group_by(col(InvoiceLine.overdue_id), about)):
        found[overdue][number] = amount
    return found
