"""Finding the country that a text means: a pure index of codes, names and aliases, with no database behind it."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from crm.errors import Ambiguous, NotFound
from crm.reference.country import AliasKind, Country, CountryAlias
from crm.reference.spelling import near, plain
from crm.shown import Shown

CountryKey = str | int | Country

_ALTERNATIVES = re.compile(r"[;/|]")
# The comma of Latin, Arabic and Chinese script.
_PARTS = re.compile("[,\u060c\uff0c]")
_FEW = 5
_LONGEST = 200


class Basis(StrEnum):
    """Why a country is suggested for a text that does not name one."""

    ENDS_WITH_COUNTRY = "ends_with_country"
    ENDS_WITH_SUBDIVISION = "ends_with_subdivision"
    SPELLING = "spelling"


@dataclass(frozen=True, slots=True)
class Suggestion(Shown):
    """A country that a text might mean, for a person or an importer to decide.

    Attributes:
        country: the country.
        basis: what kind of reason there is; a mere resemblance of spelling is the weakest.
        reason: the reason in words.
    """

    country: Country
    basis: Basis
    reason: str

    def __str__(self) -> str:
        return f"{self.country}: {self.reason}"


class Gazetteer:
    """Every code, name and alias of every country.

    Args:
        countries: the countries and territories.
        aliases: their other names, and the subdivisions that addresses end with.
    """

    def __init__(self, countries: Iterable[Country], aliases: Iterable[CountryAlias] = ()) -> None:
        self.countries = tuple(sorted(countries, key=lambda country: plain(country.name_en)))
        by_code = {country.code: country for country in self.countries}
        self._codes = by_code | {country.alpha2: country for country in self.countries}
        self._numbers = {country.m49: country for country in self.countries if country.m49}
        self._names: defaultdict[str, dict[str, Country]] = defaultdict(dict)
        self._subdivisions: defaultdict[str, dict[str, tuple[Country, str]]] = defaultdict(dict)
        for country in self.countries:
            for name in country.names():
                self._names[plain(name)][country.code] = country
        for alias in aliases:
            self._take(alias, by_code[alias.country])

    def _take(self, alias: CountryAlias, country: Country) -> None:
        if alias.kind is AliasKind.NAME:
            self._names[alias.plain][country.code] = country
        else:
            self._subdivisions[alias.plain][country.code] = (country, alias.alias)

    def find(self, key: CountryKey) -> Country:
        """The country that a key means.

        Args:
            key: an ISO 3166 code in capitals ("KE", "KEN"), an M49 number (404, "404"), a name in one of the six
                languages, a common alias, or the country itself. Capitals matter in codes: "NA" is Namibia, while
                "na" in a file mostly stands for "not available".

        Raises:
            NotFound: nothing answers to the key; what it might mean is in the candidates.
            Ambiguous: several do, as for "Congo" or "Korea".
        """
        if isinstance(key, Country):
            return key
        found = self.matches(key)
        if len(found) == 1:
            return found[0]
        text = str(key)[:_LONGEST]
        if found:
            raise Ambiguous(
                f"{text!r} may be any of {len(found)} countries.",
                field="country",
                value=text,
                candidates=[str(country) for country in found],
                hint="Use the ISO 3166 code.",
            )
        raise NotFound(
            f"{text!r} is not a country.",
            field="country",
            value=text,
            candidates=lambda: [str(suggestion) for suggestion in self.suggest(text)],
            hint="Use the ISO 3166 code, or a name in one of the six languages.",
        )

    def suggest(self, text: str) -> tuple[Suggestion, ...]:
        """What a text might mean that is not the name of a country, e.g. "Houston, Texas" or "Swizerland".

        One suggestion that rests on the end of an address is safe enough to correct with a note; several, or a
        resemblance of spelling, are for a person to decide.

        Args:
            text: what stands in the country field of a file.

        Returns:
            The suggestions, none twice; nothing when nothing comes close.
        """
        text = text[:_LONGEST]
        ends = [_PARTS.split(part)[-1].strip() for part in _ALTERNATIVES.split(text)]
        found = [suggestion for end in ends for suggestion in self._at_end(end)] or self._alike(text)
        return tuple({suggestion.country.code: suggestion for suggestion in reversed(found)}.values())[::-1]

    def matches(self, key: str | int) -> tuple[Country, ...]:
        """The countries that a code, a number or a name means: one, several as for "Congo", or none."""
        text = str(key)[:_LONGEST].strip()
        if text.isascii() and text.isdecimal():
            return tuple(country for number, country in self._numbers.items() if number == int(text))
        if text in self._codes:
            return (self._codes[text],)
        return tuple(self._names.get(plain(text), {}).values())

    def _at_end(self, end: str) -> list[Suggestion]:
        named = [
            Suggestion(country, Basis.ENDS_WITH_COUNTRY, f"the text ends with {end!r}")
            for country in self.matches(end)
        ]
        parts = self._subdivisions.get(plain(end), {}).values()
        return named + [
            Suggestion(country, Basis.ENDS_WITH_SUBDIVISION, f"{name!r} is a part of it")
            for country, name in parts
        ]

    def _alike(self, text: str) -> list[Suggestion]:
        wanted = plain(text)
        code = self._codes.get(text.strip().upper())
        cased = [Suggestion(code, Basis.SPELLING, "its code is written in capitals")] if code else []
        return cased + [
            Suggestion(country, Basis.SPELLING, f"{text!r} looks like {spelling!r}")
            for spelling in near(wanted, self._names, most=_FEW)
            for country in self._names[spelling].values()
        ]
