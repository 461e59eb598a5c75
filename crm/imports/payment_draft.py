"""A payment as a row of a file states it."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from crm.imports.verdicts import NoteKind
from crm.imports.whose import AccountDraft
from crm.membership.dues.balance import ZERO
from crm.membership.dues.payments import FRANC
from crm.membership.dues.posting import number_of

_NUMBER = re.compile(r"(?<!\d)(\d{4})\s*[-/]\s*(\d{1,6})(?!\d)")


@dataclass(slots=True)
class PaymentDraft(AccountDraft):
    """A payment as a row states it.

    Attributes:
        invoice: the number of the invoice, in the form in which it is quoted if it could be told.
        amount_chf: what it counts for; known once all cells have been read.
    """

    invoice: str = ""
    on: date | None = None
    amount: Decimal = ZERO
    currency: str = FRANC
    rate_text: str | None = None
    rate: Decimal = Decimal(1)
    amount_chf: Decimal = ZERO
    reference: str = ""

    @property
    def paid_on(self) -> date:
        """The day on which it counts."""
        assert self.on is not None  # a row without its day is refused before
        return self.on

    def take_invoice(self, text: str) -> None:
        """Take in the number of an invoice: "2027-000001", also where it is written as "No. 2027/1"."""
        found = _NUMBER.findall(text)
        self.invoice = number_of(int(found[0][0]), int(found[0][1])) if len(found) == 1 else text
        if self.invoice != text:
            self.note(NoteKind.CORRECTED, "invoice", text, f"{text!r} was read as {self.invoice}.")

    def told(self) -> dict[str, Any]:
        """What the row says of the payment beside whose it is."""
        said = {name: getattr(self, name) for name in ("amount", "currency", "rate", "amount_chf")}
        return said | {"received_on": self.paid_on}
