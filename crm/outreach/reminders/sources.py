"""What the rules of reminders look at, read from the book: a fixed number of statements, however many accounts there are."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from sqlmodel import Session, col, select

from crm.directory.administrations import administrations_of
from crm.directory.merged import among, keeper_ids
from crm.directory.tables import Organization
from crm.membership.contract.contract_tables import AccountStanding
from crm.membership.dues.ageing import ageing
from crm.membership.dues.balance import OpenItem
from crm.membership.dues.dues_tables import Invoice, InvoiceLine
from crm.membership.dues.entries import Entries, entries_of
from crm.membership.joining.application import handed_out
from crm.membership.joining.application_steps import Party, Step
from crm.membership.joining.application_tables import ApplicationMove, ApplicationRecord
from crm.membership.ledger_tables import MembershipEvent, Term, running, withdrawn
from crm.membership.terms import Coverage, EventKind
from crm.outreach.reminders.arrears import OpenInvoice, Owing, Rung
from crm.outreach.reminders.joining import Applying
from crm.outreach.reminders.notices import Leaving


def owing(
    session: Session, on: date, *, invoice: int | None = None, account: int | None = None
) -> Iterator[Owing]:
    """Every account that owes something on a day beside what a repayment plan covers, with its ladder.

    Args:
        session: reads the book.
        on: the day.
        invoice: only the account of this invoice.
        account: or only this account.
    """
    only = [account] if account is not None else None
    if invoice is not None:
        only = _account_of(session, invoice)
    open_ = {
        each.organization_id: found
        for each in ageing(session, on, accounts=only)
        if (found := _open([item for item in each.items if not item.on_plan(on)], on))
    }
    ladders = _ladders(session, open_)
    for number, invoices in open_.items():
        yield Owing(number, invoices, ladders.get(number, ()))


def applying(session: Session, on: date, *, application: int | None = None) -> Iterator[Applying]:
    """Every application that waits for somebody, as it stands now; or one alone."""
    query = select(ApplicationRecord).where(col(ApplicationRecord.closed_on).is_(None))
    if application is not None:
        query = query.where(ApplicationRecord.id == application)
    rows = session.exec(query.order_by(col(ApplicationRecord.id))).all()
    approved, invoices = _approvals(session, rows), _joining_invoices(session, rows)
    known = administrations_of(session, {row.state for row in rows if row.state})
    told = tuple(handed_out(session, rows, today=on))
    entries = entries_of(session, {found.organization_id for found in told})
    for found in told:
        items = entries.get(found.organization_id, Entries()).items
        theirs = [item for item in items if item.invoice_id in invoices.get(found.id, ())]
        administration = next(iter(known.get(found.state or "", ())), None)
        yield Applying(
            id=found.id,
            applicant_id=found.organization_id,
            applicant=found.organization,
            category=found.category,
            coverage=found.coverage,
            party=found.party or Party.US,
            since_on=found.since_on,
            state=found.state,
            administration_id=administration.id if administration else None,
            missing=found.reason,
            approved_on=approved.get(found.id),
            invoices=_open(theirs, on),
        )


def leaving(session: Session, on: date, *, event: int | None = None) -> Iterator[Leaving]:
    """Every membership that runs on a day and ends by a denunciation of which the notice was received by then.

    Args:
        session: reads the book.
        on: the day.
        event: only by this event of the ledger.
    """
    given = select(MembershipEvent).where(
        col(MembershipEvent.kind) == EventKind.DENUNCIATION,
        col(MembershipEvent.notice_on) <= on,
        col(MembershipEvent.effective_on) > on,
        ~withdrawn(),
    )
    if event is not None:
        given = given.where(MembershipEvent.id == event)
    found = session.exec(given.order_by(col(MembershipEvent.id))).all()
    numbers = {each.organization_id for each in found}
    accounts = {number: number for number in numbers} | keeper_ids(session, Organization, numbers)
    ending = _ending(session, on, accounts.values())
    for each in found:
        account = accounts[each.organization_id]
        # What a later correction has taken back ends no membership.
        if each.notice_on and (account, each.coverage, each.effective_on) in ending:
            yield Leaving(each.id, account, each.coverage, each.notice_on, each.effective_on)


def _account_of(session: Session, invoice: int) -> list[int]:
    """The account of an invoice, or the one that it was merged into."""
    numbers = session.exec(select(Invoice.organization_id).where(Invoice.id == invoice)).all()
    keepers = keeper_ids(session, Organization, numbers)
    return [keepers.get(number, number) for number in numbers]


def _open(items: Iterable[OpenItem], on: date) -> tuple[OpenInvoice, ...]:
    return tuple(
        OpenInvoice(item.invoice_id, item.number, item.due_on, outstanding)
        for item in items
        if (outstanding := item.outstanding(on))
    )


def _ladders(session: Session, accounts: Iterable[int]) -> Mapping[int, tuple[Rung, ...]]:
    spans = select(AccountStanding).where(among(col(AccountStanding.organization_id), accounts))
    found: dict[int, list[Rung]] = defaultdict(list)
    for span in session.exec(spans.order_by(col(AccountStanding.since_on))):
        found[span.organization_id].append(Rung(span.since_on, span.step))
    return {number: tuple(rungs) for number, rungs in found.items()}


def _approvals(session: Session, rows: Sequence[ApplicationRecord]) -> Mapping[int, date]:
    """The day on which each of some applications was approved."""
    moves = select(ApplicationMove).where(
        among(col(ApplicationMove.application_id), [row.id for row in rows]),
        col(ApplicationMove.step) == Step.APPROVED,
    )
    return {move.application_id: move.on for move in session.exec(moves)}


def _joining_invoices(session: Session, rows: Sequence[ApplicationRecord]) -> Mapping[int, set[int]]:
    """The invoices of each of some applications."""
    query = select(InvoiceLine.application_id, InvoiceLine.invoice_id)
    found: dict[int, set[int]] = defaultdict(set)
    for application, invoice in session.exec(
        query.where(among(col(InvoiceLine.application_id), [row.id for row in rows]))
    ):
        found[application or 0].add(invoice)
    return found


def _ending(session: Session, on: date, accounts: Iterable[int]) -> set[tuple[int, Coverage, date]]:
    """The memberships of accounts that run on a day and have been denounced, each with its first day without it."""
    ends = select(Term).where(running(on), col(Term.ended_by) == EventKind.DENUNCIATION)
    ends = ends.where(among(col(Term.organization_id), accounts))
    return {
        (term.organization_id, term.coverage, term.until_on + timedelta(days=1))
        for term in session.exec(ends)
        if term.until_on
    }
