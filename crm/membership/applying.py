"""Entering an application: what it asks for, who approves it, what speaks against it, and which one it follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sqlmodel import Session, select

from crm.directory.resolve import OrganizationKey, find_organization
from crm.directory.tables import Organization
from crm.errors import AlreadyExists, InvalidInput, Refused
from crm.membership.application import in_words
from crm.membership.application_moves import applications_of, write_move
from crm.membership.application_routes import approving_state
from crm.membership.application_steps import Status, Step, first_status, refuse_odd_day
from crm.membership.application_tables import ApplicationRecord
from crm.membership.coverage import coverage_of, refuse_odd_study_group
from crm.membership.eligibility import EligibilityWarning, Wish, shows_legal_entity, warnings
from crm.membership.ledger_tables import Term, running
from crm.membership.lowest_class import reduced_class
from crm.membership.pricing import Holding
from crm.membership.terms import Coverage, EventKind
from crm.reference.categories import Category
from crm.reference.countries import find_country
from crm.reference.country import Country
from crm.reference.development import developed_on, status_of
from crm.reference.eligibility_rules import eligibility_rules
from crm.reference.fee_schedule import fee_schedule
from crm.reference.gazetteer import CountryKey
from crm.reference.study_groups import find_study_group
from crm.reference.units import units_of
from crm.store.columns import chosen
from crm.store.store import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is applied for, as it is given."""

    category: Category | str
    sector: str | None = None
    study_group: str | None = None
    units: Fraction | int | str | None = None
    state: CountryKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What is applied for, by whom, and who approves it.

    Attributes:
        state: the Member State whose administration must approve; None: the Secretary-General does.
        against: what speaks against it.
    """

    applicant: Organization
    category: Category
    coverage: Coverage
    study_group: str | None
    units: Fraction | None
    state: Country | None
    against: tuple[EligibilityWarning, ...]


def understood(session: Session, key: OrganizationKey, asked: Asked, *, on: date) -> Understood:
    """An application as it is meant on a day, with what speaks against it.

    Raises:
        InvalidInput: the Sector, the study group or the units do not go with the category, or nobody knows who approves.
        Refused: there is no such class in the Sector.
        NotFound: the organisation, the study group or the State is not in the book.
    """
    applicant = find_organization(session, key)
    category = chosen(Category, asked.category, field="category")
    coverage = coverage_of(category, asked.sector)
    group = study_group_for(session, category, coverage, asked.study_group)
    state = approving_state(session, applicant, asked.state)
    units = units_for(category, asked.units)
    development = status_of(applicant.country, developed_on(session, on))
    holding = Holding(coverage, category, units, development, applicant.size)
    wish = Wish(
        category=category,
        study_group=group,
        kind=applicant.kind,
        size=applicant.size,
        reduced_class=reduced_class(fee_schedule(session), holding, None, on=on) is not None,
        legal_entity=shows_legal_entity(session, applicant),
        at_home=state is None or asked.state is None or state.code == _home(session, applicant),
    )
    return Understood(
        applicant=applicant,
        category=category,
        coverage=coverage,
        study_group=group,
        units=units,
        state=state,
        against=tuple(warnings(wish, eligibility_rules(session))),
    )


def study_group_for(
    session: Session, category: Category, coverage: Coverage, given: str | None
) -> str | None:
    """The code of the study group that is selected, if one is.

    Raises:
        InvalidInput: the category is bound to none, or it is one of another Sector.
        NotFound: there is no such group.
    """
    if given is None:
        return None
    group = find_study_group(session, given).code
    fields = {"kind": EventKind.JOIN, "category": category, "coverage": coverage, "study_group": group}
    refuse_odd_study_group(fields)
    return group


def units_for(category: Category, given: Fraction | int | str | None) -> Fraction | None:
    """The class of contribution that is chosen, if one is.

    Raises:
        InvalidInput: it is no number of units, or the category has no class.
    """
    if given is None:
        return None
    if category is not Category.SECTOR_MEMBER:
        raise InvalidInput("Only a Sector Member chooses a class.", field="units", value=str(given))
    return units_of(given)


def enter(
    change: Change, asked: Understood, *, on: date, today: date, override: str, source: str, synthetic: bool
) -> ApplicationRecord:
    """Write an application down with its first step; it is linked with the one before that came to nothing.

    Raises:
        Refused: the day is still to come or lies before the end of the one before, or it is a member there already.
        AlreadyExists: another one for the same Sector is open.
    """
    earlier = [
        row for row in applications_of(change.session, asked.applicant) if _meet(row.coverage, asked.coverage)
    ]
    _refuse_second(earlier)
    _refuse_member(change.session, asked, on)
    refuse_odd_day(on, after=max((row.since_on for row in earlier), default=on), today=today)
    said = ("category", "coverage", "study_group", "units")
    values = {name: getattr(asked, name) for name in said} | {"organization_id": asked.applicant.id}
    values |= {"state": asked.state and asked.state.code, "status": first_status(direct=asked.state is None)}
    values |= {"applied_on": on, "since_on": on, "follows_id": _followed(earlier)}
    values |= {"despite": [warning.reason.value for warning in asked.against]}
    row = change.add(ApplicationRecord.model_validate({**values, "source": source, "synthetic": synthetic}))
    write_move(change, row, Step.APPLIED, came_from=None, reason=override)
    return row


def _home(session: Session, applicant: Organization) -> str | None:
    """The Member State that answers for the place where an organisation is based, if somebody does."""
    return None if applicant.country is None else find_country(session, applicant.country).member_state


def _refuse_second(earlier: Sequence[ApplicationRecord]) -> None:
    for row in earlier:
        if row.closed_on is None:
            raise AlreadyExists(
                f"Application {row.id} for {in_words(row.category, row.coverage)} is open.",
                field="sector",
                value=row.coverage.value,
                hint="Withdraw it first if it is no longer meant.",
            )


def _refuse_member(session: Session, asked: Understood, day: date) -> None:
    terms = select(Term).where(Term.organization_id == asked.applicant.id, running(day))
    for term in session.exec(terms):
        if _meet(term.coverage, asked.coverage):
            raise Refused(
                f"{asked.applicant.name} is {in_words(term.category, term.coverage)} since {term.since_on}.",
                rule="applications.no_member_yet",
                hint="An Associate becomes a Sector Member by book.terms.upgrade.",
            )


def _followed(earlier: Sequence[ApplicationRecord]) -> int | None:
    """The one before, if it came to nothing."""
    came_to_nothing = (Status.REFUSED, Status.WITHDRAWN)
    return earlier[0].id if earlier and earlier[0].status in came_to_nothing else None


def _meet(one: Coverage, other: Coverage) -> bool:
    return bool(set(one.value) & set(other.value))
