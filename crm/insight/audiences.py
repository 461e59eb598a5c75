"""`book.audiences`: whom a rule reaches, how many each of its clauses leaves out, and why one account is in or out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import case, func, select, text
from sqlmodel import col

from crm.dates import day_of
from crm.directory.merged import stands
from crm.directory.resolve import OrganizationKey, find_organization
from crm.directory.tables import Organization
from crm.insight.audience_rules import AllOf, AnyOf, Not, Rule, clauses_of, parts_of
from crm.insight.audience_sql import LONGEST, condition
from crm.shown import Shown
from crm.store.store import Store
from crm.store.time_limits import limited


@dataclass(frozen=True, slots=True)
class LeftOutBy(Shown):
    """How many accounts a clause leaves out: those that meet every clause before it, and not this one."""

    clause: str
    accounts: int


@dataclass(frozen=True, slots=True)
class AudienceCount(Shown):
    """How many accounts a rule reaches on a day.

    Attributes:
        rule: the rule in words.
        accounts: those that it is true of.
        left_out: how many each clause leaves out, in their order; zeros included. With `accounts` they add up to all.
    """

    rule: str
    on: date
    accounts: int
    left_out: tuple[LeftOutBy, ...]

    def __str__(self) -> str:
        lines = [f"{row.accounts:,} left out: not one that {row.clause}" for row in self.left_out]
        return "\n".join([f"{self.accounts:,} accounts, each of which {self.rule}, on {self.on}", *lines])


@dataclass(frozen=True, slots=True)
class Answer(Shown):
    """What a clause of a rule comes to for one account.

    Attributes:
        holds: whether it is true of the account.
        words: what is so, e.g. "is an Associate" or "is not an Associate".
        parts: the same for the rules that it is made of.
    """

    holds: bool
    words: str
    parts: tuple["Answer", ...] = ()

    def lines(self, depth: int = 0) -> Iterator[str]:
        """It and its parts, a line each."""
        yield f"{'  ' * depth}{'yes' if self.holds else 'no'}: {self.words}"
        for part in self.parts:
            yield from part.lines(depth + 1)


@dataclass(frozen=True, slots=True)
class Explanation(Shown):
    """Why one account is in an audience, or is not.

    Attributes:
        member: whether the rule is true of it.
        clauses: what each clause that must hold comes to.
    """

    organization_id: int
    organization: str
    on: date
    member: bool
    clauses: tuple[Answer, ...]

    def __str__(self) -> str:
        said = f"{self.organization} is {'in' if self.member else 'not in'} the audience on {self.on}"
        return "\n".join([said, *(line for clause in self.clauses for line in clause.lines(1))])


class Audiences:
    """`book.audiences`: ask a rule whom it reaches.

    Args:
        store: the door to the database.
        longest: how long a statement may take.
    """

    def __init__(self, store: Store, *, longest: timedelta = LONGEST) -> None:
        self._store = store
        self._longest = longest

    def count(self, rule: Rule, *, on: date | str | None = None) -> AudienceCount:
        """How many accounts a rule reaches, and how many each of its clauses leaves out; in one statement.

        Args:
            rule: the rule. The clauses of an `AllOf` are looked at in their order: the first that is not true of an
                account names the reason.
            on: the day; today where none is given.

        Raises:
            StoreError: it takes more than a minute.
        """
        day, clauses = self._day(on), clauses_of(rule)
        fails = [(~condition(clause, day), place) for place, clause in enumerate(clauses)]
        outcome = case(*fails, else_=len(clauses)).label("outcome")
        query = select(outcome, func.count()).where(stands(Organization)).group_by(text("outcome"))
        with self._store.reading() as session, limited(session, self._longest):
            found: Mapping[int, int] = {place: accounts for place, accounts in session.execute(query)}  # noqa: C416 - dict() would take the result for a mapping
        left_out = (LeftOutBy(clause.words, found.get(place, 0)) for place, clause in enumerate(clauses))
        return AudienceCount(rule.words, day, found.get(len(clauses), 0), tuple(left_out))

    def members(self, rule: Rule, *, on: date | str | None = None) -> tuple[Organization, ...]:
        """The accounts that a rule is true of, by id.

        Args:
            rule: the rule.
            on: the day; today where none is given.

        Raises:
            StoreError: it takes more than a minute.
        """
        met = condition(rule, self._day(on))
        query = select(Organization).where(stands(Organization), met).order_by(col(Organization.id))
        with self._store.reading() as session, limited(session, self._longest):
            return tuple(session.scalars(query))

    def explain(self, rule: Rule, account: OrganizationKey, *, on: date | str | None = None) -> Explanation:
        """Why one account is in the audience of a rule or is not, clause by clause. Only this account is looked at.

        A clause about a whole State or segment looks at that, too.

        Args:
            rule: the rule.
            account: which account.
            on: the day; today where none is given.

        Raises:
            NotFound: nothing answers to the key.
            Ambiguous: several accounts do.
        """
        day, leaves = self._day(on), list(dict.fromkeys(_leaves(rule)))
        with self._store.reading() as session, limited(session, self._longest):
            asked = find_organization(session, account)
            query = select(*(condition(leaf, day) for leaf in leaves)).where(col(Organization.id) == asked.id)
            known = dict(zip(leaves, session.execute(query).one(), strict=True))
        answers = tuple(_answer(clause, known) for clause in clauses_of(rule))
        return Explanation(asked.id, asked.name, day, all(answer.holds for answer in answers), answers)

    def _day(self, on: date | str | None) -> date:
        today = self._store.now().date()
        return day_of(on or today, today=today, field="on")


def _leaves(rule: Rule) -> Iterator[Rule]:
    parts = parts_of(rule)
    for part in parts:
        yield from _leaves(part)
    if not parts:
        yield rule


def _answer(rule: Rule, known: Mapping[Rule, Any]) -> Answer:
    parts = tuple(_answer(part, known) for part in parts_of(rule))
    match rule:
        case AllOf():
            holds = all(part.holds for part in parts)
        case AnyOf():
            holds = any(part.holds for part in parts)
        case Not():
            holds = not parts[0].holds
        case _:
            holds = bool(known[rule])
    # What is denied says all there is to say about a plain clause.
    shown = parts[0].parts if isinstance(rule, Not) else parts
    return Answer(holds, rule.words if holds else rule.denied, shown)
