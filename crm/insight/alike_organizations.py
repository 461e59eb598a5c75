"""Which organisations of the book are probably one: all of it by one hash join, a few by the index of their keys."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlmodel import Session, col, func, select

from crm.directory.likeness import RULES, gathered, search
from crm.directory.tables import Organization
from crm.directory.weighing import weighed
from crm.insight.merge_tables import MergedKind
from crm.insight.pair import Pair
from crm.insight.told_apart import told_apart

_FEW, _AT_ONCE, _NONE = 5_000, 5_000, 2**63 - 1
"""Up to so many organisations are looked up one by one; for more, one pass over all is quicker."""

_THESE = """
    SELECT o.id AS ref, o.name, n.bare, o.country, o.lei, n.keys,
           ARRAY (SELECT d.domain FROM organization_domain d WHERE d.organization_id = o.id) AS domains
    FROM organization o JOIN organization_name n ON n.organization_id = o.id
    WHERE o.merged_into_id IS NULL AND {which}
"""
_OF_ONE = search(_THESE.format(which="o.id = :id"), only="o.id <> w.ref")
_OF_THOSE_FROM = search(_THESE.format(which="o.id >= :first"), only="o.id < w.ref")

# Names meet by number first, so that the long rows are fetched once for each two that met.
_OF_ALL = text("""
    WITH standing AS MATERIALIZED (
        SELECT id, name, country, lei FROM organization
        WHERE merged_into_id IS NULL
            AND (CAST(:country AS text) IS NULL OR country IS NULL OR country = :country)
    ), spread AS MATERIALIZED (
        SELECT n.id, n.organization_id, s.country, unnest(n.keys) AS key
        FROM organization_name n JOIN standing s ON s.id = n.organization_id
    ), met AS (
        SELECT DISTINCT one.id AS one_id, other.id AS other_id
        FROM spread one JOIN spread other ON other.key = one.key AND other.organization_id < one.organization_id
        WHERE one.country = other.country OR one.country IS NULL OR other.country IS NULL
    ), evidence AS (
        SELECT one.organization_id AS ref, other.organization_id AS id, one.bare AS wanted_bare, other.bare, NULL AS domain
        FROM met JOIN organization_name one ON one.id = met.one_id JOIN organization_name other ON other.id = met.other_id
        UNION ALL
        SELECT one.organization_id, other.organization_id, NULL, NULL, one.domain
        FROM organization_domain one
        JOIN organization_domain other ON other.domain = one.domain AND other.organization_id < one.organization_id
        WHERE NOT EXISTS (SELECT FROM mailbox_provider p WHERE p.domain = one.domain AND p.retired_on IS NULL)
    )
    SELECT e.ref, one.name AS wanted_name, e.wanted_bare, one.country AS wanted_country, one.lei AS wanted_lei,
           e.id, other.name, other.country, other.lei, e.bare, e.domain
    FROM evidence e JOIN standing one ON one.id = e.ref JOIN standing other ON other.id = e.id
""")


def alike(session: Session, *, since: datetime | None, country: str | None, least: float) -> list[Pair]:
    """The organisations that are probably one, in no order.

    Args:
        session: the session of the verb.
        since: only pairs of which the later one was added from this instant on.
        country: only pairs of which one is based there, ISO 3166 alpha-3.
        least: how sure it has to be.
    """
    first, few = _added(session, since) if since else (0, False)
    if few:
        rows = session.execute(_OF_THOSE_FROM, {"first": first})
    else:
        rows = session.execute(_OF_ALL, {"country": country}, execution_options={"yield_per": _AT_ONCE})
    pairs = _pairs(session, rows, country=country, least=least)
    return [pair for pair in pairs if pair.duplicate_id >= first]


def alike_to(session: Session, organization: Organization, *, least: float) -> list[Pair]:
    """The organisations that are probably this one, in no order."""
    return _pairs(session, session.execute(_OF_ONE, {"id": organization.id}), least=least)


def _added(session: Session, since: datetime) -> tuple[int, bool]:
    """The first organisation added from an instant on, and whether there are few of them."""
    query = select(func.min(Organization.id), func.count()).where(col(Organization.created_at) >= since)
    first, count = session.exec(query).one()
    return (first, count <= _FEW) if count else (_NONE, True)


def _pairs(
    session: Session, rows: Iterable[Row[Any]], *, country: str | None = None, least: float
) -> list[Pair]:
    apart = told_apart(session, Organization)
    found = []
    for (ref, other), (row, evidence) in gathered(rows).items():
        score, because = weighed(evidence)
        fits = score >= least and country in (None, *evidence.countries)
        if fits and frozenset((ref, other)) not in apart:
            found.append(_pair(row, score, because))
    return found


def _pair(row: Row[Any], score: float, because: tuple[str, ...]) -> Pair:
    (keep_id, keep), (duplicate_id, duplicate) = sorted([(row.id, row.name), (row.ref, row.wanted_name)])
    return Pair(
        kind=MergedKind.ORGANIZATION,
        keep_id=keep_id,
        keep=keep,
        duplicate_id=duplicate_id,
        duplicate=duplicate,
        score=score,
        because=because,
        rules=RULES,
    )
