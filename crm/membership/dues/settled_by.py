"""What a payment pays, as the book stands: pure, so that it can be shown before anything is entered."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from crm.membership.contract.contract_case import ContractCase, Receipt
from crm.membership.contract.owed import owed_items
from crm.membership.dues.balance import ZERO
from crm.shown import Shown


@dataclass(frozen=True, slots=True)
class Settled(Shown):
    """What of a payment goes to an invoice, by its number; without one it stays to the credit of the account.

    Attributes:
        amount: in CHF.
        left: what stays open of the invoice.
    """

    number: str | None
    amount: Decimal
    left: Decimal = ZERO

    def __str__(self) -> str:
        if self.number is None:
            return f"CHF {self.amount:,.2f} stays to its credit"
        rest = f", of which CHF {self.left:,.2f} stays open" if self.left else ""
        return f"CHF {self.amount:,.2f} for {self.number}{rest}"


def settled_by(case: ContractCase, receipt: Receipt) -> tuple[Settled, ...]:
    """What a payment pays once all that is on file has been taken into account, the invoice due first before the others.

    Args:
        case: what is on file about the account, without the payment.
        receipt: the payment.
    """
    parts = tuple(_paid(case, receipt))
    rest = receipt.amount_chf - sum((part.amount for part in parts), ZERO)
    return (*parts, Settled(None, rest)) if rest > 0 else parts


def _paid(case: ContractCase, receipt: Receipt) -> Iterator[Settled]:
    open_ = {item.number: item.steps[-1][1] for item in owed_items(case)}
    for item in owed_items(replace(case, receipts=(*case.receipts, receipt))):
        left = item.steps[-1][1]
        if paid := max(open_[item.number] - left, ZERO):
            yield Settled(item.number, paid, left)
