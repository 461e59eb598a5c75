"""Importing payments: what a bank or the finance system says came in, matched to accounts and invoices."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Any

from sqlmodel import Session

from crm.directory.staff import today_of
from crm.directory.tables import Organization
from crm.errors import AccordError, InvalidInput, Refused
from crm.imports.amounts import amount
from crm.imports.cells import day
from crm.imports.judgement import Circumstances, Judgement, Numbers, Put
from crm.imports.kind import Kind, Rules
from crm.imports.ledgers import Ledgers
from crm.imports.payment_draft import PaymentDraft
from crm.imports.verdicts import Note, NoteKind, Problem, ProblemKind, Verdict
from crm.imports.whose import FIELDS, Whose
from crm.membership.contract.contract_case import Receipt
from crm.membership.dues.dues_tables import Payment
from crm.membership.dues.payments import another, is_same, rate_of
from crm.membership.dues.settled_by import settled_by
from crm.membership.joining.application_invoices import activate_covered
from crm.reference.fee_schedule import to_the_cent
from crm.reference.money import currency_of
from crm.store.store import Store


class PaymentField(StrEnum):
    """What of a payment a file can hold.

    Attributes:
        ORGANIZATION: who paid, by any key.
        INVOICE: the number of the invoice that it is for; alone, it says whose the payment is, too.
        ON: the day on which it counts as paid.
        AMOUNT: in the currency in which it was paid.
        CURRENCY: ISO 4217 code; CHF where the file says nothing.
        RATE: for another currency, how many CHF one unit of it was worth on that day.
        REFERENCE: what the source calls the payment; no two of a source bear the same.
        KEY: what the source itself calls the account.
    """

    ORGANIZATION = "organization"
    INVOICE = "invoice"
    ON = "on"
    AMOUNT = "amount"
    CURRENCY = "currency"
    RATE = "rate"
    REFERENCE = "reference"
    KEY = "key"


class PaymentRules(Rules[PaymentDraft]):
    """The rules for a file of payments: each is entered once, by its reference."""

    def __init__(self, shared: Circumstances, today: date) -> None:
        self._shared = shared
        self._today = today
        self._whose = Whose(shared.source)
        self._ledgers = Ledgers(shared.source)
        self._touched: set[int] = set()
        self._numbers: Numbers

    def draft(self, row: int, cells: tuple[str, ...]) -> PaymentDraft:
        """An empty draft of a row."""
        return PaymentDraft(row, cells)

    def read(self, draft: PaymentDraft, field: str, text: str) -> None:
        """Read one cell."""
        match field:
            case "invoice":
                draft.take_invoice(text)
            case "on":
                draft.on = self._past(day(text))
            case "amount":
                draft.amount = amount(text)
            case "currency":
                draft.currency = currency_of(text)
            case "rate":
                draft.rate_text = text.replace(",", ".")
            case "reference":
                draft.reference = " ".join(text.split())
            case _:
                draft.take(field, text)

    def complete(self, draft: PaymentDraft) -> None:
        """Say what it counts for in CHF, as far as the row can be read."""
        if draft.problems:
            return
        try:
            draft.rate = rate_of(draft.rate_text, draft.currency)
            draft.amount_chf = to_the_cent(draft.amount * draft.rate)
            if not draft.amount_chf:
                raise InvalidInput("It comes to nothing.", field="amount")
        except AccordError as error:
            draft.problems.append(Problem.of(error, field=error.field or "rate", value=draft.rate_text or ""))

    def look_up(self, session: Session, drafts: Sequence[PaymentDraft], numbers: Numbers) -> None:
        """Find who paid, the invoices, what is open of them, and what is on record by the same references."""
        self._numbers = numbers
        self._touched = set()
        accounts = self._whose.look_up(session, drafts)
        self._ledgers.look_up(session, drafts, accounts)

    def judge(self, draft: PaymentDraft) -> Judgement:
        """Enter what is new, and say what it pays."""
        account = self._account(draft)
        if isinstance(account, Problem):
            return Judgement.refused(account)
        try:
            invoice_id = self._ledgers.invoice_of(draft, account)
        except AccordError as error:
            return Judgement.refused(Problem.of(error, field="invoice", value=draft.invoice))
        values = draft.told() | {"organization_id": account.id, "invoice_id": invoice_id}
        known = self._ledgers.known(draft.reference)
        if known is None:
            return self._new(draft, account, values)
        whose = self._ledgers.payer(known)
        if whose.id == account.id and is_same(known, values | {"invoice_id": None}):
            return Judgement(Verdict.MATCH, known.id, notes=tuple(self._ledgers.differences(known, values)))
        if self._ledgers.is_taken_back(known):
            return self._new(draft, account, values)
        problem = Problem.of(another(known, whose), field="reference", value=known.reference)
        return Judgement.refused(replace(problem, kind=ProblemKind.REPEATED))

    def follow_up(self, store: Store) -> None:
        """Begin the memberships of applicants whose joining invoices are covered."""
        if self._touched:
            with store.changing("payments.imported") as change:
                activate_covered(change, self._touched)

    def _past(self, on: date) -> date:
        if on > self._today:
            raise Refused(f"{on} is still to come.", rule="dues.not_ahead")
        return on

    def _account(self, draft: PaymentDraft) -> Organization | Problem:
        """Who paid: whom the row names, or whose invoice it names."""
        if draft.organization or draft.key:
            return self._whose.of(draft)
        return self._ledgers.owner(draft.invoice) or _unknown(draft)

    def _new(self, draft: PaymentDraft, account: Organization, values: dict[str, Any]) -> Judgement:
        receipt = Receipt(draft.paid_on, draft.amount_chf, values["invoice_id"])
        pays = settled_by(self._ledgers.case(account), receipt)
        number = self._numbers.next()
        values |= {"id": number, "source": self._shared.source, "reference": draft.reference}
        values |= {"entry": self._ledgers.entry(draft.reference)}
        values |= {"recorded_at": self._shared.now, "recorded_by": self._shared.actor}
        values |= {"synthetic": self._shared.synthetic}
        self._ledgers.expect(account, receipt, Payment.model_validate(values))
        self._touched.add(account.id)
        notes = [Note(NoteKind.SETTLES, "amount", part.number or "", f"{part}.") for part in pays]
        return Judgement(Verdict.CREATE, number, (Put(Payment, values),), tuple(notes))


def _unknown(draft: PaymentDraft) -> Problem:
    fix = "Name who paid, or correct the number of the invoice."
    return Problem(
        ProblemKind.UNKNOWN, "invoice", draft.invoice, f"There is no invoice {draft.invoice!r}.", fix
    )


def _rules(session: Session, shared: Circumstances, _separator: str) -> PaymentRules:
    return PaymentRules(shared, today_of(session, shared.now, shared.actor))


PAYMENTS = Kind(
    name="payments",
    noun="a payment",
    fields=PaymentField,
    needs=((*FIELDS, "invoice"), ("on",), ("amount",), ("reference",)),
    constants=frozenset({"on", "currency", "rate"}),
    rules=_rules,
    decides="organization",
)
