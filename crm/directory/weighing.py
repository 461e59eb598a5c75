"""Weighing what speaks for and against two organisations being one. Pure: one place for whoever asks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from crm.directory.name_likeness import NameSign

RULES = "likeness 1"
"""The version of the rules: keys, signs, thresholds and weights. A change of any of them is a new version."""

_SIGNS = tuple(NameSign)

LEAST = 0.3
"""What is less alike than this is not told at all."""

WEIGHTS: Mapping[NameSign, float] = MappingProxyType(
    {
        NameSign.SAME: 0.8,
        NameSign.ORDER: 0.75,
        NameSign.SOUND: 0.65,
        NameSign.SPELLING: 0.65,
        NameSign.SHORT: 0.45,
        NameSign.LONGER: 0.3,
    }
)
"""How sure each sign of the name makes, where the country is the same as well."""

_SAME_DOMAIN, _COUNTRY_MISSING, _OTHER_COUNTRY, _OTHER_LEI = 0.5, 0.7, 0.4, 0.2


@dataclass(slots=True)
class Evidence:
    """What is known of two organisations that may be one.

    Attributes:
        name: in what their names are alike; the best sign where they have several names.
        domains: the domains they share, those of mailbox providers left out.
    """

    countries: tuple[str | None, str | None]
    leis: tuple[str | None, str | None] = (None, None)
    name: NameSign | None = None
    domains: set[str] = field(default_factory=set)

    def add(self, name: NameSign | None, domain: str | None) -> None:
        """Take in what else is found."""
        self.name = min((sign for sign in (self.name, name) if sign), key=_SIGNS.index, default=None)
        self.domains |= {domain} if domain else set()


def weighed(found: Evidence) -> tuple[float, tuple[str, ...]]:
    """How sure the evidence makes, and why. Pure.

    Signs for it add up as independent ones do, those against it divide; the same LEI settles it.
    """
    lei, other = found.leis
    if lei and lei == other:
        return 1.0, (f"same LEI {lei}",)
    doubt, because = 1.0, list[str]()
    for weight, words in (*_signs_of_name(found), *_signs_of_domain(found)):
        doubt *= 1 - weight
        because.append(words)
    score = 1 - doubt
    for weight, words in _signs_against(found) if because else ():
        score *= weight
        because.append(words)
    return round(score, 2), tuple(because)


def _signs_of_name(found: Evidence) -> Iterable[tuple[float, str]]:
    sign = found.name
    if sign is None:
        return
    one, other = found.countries
    if one and one == other:
        yield WEIGHTS[sign], f"{sign} in the same country"
    elif sign is NameSign.SAME and not (one and other):
        yield WEIGHTS[sign] * _COUNTRY_MISSING, f"{sign}; the country of one is not known"


def _signs_of_domain(found: Evidence) -> Iterable[tuple[float, str]]:
    if found.domains:
        yield _SAME_DOMAIN, f"same domain {min(found.domains)}"


def _signs_against(found: Evidence) -> Iterable[tuple[float, str]]:
    if all(found.countries) and len(set(found.countries)) > 1:
        yield _OTHER_COUNTRY, f"different countries ({' and '.join(map(str, found.countries))})"
    if all(found.leis) and len(set(found.leis)) > 1:
        yield _OTHER_LEI, f"different LEIs ({' and '.join(map(str, found.leis))})"
