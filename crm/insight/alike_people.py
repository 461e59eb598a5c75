"""Which people of the book are probably one: by name, organisation, domain and telephone number."""

from datetime import datetime
from math import prod
from typing import Any

from sqlalchemy import Row, text
from sqlmodel import Session

from crm.directory.name_likeness import NameSign, name_sign
from crm.directory.people import Person
from crm.directory.weighing import RULES
from crm.insight.merge_tables import MergedKind
from crm.insight.pair import Pair
from crm.insight.told_apart import told_apart

_SAME_NAME, _NEAR_NAME = 0.5, 0.35
_ORGANIZATION, _DOMAIN, _PHONE = 0.6, 0.5, 0.6
_SWITCHBOARD = 0.3
"""A number that people of other names share is that of a desk or a switchboard."""

# Three ways to meet: the same name, the same number, and a name that looks alike within one organisation.
_MET = text("""
    WITH standing AS MATERIALIZED (
        SELECT p.id, p.name, p.normal_name, p.created_at, split_part(p.email_key, '@', 2) AS domain,
               right(regexp_replace(p.phone, '\\D', '', 'g'), 9) AS phone
        FROM person p WHERE p.merged_into_id IS NULL
    ), held AS MATERIALIZED (
        SELECT DISTINCT h.organization_id, s.id, s.normal_name FROM position h JOIN standing s ON s.id = h.person_id
    ), met AS (
        SELECT one.id AS one_id, other.id AS other_id
        FROM standing one JOIN standing other ON other.normal_name = one.normal_name AND other.id < one.id
        UNION
        SELECT one.id, other.id FROM standing one JOIN standing other ON other.phone = one.phone AND other.id < one.id
        WHERE length(one.phone) >= 7
        UNION
        SELECT one.id, other.id
        FROM held one JOIN held other ON other.organization_id = one.organization_id AND other.id < one.id
        WHERE similarity(one.normal_name, other.normal_name) >= 0.4
    )
    SELECT one.id, one.name, one.normal_name, other.id AS other_id, other.name AS other_name,
           other.normal_name AS other_normal_name, coalesce(length(one.phone) >= 7 AND one.phone = other.phone, false) AS phone,
           CASE WHEN one.domain = other.domain AND NOT EXISTS (
               SELECT FROM mailbox_provider p WHERE p.domain = one.domain AND p.retired_on IS NULL
           ) THEN one.domain END AS domain,
           (SELECT min(o.name) FROM held h JOIN held i USING (organization_id)
            JOIN organization o ON o.id = h.organization_id
            WHERE h.id = one.id AND i.id = other.id) AS organization
    FROM met JOIN standing one ON one.id = met.one_id JOIN standing other ON other.id = met.other_id
    WHERE (CAST(:id AS bigint) IS NULL OR one.id = :id OR other.id = :id)
        AND (CAST(:since AS timestamptz) IS NULL OR one.created_at >= :since)
""")


def alike_people(
    session: Session, *, person: Person | None = None, since: datetime | None = None, least: float
) -> list[Pair]:
    """The people who are probably one, in no order.

    Args:
        session: the session of the verb.
        person: only pairs of which this is one.
        since: only pairs of which the later one was added from this instant on.
        least: how sure it has to be.
    """
    apart = told_apart(session, Person)
    rows = session.execute(_MET, {"id": person and person.id, "since": since})
    pairs = (_pair(row) for row in rows if frozenset((row.id, row.other_id)) not in apart)
    return [pair for pair in pairs if pair.score >= least]


def weighed_people(
    name: NameSign | None, *, organization: str | None, domain: str | None, phone: bool
) -> tuple[float, tuple[str, ...]]:
    """How sure it is that two people are one, and why. Pure.

    Args:
        name: in what their names are alike.
        organization: an organisation at which both hold or held a position.
        domain: the domain of both e-mail addresses, that of a mailbox provider left out.
        phone: whether they have one telephone number.
    """
    same = name in {NameSign.SAME, NameSign.ORDER}
    signs = [
        (_SAME_NAME if same else _NEAR_NAME, str(name).replace(" but for the legal form", "")),
        (_ORGANIZATION, f"both at {organization}") if organization else None,
        (_DOMAIN, f"both write from {domain}") if domain and same else None,
        (_PHONE, "same telephone number") if phone else None,
    ]
    if name is None:
        return (_SWITCHBOARD, ("same telephone number",)) if phone else (0.0, ())
    found = [sign for sign in signs if sign]
    doubt = prod(1 - weight for weight, _ in found)
    return round(1 - doubt, 2), tuple(words for _, words in found)


def _pair(row: Row[Any]) -> Pair:
    name = name_sign(row.normal_name, row.other_normal_name)
    score, because = weighed_people(name, organization=row.organization, domain=row.domain, phone=row.phone)
    return Pair(
        kind=MergedKind.PERSON,
        keep_id=row.other_id,
        keep=row.other_name,
        duplicate_id=row.id,
        duplicate=row.name,
        score=score,
        because=because,
        rules=RULES,
    )
