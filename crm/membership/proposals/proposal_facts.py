"""What the book knows that matters for a proposal."""

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import exists, func
from sqlmodel import Session, col, select

from crm.directory.merged import with_merged
from crm.directory.tables import Organization
from crm.errors import InvalidInput
from crm.membership.contract.contract_tables import AccountStanding, Exemption
from crm.membership.contract.exemptions import exemptions_between
from crm.membership.contract.standing import Standing
from crm.membership.contract.standing_spans import standing_on
from crm.membership.dues.dues_tables import Assessment, Invoice, InvoiceKind
from crm.membership.dues.entries import Entries, entries_of
from crm.membership.dues.invoices import posted_lines
from crm.membership.holdings import holdings
from crm.membership.joining.application import party_in_words
from crm.membership.joining.application_routes import administrations, approving_state
from crm.membership.joining.application_steps import Party
from crm.membership.joining.eligibility import Wish, warnings
from crm.membership.ledger import events_of, ledger_line, no_member_there, refuse_no_member
from crm.membership.ledger_tables import Term, running
from crm.membership.proposals.proposal import Ask
from crm.membership.proposals.working_out import BECOMES_MORE, ProposalFacts
from crm.reference.categories import MembershipCategory
from crm.reference.change_rules import MembershipChange, change_rules
from crm.reference.eligibility_rules import eligibility_rules
from crm.reference.fee_schedule import fee_schedule
from crm.reference.study_groups import find_study_group


def proposal_facts(session: Session, organization: Organization, ask: Ask, *, today: date) -> ProposalFacts:
    """The facts for a proposal, as they stand.

    Args:
        session: of the read, or of the verb that accepts it.
        organization: the account.
        ask: what is to be worked out.
        today: the present day of whoever asks.

    Raises:
        NotFound: the account is no member in the Sector on that day.
        Refused: it is to get a further Sector and is a member of none.
    """
    ids = session.exec(with_merged(Organization, [organization.id])).all()
    term = _term(session, organization, ask)
    entries = entries_of(session, [organization.id]).get(organization.id, Entries())
    return ProposalFacts(
        organization=organization.name,
        ledger=tuple(map(ledger_line, events_of(session, ids))),
        holding=holdings(session, [term], on=ask.effective_on)[term.id],
        exempt=tuple(_exemptions(session, organization, ask)),
        posted=tuple(line for line in posted_lines(session, ids) if line.coverage is ask.coverage),
        assessed_to=_assessed_to(session),
        balance=entries.balance(date.max),
        schedule=fee_schedule(session),
        categories={row.category: row for row in session.exec(select(MembershipCategory))},
        rules=change_rules(session, ask.change),
        approver=_approver(session, organization),
        against=(
            *_odd_days(session, ask, today),
            *_in_trouble(session, organization, entries, today),
            *_not_eligible(session, organization, ask),
        ),
        synthetic=term.synthetic,
    )


def _assessed_to(session: Session) -> int | None:
    """The last year whose dues were assessed; a pass over the Member States invoices no dues of members."""
    dues = exists().where(
        col(Invoice.assessment_id) == col(Assessment.id), col(Invoice.kind) == InvoiceKind.YEARLY
    )
    return session.scalar(select(func.max(col(Assessment.year))).where(dues))


def _exemptions(session: Session, organization: Organization, ask: Ask) -> Sequence[Exemption]:
    there = exemptions_between(session, [organization.id], ask.effective_on, date.max)
    return there.get(organization.id, ())


def _term(session: Session, organization: Organization, ask: Ask) -> Term:
    """The membership that changes; of a further Sector, one of those that are there."""
    refuse_no_member(session, organization, ask.effective_on)
    there = (Term.organization_id == organization.id, running(ask.effective_on))
    in_sector_first = (col(Term.coverage) != ask.coverage, col(Term.since_on), col(Term.id))
    term = session.exec(select(Term).where(*there).order_by(*in_sector_first)).first()
    assert term is not None  # it is a member of some Sector
    if ask.change is not MembershipChange.FURTHER_SECTOR and term.coverage is not ask.coverage:
        raise no_member_there(session, organization, ask.coverage, ask.effective_on)
    return term


def _approver(session: Session, organization: Organization) -> str:
    """Who approves an application of the account, in words."""
    try:
        state = approving_state(session, organization, None)
    except InvalidInput as error:
        return str(error)
    if state is None:
        return str(party_in_words(Party.SECRETARY_GENERAL, None, ()))
    names = administrations(session, [state.code]).get(state.code, ())
    return str(party_in_words(Party.ADMINISTRATION, state.name(), names))


def _odd_days(session: Session, ask: Ask, today: date) -> Iterator[str]:
    """What is odd about the day from which it takes effect."""
    since = ask.effective_on
    months = 12 * (today.year - since.year) + today.month - since.month
    if months > 0:
        yield f"It takes effect {months} {'month' if months == 1 else 'months'} ago, on {since:%-d %B %Y}."
    if ask.study_group and (absence := find_study_group(session, ask.study_group).absence_on(since)):
        yield absence


def _in_trouble(session: Session, organization: Organization, entries: Entries, today: date) -> Iterator[str]:
    """How the account stands, where that is no time to sell it more: it is to be kept first."""
    if arrears := entries.arrears(today):
        yield f"The account is in arrears with {arrears:,.2f} CHF."
    theirs = (AccountStanding.organization_id == organization.id, standing_on(today))
    found = session.exec(select(AccountStanding).where(*theirs)).first()
    said = {Standing.GOOD, Standing.EXEMPT} | ({Standing.ARREARS} if arrears else set())
    if found is not None and found.standing is not None and found.standing not in said:
        yield f"How it stands: {found.why or f'{found.standing.words}, as {found.source} says'}."


def _not_eligible(session: Session, organization: Organization, ask: Ask) -> Sequence[str]:
    """What the rules say against it, where the account becomes more than it is."""
    if ask.change not in BECOMES_MORE:
        return []
    wish = Wish(
        category=ask.category,
        study_group=ask.study_group,
        kind=organization.kind,
        size=organization.size,
        legal_entity=True,  # it is a member
        at_home=True,
    )
    return [str(warning) for warning in warnings(wish, eligibility_rules(session))]
