"""The asks that the reports on opportunities count, read in one statement."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlmodel import Session, col

from crm.directory.staff import Staff, find_staff
from crm.directory.tables import Organization
from crm.engagement.opportunity_tables import Frequency, Opportunity, OpportunityMove
from crm.reference.countries import countries_in
from crm.reference.offices import Office, find_office
from crm.reference.opportunity_stages import OpportunityKind, OpportunityStage, Outcome
from crm.reference.regions import Region, find_region
from crm.reports.columns import Cell, Column, ColumnKind
from crm.store.columns import chosen

BEHIND = (
    Column(key="id", title="Id", kind=ColumnKind.ID),
    Column(key="organization", title="Organisation"),
    Column(key="title", title="Ask"),
    Column(key="stage", title="Stage"),
    Column(key="amount", title="Amount", kind=ColumnKind.MONEY),
    Column(key="money", title="Money"),
    Column(key="probability", title="Chance", kind=ColumnKind.SHARE),
    Column(key="expected_on", title="Expected", kind=ColumnKind.DATE),
    Column(key="owner", title="Owner"),
)
"""What is shown of an ask behind a figure."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One ask, as the reports need it.

    Attributes:
        stage_name: what its stage is called.
        position: the place of the stage in its kind.
        first_expected_on: the first day that was ever stated for the answer.
    """

    id: int
    organization: str
    kind: OpportunityKind
    title: str
    stage_name: str
    position: int
    outcome: Outcome
    amount: Decimal | None
    currency: str
    frequency: Frequency
    probability: int
    expected_on: date | None
    first_expected_on: date | None
    stage_since: datetime
    closed_on: date | None
    owner: str | None
    synthetic: bool

    @property
    def money(self) -> str:
        """The currency, and whether the amount is one of every year: what can be added up has the same."""
        return money(self.currency, self.frequency)

    @property
    def weighted(self) -> Decimal | None:
        """The amount by its probability; None where no amount is stated."""
        return None if self.amount is None else self.amount * self.probability / 100

    @property
    def slipped(self) -> int:
        """By how many days the answer is expected later than was first stated."""
        if self.expected_on is None or self.first_expected_on is None:
            return 0
        return max((self.expected_on - self.first_expected_on).days, 0)

    def cells(self) -> tuple[Cell, ...]:
        """What is shown of it behind a figure."""
        likely = Decimal(self.probability) / 100
        said = (self.id, self.organization, self.title, self.stage_name, self.amount, self.money)
        return (*said, likely, self.expected_on, self.owner)


def money(currency: str, frequency: Frequency) -> str:
    """What amounts are in: "CHF a year", "USD once"."""
    return f"{currency} {'a year' if frequency is Frequency.YEARLY else 'once'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowed:
    """Which asks a reader wants to see.

    Args:
        owner: only those of this colleague.
        office: only those of this office.
        region: only those to accounts based in this development region, its territories included.
        kind: only those of this kind.
    """

    owner: Staff | str | int | None = None
    office: Office | str | None = None
    region: Region | str | None = None
    kind: OpportunityKind | str | None = None

    def read(self, session: Session) -> tuple[Mapping[str, str], list[ColumnElement[bool]]]:
        """What was chosen, for the reader, and the conditions that it means.

        Raises:
            NotFound: the colleague, the office or the region is not in the book.
            InvalidInput: there is no such kind.
        """
        chosen_: dict[str, str] = {}
        conditions: list[ColumnElement[bool]] = []
        if self.owner is not None:
            owner = find_staff(session, self.owner)
            chosen_["owner"] = owner.name
            conditions.append(col(Opportunity.owner_id) == owner.id)
        if self.office is not None:
            chosen_["office"] = find_office(session, self.office).code
            conditions.append(col(Opportunity.office) == chosen_["office"])
        if self.region is not None:
            region = find_region(session, self.region)
            chosen_["region"] = region.name()
            conditions.append(col(Organization.country).in_(countries_in(region.slug)))
        if self.kind is not None:
            kind = chosen(OpportunityKind, self.kind, field="kind")
            chosen_["kind"] = said(kind)
            conditions.append(col(Opportunity.kind) == kind)
        return chosen_, conditions


def asks(session: Session, *conditions: ColumnElement[bool]) -> list[Ask]:
    """The asks that some conditions are true of."""
    stage = and_(
        col(OpportunityStage.kind) == col(Opportunity.kind),
        col(OpportunityStage.stage) == col(Opportunity.stage),
    )
    fields: Mapping[str, Any] = {
        "organization": Organization.name,
        "stage_name": OpportunityStage.name,
        "position": OpportunityStage.position,
        "owner": Staff.name,
    }
    shown = (
        _first_expected()
        if name == "first_expected_on"
        else col(fields.get(name) or getattr(Opportunity, name)).label(name)
        for name in Ask.__slots__
    )
    query = (
        select(*shown)
        .select_from(Opportunity)
        .join(Organization, col(Organization.id) == col(Opportunity.organization_id))
        .join(OpportunityStage, stage)
        .outerjoin(Staff, col(Staff.id) == col(Opportunity.owner_id))
        .where(*conditions)
        .order_by(col(Organization.name), col(Opportunity.id))
    )
    return [Ask(*row) for row in session.execute(query)]


def said(kind: OpportunityKind) -> str:
    """A kind of ask as people write it."""
    return kind.value.replace("_", " ").capitalize()


def without_amount(found: Iterable[Ask]) -> tuple[str, ...]:
    """The note that to some of the asks nobody has put a figure, if so."""
    count = sum(ask.amount is None for ask in found)
    return (f"Asks without an amount, which add nothing to the amounts: {count}.",) if count else ()


def _first_expected() -> Any:
    return (
        select(col(OpportunityMove.expected_on))
        .where(
            col(OpportunityMove.opportunity_id) == col(Opportunity.id),
            col(OpportunityMove.expected_on).is_not(None),
        )
        .order_by(col(OpportunityMove.id))
        .limit(1)
        .correlate(Opportunity)
        .scalar_subquery()
        .label("first_expected_on")
    )
