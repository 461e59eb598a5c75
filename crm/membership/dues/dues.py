"""`book.dues`: what members are charged, pay and owe. A ledger for account management; the books are kept elsewhere."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from sqlmodel import Session

from crm.directory.merged import with_merged
from crm.directory.resolve import OrganizationKey, find_organization
from crm.directory.staff import day_asked, day_said, today_of
from crm.directory.tables import Organization
from crm.membership.dues.ageing import Aged, ageing
from crm.membership.dues.assessed import Assessed
from crm.membership.dues.assessing import assess
from crm.membership.dues.charging_interest import charge_interest
from crm.membership.dues.crediting import credit_invoice
from crm.membership.dues.dues_tables import Invoice, InvoiceLine, Payment
from crm.membership.dues.invoices import (
    InvoiceKey,
    PostedInvoice,
    find_invoice,
    invoices_of,
    lines_of,
    with_lines,
)
from crm.membership.dues.invoicing import Progress, dates_of
from crm.membership.dues.payments import (
    FINANCE,
    PaymentKey,
    enter_payment,
    find_payment,
    past_day,
    payments_of,
    take_back,
)
from crm.membership.dues.statement import Statement, statement_of
from crm.membership.dues.unverified import UnverifiedRules, unverified_of, unverified_rules
from crm.membership.joining.application_invoices import activate_covered
from crm.reference.languages import known_language
from crm.store.store import Store


class Dues:
    """`book.dues`: assess a year, enter and reverse payments, credit invoices, charge interest, and read how an account stands.

    It is a ledger for account management with an export for the finance system, which keeps the books.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def assess(
        self,
        year: int,
        *,
        issued_on: date | str | None = None,
        dry_run: bool = False,
        progress: Progress | None = None,
    ) -> Assessed:
        """Invoice the dues of a year for every membership that runs in it, once, however often this is done.

        What a membership costs follows from its category, Sector and class, by the tables as of the month from which it
        pays in the year, and from the country and size of its organisation, as they are on file when it is assessed. What
        was charged before at another price stays as it is, and is told in `otherwise`. Months that an invoice has charged already, for joining or for a
        change, are not charged again. What was charged for months in which a membership has ended, or runs in another category
        or class by now, is given back (unverified: no source says what becomes of it), and the other one is charged. A body
        is charged for no month in which it is exempt, and is listed. The contributions of Member States are a pass of their
        own: `book.contributions.assess`.

        Args:
            year: the year.
            issued_on: the day of issue; today where none is given. Invoices go out by 15 September of the year before.
            dry_run: only say what would be invoiced.
            progress: is told how many invoices are written, and of how many.

        Raises:
            NotFound: the fee tables say nothing for a membership.
            Refused: the day of issue is still to come, or the year is not the next one yet.
        """
        with self._store.changing("dues.assessed", dry_run=dry_run) as change:
            issued, due = dates_of(change, year, issued_on)
            done = assess(change, year, issued_on=issued, due_on=due, progress=progress)
        return replace(done, assessment_id=None) if dry_run else done

    def pay(
        self,
        key: OrganizationKey,
        amount: Decimal | int | str,
        *,
        on: date | str,
        reference: str,
        currency: str = "CHF",
        rate: Decimal | int | str | None = None,
        invoice: InvoiceKey | None = None,
        source: str = FINANCE,
        synthetic: bool = False,
        dry_run: bool = False,
    ) -> Payment:
        """Enter what an account paid. It settles what was due first; entering the same payment again changes nothing.

        What an account pays for a named invoice settles that one before all others, e.g. while it disputes an older one;
        what it owes altogether is the same. A payment that covers the joining invoice of an applicant begins its membership.

        Args:
            key: which account.
            amount: what it paid, a part or more than it owes, in the currency in which it paid.
            on: the day on which it counts as paid.
            reference: what the source calls this payment; no two payments of a source bear the same, but for those that
                were taken back.
            currency: ISO 4217 code.
            rate: for another currency than CHF, how many CHF one unit of it was worth on that day.
            invoice: the invoice that it is for, where the account has named one ("2027-000001").
            source: who told of it.
            synthetic: whether it is made up for a demonstration or test.
            dry_run: only say what would be entered.

        Raises:
            InvalidInput: an amount, currency or rate is not what it should be.
            NotFound: there is no such invoice.
            AlreadyExists: the source has told of another payment by that reference.
            Refused: the day is still to come, or the invoice is somebody else's.
        """
        with self._store.changing("payment.entered", dry_run=dry_run) as change:
            account = find_organization(change.session, key)
            fields = {"amount": amount, "currency": currency, "rate": rate, "on": on, "invoice": invoice}
            fields |= {"source": source, "reference": reference, "synthetic": synthetic}
            payment = enter_payment(change, account, fields)
            activate_covered(change, [account.id])
            return payment

    def reverse(self, payment: PaymentKey, *, on: date | str, reason: str, dry_run: bool = False) -> Payment:
        """Take a payment back that came to nothing; what is open is what it would be without the payment.

        Args:
            payment: the payment, its number, or its reference.
            on: the day on which it was taken back.
            reason: why.
            dry_run: only say what would be entered.

        Returns:
            The reversal.

        Raises:
            Refused: it was reversed before, or is a reversal, or the day does not fit.
        """
        with self._store.changing("payment.reversed", reason=reason or None, dry_run=dry_run) as change:
            reversal = take_back(change, find_payment(change.session, payment), on=on, reason=reason)
            activate_covered(change, [reversal.organization_id])
            return reversal

    def credit(
        self,
        invoice: InvoiceKey,
        *,
        reason: str,
        since: date | str | None = None,
        until: date | str | None = None,
        dry_run: bool = False,
    ) -> PostedInvoice:
        """Give back what an invoice charged, all that is left of it or some months: an invoice below zero, of today.

        What is given back is money for the invoice itself, which bears no interest for as much from its first day on; only what
        was paid of it is free for what is due first. A later `assess` of the year charges the months anew as far as a
        membership runs in them and is not exempt: so an invoice that was wrong is credited, what was wrong is mended, and the
        year is assessed again.

        Args:
            invoice: its number ("2027-000001"), its id, or itself.
            reason: why, for the trail.
            since: a day in the first month that is given back; from its first month on where none is given.
            until: a day in the last month that is; to its last month where none is given.
            dry_run: only say what would be given back.

        Returns:
            The credit, with a line for each line that is credited.

        Raises:
            NotFound: there is no such invoice.
            Refused: nothing of it is left to give back, it is interest, or its application is under way.
        """
        with self._store.changing("invoice.credited", reason=reason or None, dry_run=dry_run) as change:
            first = None if since is None else day_said(change, since, field="since")
            last = None if until is None else day_said(change, until, field="until")
            credited = find_invoice(change.session, invoice)
            written = credit_invoice(change, credited, since=first, until=last, reason=reason)
            activate_covered(change, [written.organization_id])
            return with_lines(change.session, written)

    def charge_interest(
        self, key: OrganizationKey, *, until: date | str | None = None, dry_run: bool = False
    ) -> PostedInvoice | None:
        """Charge an account the interest that has accrued on what is overdue and was not charged before.

        The rates are dated rules (`book.fees.rules()`); they are unverified, and so is the way of counting days.

        Args:
            key: which account.
            until: the last day that counts; today where none is given.
            dry_run: only say what would be charged.

        Returns:
            The invoice with its lines, due as any that is issued within its year (rule `due_days`); one below zero where a payment
            that became known later, or what was given back of an invoice, makes less of it; None where there is nothing to charge.

        Raises:
            Refused: the day is still to come, or interest was charged beyond it.
        """
        with self._store.changing("interest.charged", dry_run=dry_run) as change:
            account = find_organization(change.session, key)
            charged = charge_interest(change, account, past_day(change, until, field="until"))
            return None if charged is None else with_lines(change.session, charged)

    def statement(
        self, key: OrganizationKey, *, on: date | str | None = None, language: str = "en"
    ) -> Statement:
        """The statement of an account as of a day (today): every line, what is open, and what is to be paid by when.

        `book.reports.statement(…)` gives the same as a table and CSV, `book.reports.statement_page(…)` as a page to print
        and send.

        Args:
            key: which account.
            on: the day.
            language: of the words that say what a line is for: "ar", "zh", "en", "fr", "ru" or "es".
        """
        tongue = known_language(language).value
        with self._store.reading() as session:
            day = day_asked(self._store, session, on)
            return statement_of(session, find_organization(session, key), day, language=tongue)

    def ageing(self, *, on: date | str | None = None) -> tuple[Aged, ...]:
        """Every account that owes something on a day (today), by age, the one in arrears for longest first."""
        with self._store.reading() as session:
            return tuple(ageing(session, day_asked(self._store, session, on)))

    def invoices(self, key: OrganizationKey) -> tuple[Invoice, ...]:
        """The invoices of an account and of those merged into it, the one issued first before the others."""
        with self._store.reading() as session:
            return tuple(invoices_of(session, _ids(session, key)))

    def lines(self, invoice: InvoiceKey) -> tuple[InvoiceLine, ...]:
        """The lines of an invoice, by its number ("2027-000001"), id, or itself.

        Raises:
            NotFound: there is no such invoice.
        """
        with self._store.reading() as session:
            return tuple(lines_of(session, find_invoice(session, invoice)))

    def unverified(self, key: OrganizationKey) -> dict[str, Decimal]:
        """What of the invoices of an account is charged by fees that no source states, in CHF, by their number."""
        with self._store.reading() as session:
            invoices = invoices_of(session, _ids(session, key))
            amounts = unverified_of(session, [invoice.id for invoice in invoices])
            return {invoice.number: amounts[invoice.id] for invoice in invoices if invoice.id in amounts}

    def unverified_rules(self) -> UnverifiedRules:
        """The rules of lines that no source states: ask `book.dues.unverified_rules().covers(line.rule, line.units)`."""
        with self._store.reading() as session:
            return unverified_rules(session)

    def payments(self, key: OrganizationKey) -> tuple[Payment, ...]:
        """The payments of an account and their reversals, the first before the others."""
        with self._store.reading() as session:
            return tuple(payments_of(session, _ids(session, key)))

    def _today(self, session: Session) -> date:
        return today_of(session, self._store.now(), self._store.actor)


def _ids(session: Session, key: OrganizationKey) -> Sequence[int]:
    return session.exec(with_merged(Organization, [find_organization(session, key).id])).all()
