"""`book.countries`: Member States and territories, their regions, groups and responsible States, by any reasonable key."""

from collections.abc import Iterator
from datetime import date
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Connection, Engine
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from crm.dates import day_of
from crm.reference.country import Country, CountryAlias, CountryGroup, GroupKind, IncomeGroup
from crm.reference.gazetteer import Basis, CountryKey, Gazetteer, Suggestion
from crm.reference.languages import Language
from crm.reference.spelling import plain
from crm.store.columns import chosen
from crm.store.store import Store

__all__ = [
    "Basis",
    "Countries",
    "Country",
    "CountryAlias",
    "CountryGroup",
    "CountryKey",
    "Gazetteer",
    "GroupKind",
    "IncomeGroup",
    "Suggestion",
    "countries_in",
    "find_country",
]

# Countries change with a load only, and an importer asks thousands of times: one index for each database.
_GAZETTEERS: WeakKeyDictionary[Engine | Connection, Gazetteer] = WeakKeyDictionary()


def find_country(session: Session, key: CountryKey) -> Country:
    """The country that a key means; see `Gazetteer.find`.

    Raises:
        NotFound: nothing answers to the key; what it might mean is in the candidates.
        Ambiguous: several do.
    """
    return gazetteer_of(session).find(key)


def gazetteer_of(session: Session) -> Gazetteer:
    """The index of the countries in a database, read once."""
    known = _GAZETTEERS.get(session.get_bind())
    return known or _read(session)


def forget_gazetteer(engine: Engine) -> None:
    """Read the countries of a database again at the next look-up, after a load has changed them."""
    _GAZETTEERS.pop(engine, None)


def _read(session: Session) -> Gazetteer:
    countries = session.exec(select(Country).where(col(Country.retired_on).is_(None))).all()
    aliases = session.exec(select(CountryAlias).where(col(CountryAlias.retired_on).is_(None))).all()
    # The index outlives the transaction, so its records must not be expired with it.
    for record in (*countries, *aliases):
        session.expunge(record)
    known = {country.code for country in countries}
    gazetteer = Gazetteer(countries, [alias for alias in aliases if alias.country in known])
    if countries:
        _GAZETTEERS[session.get_bind()] = gazetteer
    return gazetteer


class Countries:
    """`book.countries`: look a country up, list the Member States, say who answers for a territory."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __iter__(self) -> Iterator[Country]:
        """Every Member State and territory, by its English name."""
        return iter(self.gazetteer().countries)

    def gazetteer(self) -> Gazetteer:
        """The whole index at once, for who looks up many names without the book, such as the importer."""
        with self._store.reading() as session:
            return gazetteer_of(session)

    def get(self, key: CountryKey) -> Country:
        """The country that a key means.

        Args:
            key: an ISO 3166 code in capitals ("KE", "KEN"), an M49 number (404), a name in one of the six languages
                ("Kenya", "Кения"), a common alias ("South Korea"), or the country itself.

        Raises:
            NotFound: nothing answers to the key; what it might mean is in the candidates.
            Ambiguous: several do, as for "Congo".
        """
        return self.gazetteer().find(key)

    def suggest(self, text: str) -> tuple[Suggestion, ...]:
        """What a text that names no country might mean, with the reason, e.g. for "Houston, Texas"."""
        return self.gazetteer().suggest(text)

    def member_states(self, language: Language | str = Language.ENGLISH) -> tuple[Country, ...]:
        """The Member States of the Union, in the order of their names.

        Args:
            language: the language whose names give the order; the Union itself lists States by their French names.
        """
        states = [country for country in self if country.is_member_state]
        return tuple(sorted(states, key=lambda state: plain(state.name(language))))

    def responsible(self, key: CountryKey) -> Country | None:
        """The Member State whose administration answers for a country: itself, another, or None for unassigned."""
        country = self.get(key)
        return self.get(country.member_state) if country.member_state else None

    def groups(self, key: CountryKey, *, on: date | str) -> frozenset[GroupKind]:
        """The groups (LDC, LLDC, SIDS) that a country belongs to on a day.

        Where no source states since when, it counts as having always belonged.
        """
        day = day_of(on, today=self._store.now().date(), field="on")
        country = self.get(key)
        with self._store.reading() as session:
            rows = session.exec(_spells().where(CountryGroup.country == country.code)).all()
            return frozenset(row.kind for row in rows if row.covers(day))

    def members_of(self, kind: GroupKind | str, *, on: date | str) -> tuple[Country, ...]:
        """The countries that belong to a group on a day, by their English names."""
        day = day_of(on, today=self._store.now().date(), field="on")
        with self._store.reading() as session:
            rows = session.exec(
                _spells().where(CountryGroup.kind == chosen(GroupKind, kind, field="kind"))
            ).all()
            codes = {row.country for row in rows if row.covers(day)}
        return tuple(country for country in self if country.code in codes)


def countries_in(region: str) -> SelectOfScalar[str]:
    """The Member States and territories of a development region: a statement of their codes.

    A territory counts in the region of its State.

    Args:
        region: its slug.
    """
    return select(col(Country.code)).where(col(Country.region) == region)


def is_member_state() -> ColumnElement[bool]:
    """Whether a country is a Member State of the Union; for queries."""
    return col(Country.member_state) == col(Country.code)


def _spells() -> SelectOfScalar[CountryGroup]:
    return select(CountryGroup).where(col(CountryGroup.retired_on).is_(None))
