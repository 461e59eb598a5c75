"""The categories of membership that are open to organisations, and what each may do."""

from collections.abc import Iterator
from enum import StrEnum

from sqlmodel import Field, Session, col, select

from crm.reference.facts import Certainty, Fact, certainty
from crm.reference.keyed import one_of
from crm.store.columns import choice
from crm.store.store import Store


class Category(StrEnum):
    """A category of membership."""

    SECTOR_MEMBER = "sector_member"
    ASSOCIATE = "associate"
    ACADEMIA = "academia"


class StudyGroupRule(StrEnum):
    """In which study groups a member of the category may take part."""

    ALL = "all"
    ONE = "one"


class MembershipCategory(Fact, table=True):
    """A category with its rules, as the published terms state them.

    Attributes:
        category: its key.
        sectors: the Sectors in which it exists, as letters, e.g. "RTD".
        one_for_all_sectors: whether one membership and one fee cover all Sectors; otherwise each Sector is separate.
        study_groups: whether all study groups are open to it or the one it has selected.
        rights: what it may do, in a sentence that letters may quote.
    """

    __tablename__ = "membership_category"

    category: Category = choice(Category, name="category", primary_key=True)
    name: str
    sectors: str = Field(regex="^R?T?D?$", min_length=1)
    one_for_all_sectors: bool
    study_groups: StudyGroupRule = choice(StudyGroupRule, name="study_groups")
    rights: str
    certainty: Certainty = certainty()


def find_category(session: Session, key: str | MembershipCategory) -> MembershipCategory:
    """The category that a key or a name means, e.g. "associate" or "Sector Member".

    Raises:
        NotFound: there is no such category.
    """
    if isinstance(key, MembershipCategory):
        return key
    return one_of(_all(session), key, what="category", spellings=lambda row: [row.category.value, row.name])


class Categories:
    """`book.categories`: list the categories of membership and look one up."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __iter__(self) -> Iterator[MembershipCategory]:
        """Every category."""
        with self._store.reading() as session:
            return iter(_all(session))

    def get(self, key: str | MembershipCategory) -> MembershipCategory:
        """A category by key ("sector_member") or name ("Sector Member").

        Raises:
            NotFound: there is no such category; the candidates say which there are.
        """
        with self._store.reading() as session:
            return find_category(session, key)


def _all(session: Session) -> list[MembershipCategory]:
    order = list(Category)
    rows = session.exec(select(MembershipCategory).where(col(MembershipCategory.retired_on).is_(None))).all()
    return sorted(rows, key=lambda row: order.index(row.category))
