"""What the book holds on those who paid: their invoices, what is open of them, and payments by the same references."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlmodel import Session, col, select

from crm.directory.merged import among, keeper_ids
from crm.directory.resolve import label
from crm.directory.tables import Organization
from crm.errors import Ambiguous, NotFound
from crm.imports.batches import ImportRow
from crm.imports.payment_draft import PaymentDraft
from crm.imports.verdicts import Note, NoteKind
from crm.membership.contract.contract_case import ContractCase, Receipt
from crm.membership.contract.contract_facts import owing_cases
from crm.membership.contract.owed import owed_items
from crm.membership.dues.dues_tables import Invoice, Payment
from crm.membership.dues.payments import refuse_odd_invoice

_FEW = 5


class Ledgers:
    """The ledgers of those who paid; what earlier rows of the chunk enter counts.

    Args:
        source: what the source of the file is called.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._invoices: Mapping[str, Invoice] = {}
        self._numbers: Mapping[int, str] = {}
        self._accounts: dict[int, Organization] = {}
        self._cases: dict[int, ContractCase] = {}
        self._known: dict[str, Payment] = {}
        self._taken_back: frozenset[int] = frozenset()
        self._reverted: frozenset[int] = frozenset()

    def look_up(
        self, session: Session, drafts: Sequence[PaymentDraft], accounts: Iterable[Organization]
    ) -> None:
        """Find out what the book holds on some rows; who else pays for one of the accounts waits."""
        self._invoices = _invoices(session, {draft.invoice for draft in drafts if draft.invoice})
        self._known = _known(session, self._source, {draft.reference for draft in drafts})
        self._taken_back = _taken_back(session, self._known.values())
        self._reverted = _reverted(session, self._taken_back)
        owners = {invoice.organization_id for invoice in self._invoices.values()}
        payers = {payment.organization_id for payment in self._known.values()}
        self._accounts = _keepers(session, {*owners, *payers, *(account.id for account in accounts)})
        self._cases = dict(owing_cases(session, {account.id for account in self._accounts.values()}))
        self._numbers = {charge.id: charge.number for case in self._cases.values() for charge in case.charges}

    def owner(self, number: str) -> Organization | None:
        """Whose an invoice is."""
        invoice = self._invoices.get(number)
        return None if invoice is None else self._accounts[invoice.organization_id]

    def payer(self, payment: Payment) -> Organization:
        """Whose a payment is."""
        return self._accounts[payment.organization_id]

    def case(self, account: Organization) -> ContractCase:
        """What is on file about an account."""
        return self._cases.get(account.id, ContractCase())

    def known(self, reference: str) -> Payment | None:
        """The payment that the source calls so, on record or in an earlier row, unless its import was taken back."""
        found = self._known.get(reference)
        return None if found is None or found.id in self._reverted else found

    def is_taken_back(self, payment: Payment) -> bool:
        """Whether somebody has reversed a payment."""
        return payment.id in self._taken_back

    def entry(self, reference: str) -> int:
        """How many times a payment will have been entered by a reference."""
        found = self._known.get(reference)
        return 1 if found is None else found.entry + 1

    def expect(self, account: Organization, receipt: Receipt, payment: Payment) -> None:
        """Take in what a row enters, so that the rows that follow find it."""
        case = self.case(account)
        self._cases[account.id] = replace(case, receipts=(*case.receipts, receipt))
        self._accounts[account.id] = account
        self._known[payment.reference] = payment

    def invoice_of(self, draft: PaymentDraft, account: Organization) -> int | None:
        """The invoice that a payment is for, where the row names one.

        Raises:
            NotFound: there is none of that number; what is open of the account are the candidates.
            Ambiguous: it is another account's.
            Refused: it gives something back.
        """
        if not draft.invoice:
            return None
        owner = self.owner(draft.invoice)
        if owner is None:
            raise NotFound(
                f"There is no invoice {draft.invoice!r}.",
                candidates=self._open(account),
                hint="Correct the number, or leave it empty: the payment then settles what was due first.",
            )
        if owner.id != account.id:
            raise Ambiguous(
                f"{draft.invoice} was issued to {owner.name}, and the row names {account.name}.",
                candidates=[label(owner), label(account)],
                hint="Leave the wrong one of the two empty.",
            )
        invoice = self._invoices[draft.invoice]
        refuse_odd_invoice(invoice, theirs=[invoice.organization_id])
        return invoice.id

    def differences(self, known: Payment, values: Mapping[str, Any]) -> Iterator[Note]:
        """What a person had better know of a payment that is on record."""
        if self.is_taken_back(known):
            text = "It was taken back in the book, and stays so."
            yield Note(NoteKind.CHECK, "reference", known.reference, text)
        meant = values["invoice_id"]
        if meant not in {None, known.invoice_id}:
            held = self._numbers.get(known.invoice_id or 0, "what was due first")
            text = f"Here it is for {self._numbers[meant]}; in the book it is for {held}, and stays so."
            yield Note(NoteKind.DIFFERS, "invoice", self._numbers[meant], text)

    def _open(self, account: Organization) -> list[str]:
        last = ((item.number, item.steps[-1][1]) for item in owed_items(self.case(account)))
        return [f"{number} (CHF {left:,.2f} open)" for number, left in last if left][:_FEW]


def _invoices(session: Session, numbers: set[str]) -> dict[str, Invoice]:
    query = select(Invoice).where(col(Invoice.number).in_(numbers))
    return {invoice.number: invoice for invoice in session.exec(query)}


def _known(session: Session, source: str, references: set[str]) -> dict[str, Payment]:
    """The payments of a source by reference; of one that was entered anew the last."""
    query = select(Payment).where(Payment.source == source, col(Payment.reference).in_(references))
    entered = query.where(col(Payment.reverses_id).is_(None)).order_by(col(Payment.entry))
    return {row.reference: row for row in session.exec(entered)}


def _taken_back(session: Session, payments: Iterable[Payment]) -> frozenset[int]:
    query = select(Payment.reverses_id).where(among(col(Payment.reverses_id), {row.id for row in payments}))
    return frozenset(number for number in session.exec(query) if number is not None)


def _reverted(session: Session, payments: frozenset[int]) -> frozenset[int]:
    """Those of some payments of which the import was taken back."""
    query = select(ImportRow.subject_id).where(
        among(col(ImportRow.subject_id), payments), col(ImportRow.reverted_at).is_not(None)
    )
    return frozenset(number for number in session.exec(query) if number is not None)


def _keepers(session: Session, ids: set[int]) -> dict[int, Organization]:
    """The accounts that stand for these, held until the chunk is written."""
    keepers = keeper_ids(session, Organization, ids)
    wanted = {keepers.get(number, number) for number in ids}
    query = select(Organization).where(among(col(Organization.id), wanted)).order_by(col(Organization.id))
    found = {row.id: row for row in session.exec(query.with_for_update(key_share=True))}
    return {number: found[keepers.get(number, number)] for number in ids}
