"""What the members of a book could be asked for, read in a fixed number of statements, for the facet and the reports."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Connection, Engine, select
from sqlmodel import Session, col

from crm.directory.merged import stands
from crm.directory.tables import Organization
from crm.garbage import no_collection
from crm.insight.member_facts import Moment
from crm.insight.member_reading import facts_at
from crm.insight.member_statements import OFFERED
from crm.insight.potential import (
    Case,
    Potential,
    cases_of,
    changes_of,
    features_of,
    in_order,
    potential_of,
)
from crm.insight.potential_model import Lesson, PotentialModel, learnt
from crm.insight.potential_outcomes import lessons
from crm.membership.fee_status import fee_statuses
from crm.membership.ledger_tables import Term, running
from crm.reference.countries import countries_in
from crm.reference.fee_schedule import fee_schedule
from crm.reference.opportunity_stages import OpportunityKind
from crm.reference.potential_weights import potential_weights
from crm.reference.regions import find_region
from crm.reference.segments import find_segment


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose potential is asked for: everybody's, or of a region, a segment, a kind.

    Attributes:
        region: the slug of a development region.
        segment: the slug of a segment.
        kind: an upgrade, or a further Sector.
    """

    region: str | None = None
    segment: str | None = None
    kind: OpportunityKind | None = None

    @classmethod
    def read(
        cls, session: Session, *, region: str | None, segment: str | None, kind: OpportunityKind | None
    ) -> "Wanted":
        """The same out of what a person wrote.

        Raises:
            NotFound: there is no such region or segment.
        """
        return cls(
            find_region(session, region).slug if region else None,
            find_segment(session, segment).slug if segment else None,
            kind,
        )

    def accounts(self) -> Iterable[ColumnElement[bool]]:
        """What must be true of the organisations."""
        if self.region is not None:
            yield col(Organization.country).in_(countries_in(self.region))
        if self.segment is not None:
            yield col(Organization.segment) == self.segment


def members(session: Session, day: date, wanted: Wanted) -> list[int]:
    """The accounts that are Sector Members or Associates on a day, by id."""
    query = (
        select(col(Organization.id))
        .join(Term, col(Term.organization_id) == col(Organization.id))
        .where(running(day), col(Term.category).in_(OFFERED), stands(Organization), *wanted.accounts())
    )
    return list(session.scalars(query.distinct().order_by(col(Organization.id))))


# The same lessons teach the same, and fitting and judging takes far longer than reading them.
_LEARNT: WeakKeyDictionary[Engine | Connection, tuple[list[Lesson], int, PotentialModel]] = (
    WeakKeyDictionary()
)


def model_of(session: Session, day: date) -> PotentialModel:
    """What the outcomes by a day teach: fitted again only when what they teach has changed."""
    known, passed_over = lessons(session, potential_weights(session), until=day)
    last = _LEARNT.get(session.get_bind())
    if last is None or last[:2] != (known, passed_over):
        model = learnt(known, passed_over=passed_over)
        last = _LEARNT[session.get_bind()] = (known, passed_over, model)
    return last[2]


def potentials(
    session: Session,
    organizations: Iterable[int],
    day: date,
    *,
    kind: OpportunityKind | None = None,
    model: PotentialModel | None,
) -> list[Potential]:
    """What these accounts could be asked for, the best first.

    Args:
        session: reads the book.
        organizations: their ids.
        day: the day.
        kind: only upgrades, or only further Sectors.
        model: ranks, where it is used; None: the points alone are asked for.
    """
    ids = list(organizations)
    weights, statuses = potential_weights(session), fee_statuses(session, ids, on=day)
    change = changes_of(fee_schedule(session), day)
    with no_collection():
        known = facts_at(session, [Moment(number, day) for number in ids])
        cases = (case for held in known for case in cases_of(held) if kind in (None, case[0]))
        return in_order(
            _foretold(potential_of(case, weights, change, statuses), case, model) for case in cases
        )


def _foretold(potential: Potential, case: Case, model: PotentialModel | None) -> Potential:
    """The same with its chance, where the model ranks."""
    if model is None or not model.used or model.linear is None:
        return potential
    features: Mapping[str, float] = features_of(case)
    chance, parts = model.linear.chance(features), model.linear.contributions(features)
    return replace(potential, chance=chance, contributions=parts)
