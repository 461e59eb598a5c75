"""What the directory, membership and engagement have to say to a clearance: one statement a source."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, String, cast, func, literal, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col

from crm.directory.merged import among
from crm.directory.people import Position, held_on
from crm.directory.staff import Staff
from crm.directory.tables import Organization, OrganizationKind
from crm.engagement import reservations
from crm.engagement.complaints import Complaint
from crm.engagement.follow_ups import FollowUp
from crm.engagement.interactions import Interaction
from crm.engagement.opportunity_tables import Opportunity
from crm.engagement.reservations import Reservation
from crm.insight.happening import midnight
from crm.insight.timeline_sources import in_a_line
from crm.insight.touches import noticed
from crm.membership.contract.contract_tables import AccountStanding
from crm.membership.contract.standing import Standing
from crm.membership.contract.standing_spans import standing_on
from crm.reference.clearance_rule import ClearanceReason
from crm.store.records import Record

Lines = Select[*tuple[Any, ...]]
_RETAINED = (Standing.ON_PLAN, Standing.ARREARS, Standing.SUSPENDED, Standing.CANCELLING)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a source is asked.

    Attributes:
        organizations: the accounts, with the others of their corporate groups.
        on: the day that is asked about.
        since: the first day that counts by the rule for the reason.
    """

    organizations: tuple[int, ...]
    on: date
    since: date

    def account(self, column: Any) -> ColumnElement[bool]:
        """Whether a column is one of the accounts."""
        return among(column, self.organizations)


@dataclass(frozen=True, slots=True)
class ClearanceSource:
    """What one room has to say for a reason: one statement, whatever the number of accounts.

    Attributes:
        reason: what it may stand for.
        record: the table.
        lines: the statement, begun with `grounds_of`.
        detail: puts the particulars of a row into words.
    """

    reason: ClearanceReason
    record: type[Record]
    lines: Callable[[Asked], Lines]
    detail: Callable[[Any], str]


def grounds_of(record: Any, *, organization_id: Any, office: Any, on: Any, **more: Any) -> Lines:
    """Begin the statement of a source.

    Args:
        record: the table; its id numbers the lines.
        organization_id: the account on whose file it stands.
        office: the code of the office whose doing it is; None where that does not matter.
        on: the day since which it stands.
        **more: what the particulars are made of.
    """
    return select(
        col(record.id).label("number"),
        organization_id.label("organization_id"),
        (literal(None, String) if office is None else office).label("office"),
        on.label("on"),
        *(column.label(name) for name, column in more.items()),
    )


def day_of_instant(at: Any) -> Any:
    """The day of an instant, in UTC; for queries."""
    return cast(func.timezone("UTC", at), Date)


def _contacts(asked: Asked) -> Lines:
    """The latest contact of each office with each account; a note to the file is none."""
    which = col(Interaction.organization_id), col(Interaction.office)
    return (
        grounds_of(
            Interaction,
            organization_id=which[0],
            office=which[1],
            on=day_of_instant(col(Interaction.at)),
            kind=col(Interaction.kind),
        )
        .where(asked.account(which[0]), col(Interaction.at) >= midnight(asked.since))
        .where(noticed())
        .ext(distinct_on(*which))
        .order_by(*which, col(Interaction.at).desc(), col(Interaction.id).desc())
    )


def _promises(asked: Asked) -> Lines:
    """The next steps that were agreed on with an account; one planned by itself is a reminder of our own."""
    day = day_of_instant(col(Interaction.at))
    return (
        grounds_of(
            FollowUp,
            organization_id=col(FollowUp.organization_id),
            office=func.coalesce(col(Staff.office), col(Interaction.office)),
            on=day,
            what=col(FollowUp.what),
        )
        .join(Interaction, col(Interaction.id) == col(FollowUp.interaction_id))
        .outerjoin(Staff, col(Staff.id) == col(FollowUp.owner_id))
        .where(asked.account(col(FollowUp.organization_id)), col(FollowUp.done_at).is_(None))
        .where(day >= asked.since, noticed())
    )


def _reservations(asked: Asked) -> Lines:
    return grounds_of(
        Reservation,
        organization_id=col(Reservation.organization_id),
        office=col(Reservation.office),
        on=col(Reservation.since_on),
        until_on=col(Reservation.until_on),
        reason=col(Reservation.reason),
    ).where(asked.account(col(Reservation.organization_id)), reservations.counts(asked.on))


def _opportunities(asked: Asked) -> Lines:
    """What an account has been asked for and has not answered."""
    return grounds_of(
        Opportunity,
        organization_id=col(Opportunity.organization_id),
        office=col(Opportunity.office),
        on=day_of_instant(col(Opportunity.opened_at)),
        title=col(Opportunity.title),
    ).where(asked.account(col(Opportunity.organization_id)), col(Opportunity.closed_at).is_(None))


def _complaints(asked: Asked) -> Lines:
    """The open complaints of an account, and those of people who spoke for themselves and work for it."""
    account = func.coalesce(col(Complaint.organization_id), col(Position.organization_id))
    theirs = col(Complaint.organization_id).is_(None) & (col(Position.person_id) == col(Complaint.person_id))
    return (
        grounds_of(
            Complaint,
            organization_id=account,
            office=None,
            on=day_of_instant(col(Complaint.recorded_at)),
            what=col(Complaint.what),
        )
        .outerjoin(Position, theirs & held_on(asked.on))
        .where(col(Complaint.resolved_at).is_(None), asked.account(account))
        .distinct()
    )


def _administrations(asked: Asked) -> Lines:
    return grounds_of(
        Organization,
        organization_id=col(Organization.id),
        office=None,
        on=literal(None, Date),
    ).where(asked.account(col(Organization.id)), col(Organization.kind) == OrganizationKind.ADMINISTRATION)


def _standings(asked: Asked) -> Lines:
    """How each account stands on the day, where it makes the account a case for retention."""
    account = col(AccountStanding.organization_id)
    return select(
        func.concat(account, "/", col(AccountStanding.as_of)).label("number"),
        account.label("organization_id"),
        literal(None, String).label("office"),
        col(AccountStanding.as_of).label("on"),
        col(AccountStanding.standing).label("standing"),
    ).where(asked.account(account), standing_on(asked.on), col(AccountStanding.standing).in_(_RETAINED))


SOURCES = (
    ClearanceSource(ClearanceReason.COMPLAINT, Complaint, _complaints, lambda line: in_a_line(line.what)),
    ClearanceSource(ClearanceReason.PROTOCOL, Organization, _administrations, lambda _: ""),
    ClearanceSource(
        ClearanceReason.RESERVED,
        Reservation,
        _reservations,
        lambda line: f"until {line.until_on:%-d %B %Y}: {line.reason}",
    ),
    ClearanceSource(
        ClearanceReason.OPEN_ASK, Opportunity, _opportunities, lambda line: in_a_line(line.title)
    ),
    ClearanceSource(ClearanceReason.PROMISE, FollowUp, _promises, lambda line: line.what),
    ClearanceSource(
        ClearanceReason.RECENT_CONTACT, Interaction, _contacts, lambda line: str(line.kind.value)
    ),
    ClearanceSource(
        ClearanceReason.RETENTION,
        AccountStanding,
        _standings,
        lambda line: f"{line.standing.words} as of {line.on:%-d %B %Y}",
    ),
)
"""What is known below the mail."""
