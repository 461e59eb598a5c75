"""Whom a campaign speaks to, as a rule: a tree of plain values that says the same to people, to JSON and to the database.

A rule holds no SQL: `crm.insight.audience_sql` makes a condition of it, in which every value is a parameter. What a rule
says of days is counted from the day that it is asked about.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from crm.errors import InvalidInput
from crm.insight.audience_clause import Clause
from crm.insight.audience_clauses import (
    HasOpenOpportunity,
    HasRole,
    InRegion,
    InSegment,
    InState,
    InStateWithoutSectorMember,
    OfKind,
    OfSize,
    StandsIn,
    TookPartWithin,
    TouchedWithin,
)
from crm.insight.audience_memberships import (
    FormerMember,
    IsMember,
    IsNotMember,
    TermEndsWithin,
    TermStartedWithin,
)

__all__ = [
    "AllOf",
    "AnyOf",
    "Clause",
    "FormerMember",
    "HasOpenOpportunity",
    "HasRole",
    "InRegion",
    "InSegment",
    "InState",
    "InStateWithoutSectorMember",
    "IsMember",
    "IsNotMember",
    "Not",
    "OfKind",
    "OfSize",
    "Rule",
    "StandsIn",
    "TermEndsWithin",
    "TermStartedWithin",
    "TookPartWithin",
    "TouchedWithin",
    "clauses_of",
    "parts_of",
    "rule_of",
]

MOST_DEEP = 8
MOST_CLAUSES = 200


class AllOf(Clause):
    """Every one of several rules is true; each of them is a reason for which an account may be left out."""

    rule: Literal["all_of"] = "all_of"
    rules: tuple["Rule", ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _check(self) -> Self:
        _refuse_too_large(self)
        return self

    @property
    def words(self) -> str:
        """Its rules, joined by "and"."""
        return " and ".join(_bracketed(rule) for rule in self.rules)

    @property
    def denied(self) -> str:
        """The whole of it, denied."""
        return f"is not one that {self.words}"


class AnyOf(Clause):
    """At least one of several rules is true."""

    rule: Literal["any_of"] = "any_of"
    rules: tuple["Rule", ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _check(self) -> Self:
        _refuse_too_large(self)
        return self

    @property
    def words(self) -> str:
        """Its rules, joined by "or"."""
        return " or ".join(_bracketed(rule) for rule in self.rules)

    @property
    def denied(self) -> str:
        """The whole of it, denied."""
        return f"is not one that {self.words}"


class Not(Clause):
    """A rule is not true."""

    rule: Literal["not"] = "not"
    of: "Rule"

    @model_validator(mode="after")
    def _check(self) -> Self:
        _refuse_too_large(self)
        return self

    @property
    def words(self) -> str:
        """The rule, denied."""
        return self.of.denied

    @property
    def denied(self) -> str:
        """The rule itself: twice denied is said."""
        return self.of.words


Rule = Annotated[
    AllOf
    | AnyOf
    | Not
    | IsMember
    | IsNotMember
    | FormerMember
    | TermEndsWithin
    | TermStartedWithin
    | HasRole
    | OfKind
    | OfSize
    | InSegment
    | InRegion
    | InState
    | InStateWithoutSectorMember
    | TouchedWithin
    | HasOpenOpportunity
    | StandsIn
    | TookPartWithin,
    Field(discriminator="rule"),
]
"""A rule: one of the clauses above."""

AllOf.model_rebuild()
AnyOf.model_rebuild()
Not.model_rebuild()


_RULE: TypeAdapter[Rule] = TypeAdapter(Rule)


def rule_of(document: object) -> Rule:
    """A rule out of its plain JSON, e.g. ``{"rule": "is_member", "category": "associate"}``.

    Raises:
        InvalidInput: it is no rule; the field says where.
    """
    _refuse_deep(document)
    try:
        return _RULE.validate_python(document)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(
            f"That is no rule: {first['msg']}.", field=place or "rule", value=first["input"]
        ) from None


def clauses_of(rule: Rule) -> tuple[Rule, ...]:
    """The clauses that each must hold: those of an `AllOf`, else the rule itself."""
    return rule.rules if isinstance(rule, AllOf) else (rule,)


def parts_of(rule: Rule) -> tuple[Rule, ...]:
    """The rules that a rule is made of; none for a plain one."""
    match rule:
        case AllOf(rules=rules) | AnyOf(rules=rules):
            return rules
        case Not(of=of):
            return (of,)
    return ()


def _refuse_too_large(rule: Rule) -> None:
    """Refuse a rule that is too deep or too long; its parts have been looked at before, so this never goes deep."""
    if _depth(rule) > MOST_DEEP:
        raise _too_deep()
    if _size(rule) > MOST_CLAUSES:
        raise InvalidInput(
            f"A rule has at most {MOST_CLAUSES} clauses.",
            field="audience",
            hint="One clause takes many values: InState(states=(…)).",
        )


def _too_deep() -> InvalidInput:
    return InvalidInput(
        f"A rule is nested at most {MOST_DEEP} deep.",
        field="audience",
        hint="Put the clauses into one AnyOf or AllOf side by side.",
    )


def _refuse_deep(document: object) -> None:
    """The same for JSON, before anything walks into it: level by level, since it may be nested without end."""
    level, depth = [document], 0
    while level := [inner for each in level for inner in _inside(each)]:
        depth += 1
        if depth > 2 * MOST_DEEP or len(level) > 50 * MOST_CLAUSES:
            raise _too_deep()


def _inside(document: object) -> Iterable[object]:
    if isinstance(document, Mapping):
        return document.values()
    return document if isinstance(document, list | tuple) else ()


def _depth(rule: Rule) -> int:
    return 1 + max(map(_depth, parts_of(rule)), default=0)


def _size(rule: Rule) -> int:
    return 1 + sum(map(_size, parts_of(rule)))


def _bracketed(rule: Rule) -> str:
    return f"({rule.words})" if isinstance(rule, AllOf | AnyOf) else rule.words
