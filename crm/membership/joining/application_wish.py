"""What is applied for, as it is given and as it is meant: who approves it, and what speaks against it."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sqlmodel import Session

from crm.directory.resolve import OrganizationKey, find_organization
from crm.directory.staff import today_of
from crm.directory.tables import Organization
from crm.membership.coverage import coverage_of, refuse_odd_study_group, refuse_odd_units
from crm.membership.fee_status import fee_statuses
from crm.membership.joining.application_routes import approving_state
from crm.membership.joining.application_tables import ApplicationRecord
from crm.membership.joining.eligibility import EligibilityWarning, Wish, shows_legal_entity, warnings
from crm.membership.pricing import Holding
from crm.membership.proposals.lowest_class import reduced_class
from crm.membership.terms import Coverage, EventKind
from crm.reference.categories import Category
from crm.reference.countries import find_country
from crm.reference.country import Country
from crm.reference.eligibility_rules import EligibilityReason, eligibility_rules
from crm.reference.fee_schedule import fee_schedule
from crm.reference.gazetteer import CountryKey
from crm.reference.study_groups import StudyGroup, find_study_group
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
    group = _study_group_for(session, category, coverage, asked.study_group)
    code = None if group is None else group.code
    state = approving_state(session, applicant, asked.state)
    units = _units_for(category, asked.units)
    wish = Wish(
        category=category,
        study_group=code,
        group_exists=group is None or group.exists_on(on),
        kind=applicant.kind,
        size=applicant.size,
        reduced_class=_is_reduced(session, applicant, category, coverage, units, on),
        legal_entity=shows_legal_entity(session, applicant),
        at_home=state is None or asked.state is None or state.code == _home(session, applicant),
    )
    return Understood(
        applicant=applicant,
        category=category,
        coverage=coverage,
        study_group=code,
        units=units,
        state=state,
        against=tuple(warnings(wish, eligibility_rules(session))),
    )


def change_wish(
    change: Change, row: ApplicationRecord, *, study_group: str | None, units: Fraction | int | str | None
) -> ApplicationRecord:
    """Take another study group or class over, where one is named.

    Raises:
        InvalidInput: it does not go with the category.
        Refused: there is no such class in the Sector.
        NotFound: there is no such study group.
    """
    session, today = change.session, today_of(change.session, change.now, change.actor)
    if study_group is not None:
        group = _study_group_for(session, row.category, row.coverage, study_group)
        gone = group is not None and not group.exists_on(today)
        despite = _despite(row, EligibilityReason.NO_SUCH_GROUP, holds=gone)
        row.amend({"study_group": group and group.code, "despite": despite})
    if units is not None:
        chosen_ = _units_for(row.category, units)
        applicant = session.get_one(Organization, row.organization_id)
        reduced = _is_reduced(session, applicant, row.category, row.coverage, chosen_, today)
        despite = _despite(row, EligibilityReason.REDUCED_CLASS, holds=reduced)
        row.amend({"units": chosen_, "despite": despite})
    return row


def _despite(row: ApplicationRecord, reason: EligibilityReason, *, holds: bool) -> list[str]:
    """What was overridden, with one reason more or less."""
    others = [other for other in row.despite if other != reason]
    return [*others, reason.value] if holds else others


def _study_group_for(
    session: Session, category: Category, coverage: Coverage, given: str | None
) -> StudyGroup | None:
    """The study group that is selected, if one is."""
    if given is None:
        return None
    group = find_study_group(session, given)
    fields = {"kind": EventKind.JOIN, "category": category, "coverage": coverage, "study_group": group.code}
    refuse_odd_study_group(fields)
    return group


def _units_for(category: Category, given: Fraction | int | str | None) -> Fraction | None:
    """The class of contribution that is chosen, if one is."""
    units = None if given is None else units_of(given)
    refuse_odd_units({"kind": EventKind.JOIN, "category": category, "units": units})
    return units


def _is_reduced(
    session: Session,
    applicant: Organization,
    category: Category,
    coverage: Coverage,
    units: Fraction | None,
    on: date,
) -> bool:
    """Whether a class is below the lowest one that is open to everybody; one that there is not is refused."""
    status = fee_statuses(session, [applicant.id], on=on)[applicant.id]
    wished = Holding(
        coverage, category, units, status.development, applicant.size, headquarters=status.headquarters
    )
    return reduced_class(fee_schedule(session), wished, None, on=on) is not None


def _home(session: Session, applicant: Organization) -> str | None:
    """The Member State that answers for the place where an organisation is based, if somebody does."""
    return None if applicant.country is None else find_country(session, applicant.country).member_state
