"""Who approves an application: the administration of the State where the applicant is based, or the Secretary-General."""

from collections.abc import Iterable, Mapping

from sqlmodel import Session

from crm.directory.administrations import administrations_of
from crm.directory.tables import Organization, OrganizationKind
from crm.errors import InvalidInput
from crm.reference.countries import find_country
from crm.reference.country import Country
from crm.reference.gazetteer import CountryKey

_STRAIGHT_TO_THE_TOP = frozenset({OrganizationKind.INTERNATIONAL, OrganizationKind.REGIONAL})


def goes_to_secretary_general(kind: OrganizationKind) -> bool:
    """Whether an applicant of a kind applies to the Secretary-General, as international and regional bodies do."""
    return kind in _STRAIGHT_TO_THE_TOP


def approving_state(session: Session, applicant: Organization, named: CountryKey | None) -> Country | None:
    """The Member State whose administration must approve an application; None: the Secretary-General does.

    Args:
        session: the session of the verb.
        applicant: who applies.
        named: the State, or a territory, that somebody named; where the applicant is based if nobody did.

    Raises:
        InvalidInput: nobody knows where it is based, or no Member State answers for the place.
        NotFound: there is no such State.
    """
    if goes_to_secretary_general(applicant.kind):
        return None
    place = applicant.country if named is None else named
    if place is None:
        raise InvalidInput(
            f"Nobody has said where {applicant.name} is based, so no administration can approve it.",
            field="state",
            hint="Say so with book.organizations.change, or name the State: state=…",
        )
    based = find_country(session, place)
    if based.member_state is None:
        raise InvalidInput(
            f"No Member State answers for {based.name()}.",
            field="state",
            value=based.code,
            hint="Name the State whose administration is to approve it: state=…",
        )
    return find_country(session, based.member_state)


def administrations(session: Session, states: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """The administrations of some Member States that are on file, by name, and by the code of the State."""
    found = administrations_of(session, states)
    return {state: tuple(each.name for each in there) for state, there in found.items()}


def on_file(names: Iterable[str]) -> str:
    """The administrations of a State in words; that there is none on file is said."""
    return ", ".join(names) or "none on file"
