"""Taking back rows of memberships: the ledger is append-only, so an event is taken back by another one.

A join is taken back by a denunciation on its first day, which leaves no term; an upgrade, a downgrade, a change of class
or a correction by a correction to what was there before. An end or a renewal cannot be taken back so: nothing in the ledger
says "it did not happen". Those rows stand, and the reason is told.
"""

from datetime import datetime, timedelta

from sqlmodel import Session, select

from crm.directory.merged import keeper_of
from crm.directory.tables import Organization
from crm.errors import Refused
from crm.imports.batches import ImportRow
from crm.membership.ledger import project
from crm.membership.ledger_tables import MembershipEvent, Term
from crm.membership.terms import CHANGING, OPENING, EventKind

_RULE = "imports.ledger"


def take_back_event(session: Session, row: ImportRow, *, reason: str, at: datetime, by: str) -> None:
    """Add to the ledger the event that takes back the one of a row.

    Args:
        session: of the verb.
        row: a row of an import of memberships.
        reason: why, for the ledger.
        at: when it is recorded.
        by: who records it.

    Raises:
        Refused: the row added an end, or later events build on it.
    """
    events = [session.get_one(MembershipEvent, key) for (key,) in row.made["membership_event"]]
    if len(events) > 1 or events[0].kind not in OPENING | CHANGING:
        ends = events[-1].kind.replace("_", " ")
        raise Refused(f"The ledger is append-only, and a {ends} cannot be taken back in it.", rule=_RULE)
    (event,) = events
    account = keeper_of(session, session.get_one(Organization, event.organization_id))
    session.refresh(account, with_for_update={"key_share": True})
    values = event.model_dump(exclude={"id"}) | _undoing(session, event, account)
    values |= {"reason": reason, "recorded_at": at, "recorded_by": by}
    session.add(MembershipEvent.model_validate(values))
    session.flush()
    project(session, account)


def _undoing(session: Session, event: MembershipEvent, account: Organization) -> dict[str, object]:
    """What takes an event back on its own day."""
    if event.kind in OPENING:
        begun = session.get(Term, event.id)
        if begun is not None and begun.ended_by is not None:
            raise Refused("The membership that it began has ended or changed since.", rule=_RULE)
        return {"kind": EventKind.DENUNCIATION, "study_group": None, "units": None}
    eve = event.effective_on - timedelta(days=1)
    query = select(Term).where(Term.organization_id == account.id, Term.coverage == event.coverage)
    before = session.exec(query.where(Term.until_on == eve, Term.ended_by == event.kind)).first()
    if before is None:
        raise Refused("Nothing tells what was there before it.", rule=_RULE)
    there = {name: getattr(before, name) for name in ("category", "study_group", "units")}
    return {"kind": EventKind.CORRECTION, **there}
