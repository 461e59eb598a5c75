"""Finding an account or a person by one key."""

from sqlmodel import Session

from crm.directory.people import Person, find_person
from crm.directory.resolve import find_organization
from crm.directory.tables import Organization
from crm.errors import NotFound

SubjectKey = int | str | Organization | Person


def find_subject(session: Session, key: SubjectKey) -> Organization | Person:
    """The organisation or person that a key means.

    Args:
        session: the session of the verb.
        key: the object, an id, or a text: an e-mail address means the person who has it, and a name the organisation
            of that name, if there is one.

    Raises:
        NotFound: nothing answers to the key.
        Ambiguous: several do.
    """
    if isinstance(key, Organization):
        return find_organization(session, key)
    if isinstance(key, Person):
        return find_person(session, key)
    if "@" in str(key):
        return _person(session, key) or find_organization(session, key)
    try:
        return find_organization(session, key)
    except NotFound:
        if (person := _person(session, key)) is not None:
            return person
        raise


def _person(session: Session, key: int | str) -> Person | None:
    try:
        return find_person(session, key)
    except NotFound:
        return None
