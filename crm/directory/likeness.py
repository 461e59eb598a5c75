"""Organisations that are probably one and the same: signs for and against, weighed, and told in words.

Names meet by the keys stored beside them (`crm.directory.name_keys`), so a look-up reads the few names in a block and
never compares with all. What they have in common is weighed in `crm.directory.weighing`, the same for the importer
and for `book.duplicates`; whoever stores a result stores `RULES`, the version of the rules, with it.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Row, TextClause, text
from sqlmodel import Session

from crm.directory.name_keys import name_keys
from crm.directory.name_likeness import name_sign
from crm.directory.weighing import LEAST, RULES, Evidence, weighed
from crm.reference.legal_forms import legal_forms_of

__all__ = ["RULES", "Likeness", "Wanted", "gathered", "likely", "search"]


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


def likely(
    session: Session, wanted: Sequence[Wanted], *, most: int = 5, before: int | None = None
) -> dict[int, tuple[Likeness, ...]]:
    """The organisations of the book that each wanted one probably is, the likeliest first; one statement for all.

    Args:
        session: the session of the verb.
        wanted: what to look for; each with a ref of its own.
        most: how many to tell for each at the most.
        before: only organisations with a smaller id; an import asks what the book held before it began.

    Returns:
        For each ref that something is like, what it is like; the others are left out.
    """
    if not wanted:
        return {}
    bare = legal_forms_of(session).bare
    values = {"wanted": json.dumps([_row(one, bare(one.name)) for one in wanted]), "before": before}
    found = defaultdict(list)
    for (ref, organization_id), (row, evidence) in gathered(session.execute(_LIKELY, values)).items():
        score, because = weighed(evidence)
        if score >= LEAST:
            found[ref].append(Likeness(organization_id, row.name, row.country, score, because))
    return {ref: _likeliest(alike, most) for ref, alike in found.items()}


def gathered(rows: Iterable[Row[Any]]) -> dict[tuple[int, int], tuple[Row[Any], Evidence]]:
    """What a search found, by what was wanted and the organisation that it met; who met by chance is left out.

    Args:
        rows: what `search` gives.

    Returns:
        For each ref and organisation the first of its rows, and the evidence of all.
    """
    met: dict[tuple[int, int], tuple[Row[Any], Evidence]] = {}
    for row in rows:
        sign = name_sign(row.wanted_bare, row.bare) if row.bare is not None else None
        if row.bare is not None and sign is None:
            continue
        fresh = Evidence((row.wanted_country, row.country), (row.wanted_lei, row.lei))
        _, evidence = met.setdefault((row.ref, row.id), (row, fresh))
        evidence.add(sign, row.domain)
    return met


def search(wanted: str, *, only: str = "true") -> TextClause:
    """A statement that finds whom some wanted organisations meet: by a key of the name, a domain, or the LEI.

    Args:
        wanted: SQL that gives ref, name, bare, country, lei, domains and keys of each.
        only: a further condition on ``met`` and ``w``.
    """
    return text(f"""
        SELECT w.ref, w.name AS wanted_name, w.bare AS wanted_bare, w.country AS wanted_country, w.lei AS wanted_lei,
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


_LIKELY = search(
    """
    SELECT * FROM jsonb_to_recordset(CAST(:wanted AS jsonb))
        AS u (ref bigint, name text, bare text, country text, lei text, domains text[], keys bigint[])
""",
    only="(CAST(:before AS bigint) IS NULL OR met.id < :before)",
)


def _likeliest(alike: Iterable[Likeness], most: int) -> tuple[Likeness, ...]:
    return tuple(sorted(alike, key=lambda one: (-one.score, one.organization_id))[:most])


def _row(one: Wanted, bare: str) -> dict[str, object]:
    return {**asdict(one), "bare": bare, "keys": name_keys(bare)}
