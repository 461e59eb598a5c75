"""The facts that come with the program, read from their files without a database."""

from functools import cache

from crm.reference.country import Country, CountryAlias
from crm.reference.facts import Fact
from crm.reference.gazetteer import Gazetteer
from crm.reference.loader import FILES, read_all

_read_once = cache(read_all)


def shipped_facts(file: str) -> tuple[Fact, ...]:
    return tuple(line.fact for line in _read_once()[file])


@cache
def shipped_countries() -> dict[str, Country]:
    return {fact.code: fact for fact in shipped_facts("countries.csv") if isinstance(fact, Country)}


@cache
def shipped_gazetteer() -> Gazetteer:
    aliases = [fact for fact in shipped_facts("country_aliases.csv") if isinstance(fact, CountryAlias)]
    return Gazetteer(shipped_countries().values(), aliases)


def file_names() -> tuple[str, ...]:
    return tuple(FILES)
