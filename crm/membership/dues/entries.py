"""What stands in an account's ledger of dues: its invoices and payments, with those of all that were merged into it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from crm.directory.merged import among, keeper_ids, with_merged
from crm.directory.tables import Organization
from crm.membership.dues.balance import (
    Issued,
    OpenItem,
    Received,
    arrears_on,
    balance_on,
    credit_on,
    open_items,
)
from crm.membership.dues.dues_tables import Invoice, InvoiceLine, Payment


@dataclass(frozen=True)
class Entries:
    """The invoices and payments of one account, and what they come to."""

    invoices: Sequence[Issued] = ()
    payments: Sequence[Received] = ()

    @cached_property
    def items(self) -> tuple[OpenItem, ...]:
        """How much of each invoice was open when."""
        return open_items(self.invoices, self.payments)

    def balance(self, day: date) -> Decimal:
        """What the account owes at the end of a day, due or not; below zero where it has money to its credit."""
        return balance_on(self.invoices, self.payments, day)

    def arrears(self, day: date) -> Decimal:
        """What is overdue at the end of a day."""
        return arrears_on(self.items, day)

    def credit(self, day: date) -> Decimal:
        """What it paid beyond all that was asked for."""
        return credit_on(self.invoices, self.payments, day)


_INVOICE: tuple[Any, ...] = (
    col(Invoice.organization_id),
    col(Invoice.id),
    col(Invoice.number),
    col(Invoice.kind),
    col(Invoice.issued_on),
    col(Invoice.due_on),
    col(Invoice.amount),
)
_PAYMENT: tuple[Any, ...] = (col(Payment.organization_id), col(Payment.received_on), col(Payment.amount_chf))


def entries_of(session: Session, organization_ids: Iterable[int]) -> Mapping[int, Entries]:
    """The entries of accounts that stand for themselves, in two queries however many they are.

    Args:
        session: the session of the verb.
        organization_ids: the accounts; what was merged into them counts with them.

    Returns:
        The entries by account, without those that have none.
    """
    ids = session.exec(with_merged(Organization, organization_ids)).all()
    keepers = keeper_ids(session, Organization, ids)
    invoices, payments = (_by_account(session, columns, ids, keepers) for columns in (_INVOICE, _PAYMENT))
    return {
        number: Entries(invoices.get(number, ()), payments.get(number, ()))
        for number in invoices.keys() | payments.keys()
    }


def _by_account(
    session: Session, columns: tuple[Any, ...], ids: Sequence[int], keepers: Mapping[int, int]
) -> Mapping[int, Sequence[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in session.execute(select(*columns).where(among(columns[0], ids))):
        found[keepers.get(row.organization_id, row.organization_id)].append(row)
    return dict(found)


def interest_charged(session: Session, invoice_ids: Iterable[int], *, by: date) -> Mapping[int, Decimal]:
    """The interest charged on invoices by a day, by the invoice that it is charged on."""
    on_them: Any = select(col(InvoiceLine.overdue_id), func.sum(InvoiceLine.amount))
    issued = on_them.join(Invoice, col(Invoice.id) == col(InvoiceLine.invoice_id)).where(
        among(col(InvoiceLine.overdue_id), invoice_ids), col(Invoice.issued_on) <= by
    )
    return dict(session.execute(issued.group_by(col(InvoiceLine.overdue_id))).all())
