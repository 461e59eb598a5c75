"""Organisations that are probably one and the same: signs for and against, weighed, and told in words.

Names meet by the keys stored beside them (`crm.directory.name_keys`), so a look-up reads the few names in a block and
never compares with all. What they have in common is weighed here, in one place for the importer and for
`book.duplicates`; whoever stores a result stores `RULES` with it.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any

from sqlalchemy import Row, TextClause, text
from sqlmodel import Session

from crm.directory.name_keys import name_keys
from crm.directory.name_likeness import NameSign, name_sign
from crm.reference.legal_forms import legal_forms_of

RULES = "likeness 1"
"""The version of the rules: keys, signs, thresholds and weights. A change of any of them is a new version."""

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


@dataclass(frozen=True, slots=True)
class Wanted:
    """An organisation that the book may know.

    Attributes:
        ref: what the caller calls it, such as the number of a row.
        name: its name as it is written.
        country: ISO 3166 alpha-3; None where it is not known.
        domains: its internet domains, as `crm.directory.addresses.normal_domain` gives them.
        lei: its Legal Entity Identifier, as `crm.directory.lei.valid_lei` gives it.
    """

    ref: int
    name: str
    country: str | None = None
    domains: tuple[str, ...] = ()
    lei: str | None = None


@dataclass(frozen=True, slots=True)
class Likeness:
    """An organisation of the book that something may be.

    Attributes:
        score: how sure, from 0 to 1; 1 is certain.
        because: the signs in words, those against it last.
    """

    organization_id: int
    name: str
    country: str | None
    score: float
    because: tuple[str, ...]
    rules: str = RULES


@dataclass(slots=True)
class Evidence:
    """What is known of two organisations that may be one.

    Attributes:
        bares: pairs of their bare names that met.
        domains: the domains they share, those of mailbox providers left out.
    """

    countries: tuple[str | None, str | None]
    leis: tuple[str | None, str | None]
    bares: set[tuple[str, str]] = field(default_factory=set)
    domains: set[str] = field(default_factory=set)


def weighed(found: Evidence) -> tuple[float, tuple[str, ...]]:
    """How sure the evidence makes, and why. Pure.

    Signs for it add up as independent ones do, those against it divide; the same LEI settles it.
    """
    known = [lei for lei in found.leis if lei]
    if len(known) == len(found.leis) and len(set(known)) == 1:
        return 1.0, (f"same LEI {known[0]}",)
    doubt, because = 1.0, list[str]()
    for weight, words in (*_signs_of_name(found), *_signs_of_domain(found)):
        doubt *= 1 - weight
        because.append(words)
    score = 1 - doubt
    for weight, words in _signs_against(found) if because else ():
        score *= weight
        because.append(words)
    return round(score, 2), tuple(because)


def likely(session: Session, wanted: Sequence[Wanted], *, most: int = 5) -> dict[int, tuple[Likeness, ...]]:
    """The organisations of the book that each wanted one probably is, the likeliest first; one statement for all.

    Args:
        session: the session of the verb.
        wanted: what to look for; each with a ref of its own.
        most: how many to tell for each at the most.

    Returns:
        For each ref that something is like, what it is like; the others are left out.
    """
    if not wanted:
        return {}
    bare = legal_forms_of(session).bare
    values = {"wanted": json.dumps([_row(one, bare(one.name)) for one in wanted])}
    found = defaultdict(list)
    for (ref, _), rows in met(session.execute(_LIKELY, values)).items():
        score, because = weighed(evidence(rows))
        if score >= LEAST:
            found[ref].append(Likeness(rows[0].id, rows[0].name, rows[0].country, score, because))
    return {
        ref: tuple(sorted(alike, key=lambda one: (-one.score, one.organization_id))[:most])
        for ref, alike in found.items()
    }


def met(rows: Iterable[Row[Any]]) -> Mapping[tuple[int, int], list[Row[Any]]]:
    """What a search found, by what was wanted and the organisation that it met."""
    together = defaultdict(list)
    for row in rows:
        together[row.ref, row.id].append(row)
    return together


def evidence(rows: Sequence[Row[Any]]) -> Evidence:
    """What a search found about one pair."""
    first = rows[0]
    return Evidence(
        countries=(first.wanted_country, first.country),
        leis=(first.wanted_lei, first.lei),
        bares={(row.wanted_bare, row.bare) for row in rows if row.bare},
        domains={row.domain for row in rows if row.domain},
    )


def search(wanted: str, *, only: str = "true") -> TextClause:
    """A statement that finds whom some wanted organisations meet: by a key of the name, a domain, or the LEI.

    Args:
        wanted: SQL that gives ref, bare, country, lei, domains and keys of each.
        only: a further condition on ``met`` and ``w``.
    """
    return text(f"""
        SELECT w.ref, w.bare AS wanted_bare, w.country AS wanted_country, w.lei AS wanted_lei,
               o.id, o.name, o.country, o.lei, met.bare, met.domain
        FROM ({wanted}) AS w
        CROSS JOIN LATERAL (
            SELECT n.organization_id AS id, n.bare, NULL AS domain FROM organization_name n WHERE n.keys && w.keys
            UNION ALL
            SELECT d.organization_id, NULL, d.domain FROM organization_domain d WHERE d.domain = ANY (w.domains)
                AND NOT EXISTS (SELECT FROM mailbox_provider p WHERE p.domain = d.domain AND p.retired_on IS NULL)
            UNION ALL
            SELECT i.id, NULL, NULL FROM organization i WHERE i.lei = w.lei
        ) AS met
        CROSS JOIN LATERAL (
            SELECT o.* FROM organization o WHERE o.id = met.id AND o.merged_into_id IS NULL
                AND (met.bare IS NULL OR w.country IS NULL OR o.country IS NULL OR o.country = w.country)
            OFFSET 0  -- the planner expects thousands to meet, and would read all organisations for a single one
        ) AS o
        WHERE {only}
    """)  # noqa: S608 - both parts are ours


_LIKELY = search("""
    SELECT * FROM jsonb_to_recordset(CAST(:wanted AS jsonb))
        AS u (ref bigint, bare text, country text, lei text, domains text[], keys bigint[])
""")


def _row(one: Wanted, bare: str) -> dict[str, object]:
    return {**asdict(one), "bare": bare, "keys": name_keys(bare)}


def _signs_of_name(found: Evidence) -> Iterable[tuple[float, str]]:
    signs = [sign for pair in found.bares if (sign := name_sign(*pair))]
    sign = min(signs, key=list(NameSign).index, default=None)
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
