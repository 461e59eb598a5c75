"""What the offices' arrangements with one another have to say to a timeline: reservations, complaints, overrides."""

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import array
from sqlmodel import col

from crm.directory.people import Person
from crm.engagement.complaints import Complaint
from crm.engagement.reservations import Reservation
from crm.insight.clearance_tables import ClearanceOverride
from crm.insight.happening import HappeningKind, Scope, Source, any_of, lines_of
from crm.insight.timeline_sources import Lines, in_a_line


def _reservations(scope: Scope) -> Lines:
    return lines_of(
        Reservation,
        at=col(Reservation.reserved_at),
        organization_id=col(Reservation.organization_id),
        office=col(Reservation.office),
        reason=col(Reservation.reason),
        until_on=col(Reservation.until_on),
        released_at=col(Reservation.released_at),
    ).where(scope.account(col(Reservation.organization_id)))


def _recorded(scope: Scope) -> Lines:
    return _complaints(scope, col(Complaint.recorded_at))


def _resolved(scope: Scope) -> Lines:
    return _complaints(scope, col(Complaint.resolved_at)).where(col(Complaint.resolved_at).is_not(None))


def _complaints(scope: Scope, at: object) -> Lines:
    lines = lines_of(
        Complaint,
        at=at,
        organization_id=col(Complaint.organization_id),
        people=func.array_remove(array([col(Person.name)]), None),
        what=col(Complaint.what),
        source=col(Complaint.source),
        outcome=col(Complaint.outcome),
    )
    about = any_of(
        Complaint, scope.account(col(Complaint.organization_id)), scope.person(col(Complaint.person_id))
    )
    return lines.outerjoin(Person, col(Person.id) == col(Complaint.person_id)).where(about)


def _overrides(scope: Scope) -> Lines:
    return lines_of(
        ClearanceOverride,
        at=col(ClearanceOverride.decided_at),
        organization_id=col(ClearanceOverride.organization_id),
        office=col(ClearanceOverride.office),
        reason=col(ClearanceOverride.reason),
        until_on=col(ClearanceOverride.until_on),
        ended_at=col(ClearanceOverride.ended_at),
    ).where(scope.account(col(ClearanceOverride.organization_id)))


def _ended(line: object, at: str) -> str:
    ended = getattr(line, at)
    return f", given up on {ended:%-d %B %Y}" if ended else ""


SOURCES = (
    Source(
        HappeningKind.COMPLAINT,
        Complaint,
        _recorded,
        lambda line: f"Complaint ({line.source}): {in_a_line(line.what)}",
        {"complaint": "number"},
    ),
    Source(
        HappeningKind.COMPLAINT,
        Complaint,
        _resolved,
        lambda line: f"Complaint resolved: {in_a_line(line.outcome)}",
        {"complaint": "number"},
    ),
    Source(
        HappeningKind.OVERRIDE,
        ClearanceOverride,
        _overrides,
        lambda line: (
            f"Clearance overridden until {line.until_on:%-d %B %Y}{_ended(line, 'ended_at')}: {line.reason}"
        ),
    ),
    Source(
        HappeningKind.RESERVATION,
        Reservation,
        _reservations,
        lambda line: f"Reserved until {line.until_on:%-d %B %Y}{_ended(line, 'released_at')}: {line.reason}",
    ),
)
"""What the offices have arranged."""
