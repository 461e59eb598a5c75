"""`book.offices`: the offices of the secretariat: the General Secretariat, the bureaux and the regional offices."""

from collections.abc import Iterator
from enum import StrEnum

from sqlmodel import Field, Session, col, select

from crm.reference.facts import Certainty, Fact, certainty
from crm.reference.keyed import one_of
from crm.store.columns import choice
from crm.store.store import Store


class OfficeKind(StrEnum):
    """What kind of office it is."""

    GENERAL_SECRETARIAT = "general_secretariat"
    BUREAU = "bureau"
    REGIONAL = "regional"


class Office(Fact, table=True):
    """An office of the secretariat.

    Attributes:
        code: a short code in capitals, e.g. "BDT" or "RO-AFR".
        region: the development region that a regional office serves.
        position: its place in lists.
    """

    code: str = Field(primary_key=True)
    position: int
    name: str
    kind: OfficeKind = choice(OfficeKind, name="kind")
    region: str | None = Field(default=None, foreign_key="region.slug")
    certainty: Certainty = certainty()


def find_office(session: Session, key: str | Office) -> Office:
    """The office that a code or name means.

    Raises:
        NotFound: there is no such office; the candidates say which there are.
    """
    if isinstance(key, Office):
        return key
    return one_of(_all(session), key, what="office", spellings=lambda office: [office.code, office.name])


class Offices:
    """`book.offices`: list the offices and look one up."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __iter__(self) -> Iterator[Office]:
        """Every office, headquarters first."""
        with self._store.reading() as session:
            return iter(_all(session))

    def get(self, key: str | Office) -> Office:
        """An office by code ("BDT") or name.

        Raises:
            NotFound: there is no such office; the candidates say which there are.
        """
        with self._store.reading() as session:
            return find_office(session, key)


def _all(session: Session) -> list[Office]:
    current = select(Office).where(col(Office.retired_on).is_(None))
    return list(session.exec(current.order_by(col(Office.position))).all())
