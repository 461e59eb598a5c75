"""Crediting an invoice: what its lines charged, for all months that are left of them or for some, is given back."""

from collections.abc import Iterator, Sequence
from datetime import date

from sqlmodel import Session, col, select

from crm.directory.merged import with_merged
from crm.directory.tables import Organization
from crm.errors import InvalidInput, Refused
from crm.membership.dues.charging import charged_months, months_in, runs
from crm.membership.dues.dues_tables import Invoice, InvoiceKind
from crm.membership.dues.invoices import posted_lines
from crm.membership.dues.payments import past_day
from crm.membership.dues.posting import ChargeLine, post_invoice
from crm.membership.dues.rounded_once import rounded_once
from crm.membership.dues.unused_months import PostedLine, credit_of
from crm.membership.joining.application_tables import ApplicationRecord
from crm.membership.ledger import locked
from crm.store.store import Change


def credit_invoice(
    change: Change, invoice: Invoice, *, since: date | None, until: date | None, reason: str
) -> Invoice:
    """Give back what an invoice charged and nobody has given back, by an invoice below zero.

    Args:
        change: the verb under way.
        invoice: what is credited.
        since: a day in the first month that is given back; the first one that it charges where none is given.
        until: a day in the last month; the last one that it charges where none is given.
        reason: why.

    Raises:
        InvalidInput: there is no reason.
        Refused: nothing of it is left, it is interest, or its application is under way.
    """
    if not reason.strip():
        raise InvalidInput("Why is it given back?", field="reason")
    session = change.session
    organization = locked(session, session.get_one(Organization, invoice.organization_id))
    posted = posted_lines(session, session.exec(with_merged(Organization, [organization.id])).all())
    theirs = [line for line in posted if line.number == invoice.number and line.amount > 0]
    _refuse_pending(session, theirs)
    today = past_day(change, None)
    found = [c for line in theirs for c in _credits(line, posted, since or date.min, until or date.max)]
    lines = list(rounded_once(posted, found))
    if not lines:
        raise _nothing_left(invoice)
    return post_invoice(
        change,
        organization,
        lines,
        kind=InvoiceKind.CREDIT,
        year=invoice.year,
        issued_on=today,
        due_on=today,
        synthetic=invoice.synthetic,
    )


def _credits(
    line: PostedLine, posted: Sequence[PostedLine], since: date, until: date
) -> Iterator[ChargeLine]:
    """What a line charged for the months between two days that are not given back already."""
    same = [line, *(each for each in posted if _gives_back(each, line))]
    first, last = max(line.since_on, since), min(line.until_on, until)
    for year in range(first.year, last.year + 1):
        for stretch in runs(charged_months(same, year) & set(months_in(first, last, year)), year):
            yield credit_of([line], *stretch)


def _gives_back(credit: PostedLine, line: PostedLine) -> bool:
    """Whether a line gives back of the invoice of another one, or of an invoice that nobody has named."""
    about = credit.amount < 0 and credit.credits_id in {None, line.invoice_id}
    return about and _what_for(credit) == _what_for(line)


def _what_for(line: PostedLine) -> tuple[object, ...]:
    # A State changes its class without an event of the ledger of memberships.
    return line.coverage, line.event_id, line.application_id, line.state, line.state and line.units


def _nothing_left(invoice: Invoice) -> Refused:
    interest = invoice.kind is InvoiceKind.INTEREST
    return Refused(
        f"Nothing of {invoice.number} is left to give back.",
        rule="dues.credit",
        field="invoice",
        hint="Interest follows from what is open when: book.dues.charge_interest gives back what was too much."
        if interest
        else None,
    )


def _refuse_pending(session: Session, lines: Sequence[PostedLine]) -> None:
    # What is given back counts as money, so that it would pay for the joining.
    ids = {line.application_id for line in lines if line.application_id is not None}
    pending = col(ApplicationRecord.id).in_(ids) & col(ApplicationRecord.event_id).is_(None)
    if (number := session.exec(select(ApplicationRecord.id).where(pending)).first()) is not None:
        raise Refused(
            f"It is what application {number} waits for.",
            rule="dues.credit",
            field="invoice",
            hint="book.applications.withdraw gives it back.",
        )
