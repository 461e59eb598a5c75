"""The ledger of membership events, append-only, and the terms projected from it."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, true
from sqlmodel import Session, col, select

from crm.directory.merged import with_merged
from crm.directory.tables import Organization
from crm.errors import Ambiguous, NotFound, Refused
from crm.membership.coverage import refuse_odd_study_group, refuse_odd_units
from crm.membership.ledger_tables import MembershipEvent, Term, running, runs_on
from crm.membership.terms import ENDING, Coverage, LedgerEvent, TermSpan, held_in_words, terms_of
from crm.store.columns import chosen
from crm.store.store import Change


def record_event(change: Change, organization: Organization, fields: dict[str, Any]) -> Term | None:
    """Add an event to the ledger and project the terms anew, in one transaction.

    Returns:
        The term that the event opened or ended, or that runs in its Sector on its day; None where nothing is left.
    """
    if fields.get("category") is None:
        raise no_member_there(change.session, organization, fields["coverage"], fields["effective_on"])
    refuse_odd_study_group(fields)
    refuse_odd_units(fields)
    organization = locked(change.session, organization)
    recorded = {"organization_id": organization.id, "recorded_at": change.now, "recorded_by": change.actor}
    event = change.add(MembershipEvent.model_validate({**fields, **recorded}))
    change.about(organization)
    term = _concerned(project(change.session, organization), event)
    if term is None and event.kind not in ENDING:
        raise Refused(
            f"Nothing is left of a membership that ends on {event.effective_on}.", rule="terms.something_left"
        )
    return term


def project(session: Session, organization: Organization) -> Sequence[Term]:
    """Rewrite the terms of an organisation from its ledger and from those of all that were merged into it.

    Raises:
        Refused: the events do not fit together.
    """
    ids = session.exec(with_merged(Organization, [organization.id])).all()
    events = events_of(session, ids)
    spans = terms_of(ledger_line(e) for e in events)
    made_up = {e.id for e in events if e.synthetic}
    session.execute(delete(Term).where(col(Term.organization_id).in_(ids)))
    terms = [_term(organization, span, synthetic=span.id in made_up) for span in spans]
    session.add_all(terms)
    session.flush()
    return terms


def current_term(session: Session, organization: Organization, coverage: Coverage, day: date) -> Term | None:
    """The membership of an organisation in a Sector on a day."""
    there = (Term.organization_id == organization.id, Term.coverage == coverage, running(day))
    return session.exec(select(Term).where(*there)).first()


def coverage_meant(session: Session, organization: Organization, sector: str | None, day: date) -> Coverage:
    """The Sector of the membership that is meant on a day; where none is named, that of the only one there is.

    Raises:
        InvalidInput: there is no such Sector.
        Ambiguous: none is named, and there are several.
    """
    if sector is not None:
        return chosen(Coverage, sector, field="sector")
    held = _memberships(session, organization, day)
    if len(held) > 1:
        raise Ambiguous(
            f"{organization.name} holds {len(held)} memberships on {day}, when that takes effect.",
            field="sector",
            candidates=_in_words(held),
            hint="Name the Sector.",
        )
    return held[0].coverage if held else Coverage.ALL


def no_member_there(session: Session, organization: Organization, coverage: Coverage, day: date) -> NotFound:
    """The error for who is no member in a Sector on a day; the memberships that it has on that day are the candidates."""
    held = _memberships(session, organization, day)
    what = (
        f"a member in ITU-{coverage}" if coverage is not Coverage.ALL else "Academia" if held else "a member"
    )
    there = true() if coverage is Coverage.ALL and not held else col(Term.coverage) == coverage
    return NotFound(
        f"{organization.name} is not {what} on {day}, when that takes effect{_gone(session, organization, there, day)}.",
        field="sector",
        value=coverage.value,
        candidates=_in_words(held),
        hint="Name the Sector of one of its memberships; none for Academia."
        if held
        else "See book.terms.of.",
    )


def _gone(session: Session, organization: Organization, there: ColumnElement[bool], day: date) -> str:
    """When its latest membership there ends or has ended before a day, and by what."""
    ended = select(Term).where(Term.organization_id == organization.id, there, col(Term.until_on) < day)
    last = session.exec(ended.order_by(col(Term.until_on).desc()).limit(1)).first()
    if last is None or last.until_on is None or last.ended_by is None:
        return ""
    ids = session.exec(with_merged(Organization, [organization.id])).all()
    notices = [
        event.notice_on
        for event in events_of(session, ids)
        if event.coverage is last.coverage and event.effective_on == last.until_on + timedelta(days=1)
    ]
    how = f"the notice of {notices[-1]}" if notices and notices[-1] else f"{last.ended_by.replace('_', ' ')}"
    return f": its last day as {held_in_words(last.category, last.coverage)} is {last.until_on}, by {how}"


def _in_words(held: Sequence[Term]) -> list[str]:
    return [held_in_words(term.category, term.coverage) for term in held]


def _memberships(session: Session, organization: Organization, day: date) -> Sequence[Term]:
    there = select(Term).where(Term.organization_id == organization.id, running(day))
    return session.exec(there.order_by(col(Term.since_on), col(Term.id))).all()


def events_of(session: Session, organization_ids: Sequence[int]) -> Sequence[MembershipEvent]:
    """The events of organisations, in the order in which they take effect."""
    query = select(MembershipEvent).where(col(MembershipEvent.organization_id).in_(organization_ids))
    return session.exec(query.order_by(col(MembershipEvent.effective_on), col(MembershipEvent.id))).all()


def refuse_no_member(session: Session, organization: Organization, day: date) -> None:
    """Refuse to give a further Sector to who is a member of none on a day.

    Raises:
        Refused: it is a member of no Sector.
    """
    if not _memberships(session, organization, day):
        raise Refused(
            f"{organization.name} is a member of no Sector on {day}.",
            rule="terms.further_sector",
            hint="Record a join instead.",
        )


def locked(session: Session, organization: Organization) -> Organization:
    """An organisation, or the one that it was merged into, locked until the verb ends."""
    # Two events at once would each project the terms without the other; a merge may have come first.
    session.refresh(organization, with_for_update={"key_share": True})
    if organization.merged_into_id is None:
        return organization
    return locked(session, session.get_one(Organization, organization.merged_into_id))


def _concerned(terms: Sequence[Term], event: MembershipEvent) -> Term | None:
    """The term that an event opened, else the one it ended for good, else the one in which it falls."""
    eve = event.effective_on - timedelta(days=1)
    there = [term for term in terms if term.coverage is event.coverage]
    opened = [term for term in there if term.id == event.id]
    ending = event.kind in ENDING
    ended = [term for term in there if ending and (term.until_on, term.ended_by) == (eve, event.kind)]
    return next(iter([*opened, *ended, *(t for t in there if runs_on(t, event.effective_on))]), None)


def ledger_line(event: MembershipEvent) -> LedgerEvent:
    """An event as the fold needs it."""
    return LedgerEvent(**{name: getattr(event, name) for name in LedgerEvent.__slots__})


def _term(organization: Organization, span: TermSpan, *, synthetic: bool) -> Term:
    fields = {name: getattr(span, name) for name in TermSpan.__slots__}
    return Term.model_validate({**fields, "organization_id": organization.id, "synthetic": synthetic})
