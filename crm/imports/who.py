"""Which people and which of our staff a row means."""

from collections.abc import Iterable

from sqlmodel import Session

from crm.directory.people import find_person
from crm.directory.staff import Staff, find_staff
from crm.errors import AccordError
from crm.imports.verdicts import Problem


class Who:
    """Finds the people and the staff that rows name; each key is looked up once in a chunk."""

    def __init__(self) -> None:
        self._people: dict[str, int | Problem] = {}
        self._staff: dict[str, Staff | Problem] = {}

    def look_up(self, session: Session, *, people: Iterable[str], staff: Iterable[str]) -> None:
        """Find everybody whom some rows name; those whom others named are let go."""
        self._people = {key: _person(session, key) for key in people}
        self._staff = {key: _colleague(session, key) for key in staff}

    def problem(self, *, people: Iterable[str], staff: Iterable[str]) -> Problem | None:
        """Why one of them is not known; None if all are."""
        found = [*(self._people[key] for key in people), *(self._staff[key] for key in staff if key)]
        return next((one for one in found if isinstance(one, Problem)), None)

    def person(self, key: str) -> int:
        """The id of a contact."""
        found = self._people[key]
        assert not isinstance(found, Problem)
        return found

    def staff(self, key: str) -> Staff:
        """One of our staff."""
        found = self._staff[key]
        assert not isinstance(found, Problem)
        return found


def _person(session: Session, key: str) -> int | Problem:
    try:
        return find_person(session, key).id
    except AccordError as error:
        return Problem.of(error, field="people", value=key)


def _colleague(session: Session, key: str) -> Staff | Problem:
    try:
        return find_staff(session, key)
    except AccordError as error:
        return Problem.of(error, field="staff", value=key)
