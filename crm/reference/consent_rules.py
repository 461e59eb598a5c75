"""On what ground somebody may be written to about what we offer, by country and by how their organisation stands to us."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine
from sqlmodel import Field, Session, col, select

from crm.reference.facts import Certainty, Fact, certainty
from crm.reference.spans import holds_on
from crm.store.columns import choice

ELSEWHERE = "other"
"""Stands for every country that has no line of its own."""


class Basis(StrEnum):
    """The ground on which we write."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    PUBLIC_TASK = "public_task"
    LEGITIMATE_INTEREST = "legitimate_interest"
    EXISTING_RELATION = "existing_relation"

    @property
    def words(self) -> str:
        """The ground in words."""
        return self.value.replace("_", " ")


class Relation(StrEnum):
    """How an organisation stands to us.

    Attributes:
        MEMBER: it has a running membership.
        ADMINISTRATION: it is the administration of a State.
        PROSPECT: neither.
    """

    MEMBER = "member"
    ADMINISTRATION = "administration"
    PROSPECT = "prospect"


class ConsentRule(Fact, table=True):
    """A ground that suffices. A country with a line for a relation goes by its own lines, any other by those of "other".

    Attributes:
        country: ISO 3166 alpha-3, or "other".
        relation: to whom the line applies.
        basis: the ground.
        valid_from: the first day on which it holds, and `valid_to` the first on which it no longer does.
    """

    __tablename__ = "consent_rule"

    country: str = Field(primary_key=True, regex=r"^([A-Z]{3}|other)$")
    relation: Relation = choice(Relation, name="relation", primary_key=True)
    basis: Basis = choice(Basis, name="basis", primary_key=True)
    valid_from: date | None = None
    valid_to: date | None = None
    certainty: Certainty = certainty()


class ConsentRules:
    """Which grounds suffice where; a value without a database.

    Args:
        rules: the lines in force.
    """

    def __init__(self, rules: Iterable[ConsentRule] = ()) -> None:
        self._lines: dict[tuple[str, Relation], list[ConsentRule]] = defaultdict(list)
        for rule in rules:
            self._lines[rule.country, rule.relation].append(rule)

    def sufficient(self, country: str | None, relation: Relation, on: date) -> tuple[ConsentRule, ...]:
        """The grounds that suffice on a day, the country's own or those for countries without any of their own.

        Args:
            country: ISO 3166 alpha-3, or None if unknown.
            relation: how the organisation stands to us.
            on: the day.
        """
        own = self._of(country, relation, on) if country else ()
        return own or self._of(ELSEWHERE, relation, on)

    def _of(self, country: str, relation: Relation, on: date) -> tuple[ConsentRule, ...]:
        return tuple(rule for rule in self._lines.get((country, relation), ()) if holds_on(rule, on))


# Like the countries, the rules change with a load only, and every window of letters asks for them.
_KNOWN: WeakKeyDictionary[Engine | Connection, ConsentRules] = WeakKeyDictionary()


def consent_rules_of(session: Session) -> ConsentRules:
    """The rules that a database knows, read once."""
    known = _KNOWN.get(session.get_bind())
    if known is None:
        lines = session.exec(select(ConsentRule).where(col(ConsentRule.retired_on).is_(None))).all()
        for line in lines:
            session.expunge(line)
        known = _KNOWN[session.get_bind()] = ConsentRules(lines)
    return known


def forget_consent_rules(engine: Engine) -> None:
    """Read the rules of a database again when they are next needed, after a load has changed them."""
    _KNOWN.pop(engine, None)
