"""Charging interest: what has accrued on the open items of an account, less what was charged before, as an invoice."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlmodel import Session, col, func, select

from crm.directory.merged import among
from crm.directory.tables import Organization
from crm.errors import Refused
from crm.membership.dues.dues_tables import Invoice, InvoiceKind, InvoiceLine
from crm.membership.dues.entries import Entries, entries_of, interest_charged
from crm.membership.dues.interest import interest_lines
from crm.membership.dues.payments import past_day
from crm.membership.dues.posting import post_invoice
from crm.reference.membership_rules import membership_rules
from crm.store.store import Change


def charge_interest(change: Change, organization: Organization, until: date) -> Invoice | None:
    """Post the interest that has accrued on what is overdue and was not charged before.

    Args:
        change: the verb under way.
        organization: the account.
        until: the last day that counts.

    Returns:
        The invoice; None where there is nothing to charge.

    Raises:
        Refused: interest was charged beyond the day.
    """
    session = change.session
    # Two at once would each charge what the other does.
    session.refresh(organization, with_for_update={"key_share": True})
    items = entries_of(session, [organization.id]).get(organization.id, Entries()).items
    numbers = [item.invoice_id for item in items]
    _refuse_before_charged(session, numbers, until)
    today, rules = past_day(change, None), membership_rules(session)
    charged = interest_charged(session, numbers, by=today)
    lines = list(interest_lines(items, rules, charged=charged, until_on=until))
    if not lines:
        return None
    return post_invoice(
        change,
        organization,
        lines,
        kind=InvoiceKind.INTEREST,
        year=until.year,
        issued_on=today,
        due_on=today + timedelta(days=rules.on(today).due_days),
        synthetic=_any_made_up(session, numbers),
    )


def _any_made_up(session: Session, invoice_ids: Sequence[int]) -> bool:
    made_up = select(Invoice.id).where(among(col(Invoice.id), invoice_ids), col(Invoice.synthetic))
    return session.exec(made_up.limit(1)).first() is not None


def _refuse_before_charged(session: Session, invoice_ids: Sequence[int], until: date) -> None:
    query = select(func.max(InvoiceLine.until_on)).where(among(col(InvoiceLine.overdue_id), invoice_ids))
    last = session.scalar(query)
    if last is not None and last > until:
        raise Refused(
            f"Interest was charged to {last}.", rule="dues.interest", field="until", hint="Name a later day."
        )
