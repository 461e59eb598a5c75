"""`book.sectors`: the three Sectors of the Union."""

from collections.abc import Iterator

from sqlmodel import Field, Session, col, select

from crm.reference.facts import Certainty, NamedFact, certainty
from crm.reference.keyed import one_of
from crm.reference.languages import Language
from crm.store.store import Store

# How the Union abbreviates its name in these languages; in the others it writes ITU in Latin letters.
_UNION = {Language.FRENCH: "UIT", Language.SPANISH: "UIT", Language.RUSSIAN: "МСЭ"}


class Sector(NamedFact, table=True):
    """A Sector: Radiocommunication, Telecommunication Standardization or Telecommunication Development.

    Attributes:
        code: "R", "T" or "D".
        short: the short name, e.g. "ITU-T".
        bureau: the office of the secretariat that serves it, e.g. "TSB".
        position: its place in the order of the Constitution.
    """

    code: str = Field(primary_key=True, regex="^[RTD]$")
    short: str
    bureau: str
    position: int
    certainty: Certainty = certainty()


def find_sector(session: Session, key: str | Sector) -> Sector:
    """The Sector that a code, short name, bureau or name means.

    Raises:
        NotFound: there is no such Sector.
    """
    return key if isinstance(key, Sector) else one_of(_all(session), key, what="sector", spellings=_spellings)


def sector_in(code: str, language: Language) -> str:
    """A Sector as readers of a language know it: "ITU-T", "UIT-T"."""
    return f"{_UNION.get(language, 'ITU')}-{code}"


class Sectors:
    """`book.sectors`: list the Sectors and look one up."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __iter__(self) -> Iterator[Sector]:
        """The three Sectors: R, T, D."""
        with self._store.reading() as session:
            return iter(_all(session))

    def get(self, key: str | Sector) -> Sector:
        """A Sector by code ("T"), short name ("ITU-T"), bureau ("TSB") or name in any of the six languages.

        Raises:
            NotFound: there is no such Sector; the candidates say which there are.
        """
        with self._store.reading() as session:
            return find_sector(session, key)


def _all(session: Session) -> list[Sector]:
    return list(
        session.exec(
            select(Sector).where(col(Sector.retired_on).is_(None)).order_by(col(Sector.position))
        ).all()
    )


def _spellings(sector: Sector) -> list[str]:
    return [sector.code, sector.short, sector.bureau, *sector.names()]
