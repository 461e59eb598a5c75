"""`book.regions`: the six development regions of the Union."""

from collections.abc import Iterator

from sqlmodel import Field, Session, col, select

from crm.reference.facts import Certainty, NamedFact, certainty
from crm.reference.keyed import one_of
from crm.store.store import Store


class Region(NamedFact, table=True):
    """An ITU development region (BDT). Not an administrative region A to E, nor a radio Region 1 to 3.

    Attributes:
        slug: its key, e.g. "arab-states".
        position: its place in the usual order.
    """

    slug: str = Field(primary_key=True)
    position: int
    certainty: Certainty = certainty()


def find_region(session: Session, key: str | Region) -> Region:
    """The region that a slug or a name in one of the six languages means.

    Raises:
        NotFound: there is no such region.
    """
    return (
        key
        if isinstance(key, Region)
        else one_of(all_regions(session), key, what="region", spellings=_spellings)
    )


class Regions:
    """`book.regions`: list the regions and look one up."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __iter__(self) -> Iterator[Region]:
        """The six regions in their usual order."""
        with self._store.reading() as session:
            return iter(all_regions(session))

    def get(self, key: str | Region) -> Region:
        """A region by slug or by its name in any of the six languages, e.g. "Africa" or "Afrique".

        Raises:
            NotFound: there is no such region; the candidates say which there are.
        """
        with self._store.reading() as session:
            return find_region(session, key)


def all_regions(session: Session) -> list[Region]:
    """The six regions in their usual order."""
    return list(
        session.exec(
            select(Region).where(col(Region.retired_on).is_(None)).order_by(col(Region.position))
        ).all()
    )


def _spellings(region: Region) -> list[str]:
    return [region.slug, *region.names()]
