"""`book.tiers`: how closely we keep in touch with accounts, and after how many days one goes cold."""

from collections.abc import Iterator

from sqlalchemy import CheckConstraint
from sqlmodel import Field, Session, col, select

from crm.errors import InvalidInput, NotFound
from crm.reference.facts import Certainty, Fact, certainty
from crm.reference.keyed import one_of
from crm.store.store import Store
from crm.store.violations import means


class Tier(Fact, table=True):
    """How closely we keep in touch with an account.

    Attributes:
        slug: its key, e.g. "key"; it never changes.
        position: its place in lists, the closest first.
        ideal_days: we want to have been in touch within so many days.
        most_days: after more than so many days without a touch, we are losing the account.
        is_default: whether it counts where an account has no tier of its own.
    """

    __tablename__ = "tier"
    __table_args__ = (CheckConstraint("most_days >= ideal_days", name="days"),)

    slug: str = Field(primary_key=True)
    position: int
    name: str
    ideal_days: int = Field(gt=0)
    most_days: int = Field(gt=0)
    is_default: bool
    certainty: Certainty = certainty()


means(
    "ck_tier_days",
    InvalidInput,
    "The most days of a tier would be fewer than its ideal days.",
    field="most_days",
)


def find_tier(session: Session, key: str | Tier | None) -> Tier:
    """The tier that a slug or name means; the default one for None.

    Raises:
        NotFound: there is no such tier; the candidates say which there are.
    """
    if isinstance(key, Tier):
        return key
    if key is not None:
        return one_of(_all(session), key, what="tier", spellings=lambda tier: [tier.slug, tier.name])
    for tier in _all(session):
        if tier.is_default:
            return tier
    raise NotFound("No tier is the default one.", field="tier", hint="See tiers.csv, and load it.")


class Tiers:
    """`book.tiers`: list the tiers and look one up."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __iter__(self) -> Iterator[Tier]:
        """Every tier, the closest first."""
        with self._store.reading() as session:
            return iter(_all(session))

    def get(self, key: str | Tier | None) -> Tier:
        """A tier by slug ("key") or name ("Key account"); the default one for None, as with `organization.tier`.

        Raises:
            NotFound: there is no such tier; the candidates say which there are.
        """
        with self._store.reading() as session:
            return find_tier(session, key)


def _all(session: Session) -> list[Tier]:
    current = select(Tier).where(col(Tier.retired_on).is_(None))
    return list(session.exec(current.order_by(col(Tier.position))).all())
