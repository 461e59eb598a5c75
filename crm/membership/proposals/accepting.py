"""Accepting a proposal: exactly what was shown is posted, in one transaction, or nothing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby

from crm.directory.staff import today_of
from crm.directory.tables import Organization
from crm.errors import Refused
from crm.membership.dues.dues_tables import Invoice, InvoiceKind
from crm.membership.dues.posting import ChargeLine, next_serial, post_invoice
from crm.membership.joining.application_invoices import activate_covered
from crm.membership.ledger import locked, record_event
from crm.membership.ledger_tables import Term
from crm.membership.proposals.proposal import Acceptance, Proposal
from crm.membership.proposals.proposal_facts import proposal_facts
from crm.membership.proposals.working_out import work_out
from crm.membership.terms import EventKind
from crm.reference.change_rules import ApprovalNeed
from crm.reference.membership_rules import membership_rules
from crm.store.store import Change


def accept_proposal(change: Change, proposal: Proposal, *, approval: str, reason: str) -> Acceptance:
    """Post what a proposal shows: an event of the ledger, and an invoice for each year.

    Args:
        change: the verb under way.
        proposal: as it was worked out.
        approval: where the approval is documented that it needs.
        reason: why, for the ledger.

    Raises:
        Refused: something changed since it was worked out, or it was altered, or its approval is not documented.
    """
    session = change.session
    organization = locked(session, session.get_one(Organization, proposal.ask.organization_id))
    for year in sorted({line.since_on.year for line in proposal.lines}):
        next_serial(session, year)  # so that nobody charges the same months meanwhile
    today = today_of(session, change.now, change.actor)
    fresh = work_out(proposal.ask, proposal_facts(session, organization, proposal.ask, today=today))
    _refuse_another(proposal, fresh)
    _refuse_unapproved(proposal, approval)
    term = record_event(change, organization, _event(proposal, approval, reason))
    assert term is not None  # only an end leaves nothing
    invoices = tuple(
        _invoice(change, organization, proposal, term, list(lines), today)
        for _, lines in groupby(
            sorted(proposal.lines, key=lambda line: line.since_on.year), lambda line: line.since_on.year
        )
    )
    activate_covered(change, [organization.id])  # what is given back may pay for a joining
    return Acceptance(proposal=proposal, term=term, invoices=invoices)


def _refuse_another(proposal: Proposal, fresh: Proposal) -> None:
    fresh.refuse_unless_same(proposal.fingerprint)
    if fresh != proposal:
        raise Refused(
            "The proposal says something else than what it was worked out from.",
            rule="proposals.as_shown",
            hint="Propose it again; what a proposal shows cannot be altered.",
        )


def _refuse_unapproved(proposal: Proposal, approval: str) -> None:
    if proposal.approval.need is ApprovalNeed.REQUIRED and not approval.strip():
        raise Refused(
            f"It needs the approval of {proposal.approval.by}.",
            rule="proposals.approval",
            field="approval",
            hint="Say where it is documented with approval=; book.applications.apply asks for it.",
        )


def _event(proposal: Proposal, approval: str, reason: str) -> dict[str, object]:
    names = ("coverage", "category", "study_group", "units", "effective_on")
    event = {name: getattr(proposal.ask, name) for name in names}
    event |= {"kind": EventKind(proposal.ask.change.value), "synthetic": proposal.synthetic}
    return {**event, "source": approval, "reason": reason}


def _invoice(
    change: Change,
    organization: Organization,
    proposal: Proposal,
    term: Term,
    lines: Sequence[ChargeLine],
    today: date,
) -> Invoice:
    """The invoice of one year; what is charged derives from the term that begins."""
    year = lines[0].since_on.year
    rules = membership_rules(change.session).on(date(year, 1, 1))
    return post_invoice(
        change,
        organization,
        [replace(line, event_id=term.id) if line.amount > 0 else line for line in lines],
        kind=InvoiceKind.CHANGE,
        year=year,
        issued_on=today,
        due_on=max(rules.due_on(year), today + timedelta(days=rules.due_days)),
        synthetic=proposal.synthetic,
    )
