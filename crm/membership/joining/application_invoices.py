"""The joining invoice of an application, and what follows once it is covered: the membership begins by itself."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from crm.directory.merged import keeper_ids, with_merged
from crm.directory.staff import today_of
from crm.directory.tables import Organization
from crm.membership.contract.exemptions import exemptions_between
from crm.membership.dues.balance import OpenItem
from crm.membership.dues.dues_tables import Invoice, InvoiceKind, InvoiceLine
from crm.membership.dues.entries import Entries, entries_of
from crm.membership.dues.exempt_months import paid_stretches
from crm.membership.dues.invoices import posted_lines
from crm.membership.dues.posting import ChargeLine, post_invoice
from crm.membership.dues.rounded_once import rounded_once
from crm.membership.fee_status import fee_statuses
from crm.membership.joining.application import joining_invoices
from crm.membership.joining.application_membership import applicant_of, begin_membership, obstacle
from crm.membership.joining.application_moves import take_step
from crm.membership.joining.application_steps import Status, Step
from crm.membership.joining.application_tables import ApplicationRecord
from crm.membership.pricing import Holding, PricedLine, price
from crm.reference.fee_schedule import fee_schedule
from crm.reference.membership_rules import membership_rules
from crm.store.store import Change

_NOTHING_TO_PAY = "Nothing is charged for it."


def post_joining_invoice(change: Change, row: ApplicationRecord, *, on: date) -> None:
    """Issue the joining invoice of an approved application; where nothing is charged, the membership begins at once.

    It is for the year in which the membership begins, from the first day of its month, without the months in which the
    applicant is exempt, and due so many days after the
    invoice as the rules say (`due_days`): the joining year is paid in advance (terms and conditions of membership).

    Args:
        change: the verb under way.
        row: the application, locked and approved.
        on: the day of issue.

    Raises:
        NotFound: the fee tables say nothing for it.
        Refused: the day is to come, or before the approval.
    """
    applicant = applicant_of(change.session, row)
    lines = _lines(change.session, row, applicant)
    if not lines:
        begin_membership(change, row, on=on, reason=_NOTHING_TO_PAY)
        return
    take_step(change, row, Step.INVOICED, on=on)
    due = membership_rules(change.session).on(on).due_days
    _post(change, row, lines, kind=InvoiceKind.JOINING, on=on, due_days=due)
    activate_covered(change, [applicant.id])


def credit_joining_invoice(change: Change, row: ApplicationRecord) -> None:
    """Give back today what was charged for an application that came to nothing, if anything was."""
    query = select(InvoiceLine).where(col(InvoiceLine.application_id) == row.id)
    charged = change.session.scalars(query.order_by(col(InvoiceLine.id))).all()
    if charged:
        today = today_of(change.session, change.now, change.actor)
        lines = [replace(_line(row, line, sign=-1), credits_id=line.invoice_id) for line in charged]
        _post(change, row, lines, kind=InvoiceKind.CREDIT, on=today, due_days=0)


def activate_covered(change: Change, organization_ids: Collection[int]) -> None:
    """Let the memberships begin whose joining invoices are covered, in the transaction that covers them.

    Where one cannot begin, because the organisation has become a member there in another way, the money is entered all
    the same and the application waits for us with the reason. One whose payment was taken back waits for it again.

    Args:
        change: the verb that has entered a payment, a reversal, a credit or an invoice.
        organization_ids: whose; one that was merged into another leads to its keeper.
    """
    session = change.session
    for row in _unsettled(session, organization_ids):
        item = _item(session, row)
        if row.status is Status.INVOICED and item.cleared_on is not None:
            _paid(change, row, item.cleared_on)
        elif row.status is Status.PAID and item.cleared_on is None:
            take_step(change, row, Step.UNPAID, on=max(item.steps[-1][0], row.since_on))


def _paid(change: Change, row: ApplicationRecord, on: date) -> None:
    against = obstacle(change.session, row)
    take_step(change, row, Step.PAID, on=on, reason=against)
    if not against:
        begin_membership(change, row, on=on, reason="")


def _unsettled(session: Session, organization_ids: Collection[int]) -> Sequence[ApplicationRecord]:
    waiting = col(ApplicationRecord.status).in_([Status.INVOICED, Status.PAID])
    keepers = keeper_ids(session, Organization, set(organization_ids))
    accounts = [keepers.get(number, number) for number in organization_ids]
    theirs = col(ApplicationRecord.organization_id).in_(with_merged(Organization, accounts))
    query = select(ApplicationRecord).where(theirs, waiting).order_by(col(ApplicationRecord.id))
    return session.scalars(query.with_for_update()).all()


def _item(session: Session, row: ApplicationRecord) -> OpenItem:
    """How much of its joining invoice was open when."""
    account = keeper_ids(session, Organization, [row.organization_id]).get(
        row.organization_id, row.organization_id
    )
    items = entries_of(session, [account]).get(account, Entries()).items
    invoice = joining_invoices(session, [row.id])[row.id]
    return next(item for item in items if item.invoice_id == invoice.id)


def _lines(session: Session, row: ApplicationRecord, applicant: Organization) -> Sequence[ChargeLine]:
    assert row.starts_on is not None  # fixed by the approval
    status = fee_statuses(session, [applicant.id], on=row.starts_on)[applicant.id]
    holding = Holding(
        coverage=row.coverage,
        category=row.category,
        units=row.units,
        development=status.development,
        headquarters=status.headquarters,
        size=applicant.size,
    )
    last = date(row.starts_on.year, 12, 31)
    exempt = exemptions_between(session, [applicant.id], row.starts_on, last).get(applicant.id, ())
    schedule = fee_schedule(session)
    priced = (
        line
        for first, until in paid_stretches(exempt, row.starts_on, last)
        for line in price(schedule, holding, since_on=first, until_on=until)
    )
    ids = session.exec(with_merged(Organization, [applicant.id])).all()
    return list(rounded_once(posted_lines(session, ids), (_line(row, line) for line in priced)))


def _line(row: ApplicationRecord, line: PricedLine | InvoiceLine, *, sign: int = 1) -> ChargeLine:
    said = ("since_on", "until_on", "months", "rule", "basis", "yearly")
    values = {name: getattr(line, name) for name in said} | {"amount": sign * line.amount}
    mine = {name: getattr(row, name) for name in ("coverage", "category", "units")}
    return ChargeLine(**values, **mine, application_id=row.id)


def _post(
    change: Change,
    row: ApplicationRecord,
    lines: Sequence[ChargeLine],
    *,
    kind: InvoiceKind,
    on: date,
    due_days: int,
) -> Invoice:
    return post_invoice(
        change,
        applicant_of(change.session, row),
        lines,
        kind=kind,
        year=lines[0].since_on.year,
        issued_on=on,
        due_on=on + timedelta(days=due_days),
        synthetic=row.synthetic,
    )
