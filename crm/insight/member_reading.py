"""The facts of members as of their days: a fixed number of statements, however many accounts and days are asked about.

Looking back, memberships, participation and asks count only where they hold on the day and had been written down before
whatever is looked back from: one sequence numbers everything in the book, so the smaller number was there first. What an
organisation is, its size and corporate group above all, bears no day; what stood there then is told by the trail. How an
account stands counts by its day alone, as it is worked out now: a payment that became known later counts in it, and nobody
had to know it then.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from sqlmodel import Session

from crm.insight import member_statements as statements
from crm.insight.candidate import TookPart
from crm.insight.candidate_facts import own_groups, regions
from crm.insight.member_facts import Asked, Contacts, MemberFacts, Moment
from crm.insight.member_statements import OFFERED, UNDATED, Held
from crm.reference.categories import Category
from crm.reference.opportunity_stages import Outcome
from crm.reference.sector_concerns import Concern, concerns_on

_Counted = Counter[tuple[Category, str]]
"""Memberships by category and Sector."""


def facts_at(session: Session, moments: Sequence[Moment]) -> list[tuple[MemberFacts, ...]]:
    """What is known at each moment of its account: once for each membership as Sector Member or Associate.

    Args:
        session: reads the book.
        moments: the accounts and days; one that was merged away, or was no such member then, has nothing.
    """
    if not moments:
        return []
    rows = {row.number - 1: row for row in session.execute(statements.accounts(moments))}
    former = statements.former(session, moments)
    looks = {n: _Look(moments[n], row, former.get(n, {})) for n, row in rows.items()}
    around = _Around.of(session, moments, {look.group_id for look in looks.values()})
    return [tuple(around.facts(n, looks[n])) if n in looks else () for n in range(len(moments))]


class _Look(NamedTuple):
    """An account at a moment, and what it was then where that has been changed since."""

    moment: Moment
    row: Any
    former: Mapping[str, Any]

    @property
    def was(self) -> dict[str, Any]:
        """What the account was, of all that bears no day."""
        return {name: self.former.get(name, getattr(self.row, name)) for name in UNDATED}

    @property
    def group_id(self) -> int:
        """The head of its corporate group."""
        return int(self.former.get("group_id", self.row.group_id))


class _Around(NamedTuple):
    """What was read for all moments together."""

    by_account: Mapping[int, Sequence[Held]]
    by_group: Mapping[int, Sequence[Held]]
    parts: Mapping[int, Sequence[tuple[int, TookPart]]]
    contacts: Mapping[int, Contacts]
    asked: Mapping[int, Sequence[Asked]]
    own: Mapping[str | None, frozenset[str]]
    areas: Mapping[str | None, str | None]
    concerns: Mapping[str, tuple[Concern, ...]]
    counted: dict[Moment, _Counted]

    @classmethod
    def of(cls, session: Session, moments: Sequence[Moment], groups: Iterable[int]) -> "_Around":
        by_account: dict[int, list[Held]] = defaultdict(list)
        by_group: dict[int, list[Held]] = defaultdict(list)
        for held in map(Held._make, session.execute(statements.memberships(moments, groups))):
            by_account[held.organization_id].append(held)
            by_group[held.group_id].append(held)
        return cls(
            by_account,
            by_group,
            statements.parts(session, moments),
            {number - 1: Contacts(*told) for number, *told in session.execute(statements.contacts(moments))},
            statements.asked(session, moments),
            own_groups(session),
            regions(session),
            concerns_on(session, max(moment.on for moment in moments)),
            {},
        )

    def facts(self, number: int, look: _Look) -> Iterator[MemberFacts]:
        """The account with each of its memberships at the moment of this number."""
        held = [term for term in self.by_account.get(look.row.id, ()) if term.runs(look.moment)]
        offered = [term for term in held if term.category in OFFERED]
        shared = self._shared(number, look, held) if offered else {}
        for term in offered:
            yield MemberFacts(
                category=term.category,
                coverage=term.coverage,
                study_group=term.study_group,
                own_groups=self.own[term.study_group],
                member_since_on=term.since_on,
                **shared,
            )

    def _shared(self, number: int, look: _Look, held: Sequence[Held]) -> dict[str, Any]:
        """What does not depend on the membership."""
        moment, row, was = look.moment, look.row, look.was
        group = self._of_group(look, held)
        return {
            **was,
            "on": moment.on,
            "organization_id": row.id,
            "name": row.name,
            "region": self.areas.get(was["country"]),
            "synthetic": row.synthetic or any(term.synthetic for term in held),
            "sectors": _sectors(term for term in held if term.category is not Category.ASSOCIATE),
            "associate_in": _sectors(term for term in held if term.category is Category.ASSOCIATE),
            "standing": row.standing,
            "standing_as_of": row.as_of,
            "punctuality": row.punctuality,
            "participation": self._took_part(moment),
            "group_sectors": {
                s: n for (category, s), n in group.items() if category is Category.SECTOR_MEMBER
            },
            "group_associates": {
                s: n for (category, s), n in group.items() if category is Category.ASSOCIATE
            },
            "concerns": self.concerns.get(was["segment"], ()),
            "contacts": self.contacts.get(number, Contacts()),
            "asked": tuple(_as_of(asked, moment) for asked in self._asked_by(moment)),
        }

    def _of_group(self, look: _Look, held: Iterable[Held]) -> _Counted:
        """What its corporate group held; counted once for all accounts of the group that are looked at from one day."""
        moment, head = look.moment, look.group_id
        key = replace(moment, organization_id=head)
        if key not in self.counted:
            group = self.by_group.get(head, ())
            self.counted[key] = _counted(term for term in group if term.runs(moment))
        moved = [term for term in held if term.group_id != head]
        return self.counted[key] + _counted(moved) if moved else self.counted[key]

    def _took_part(self, moment: Moment) -> tuple[TookPart, ...]:
        known = self.parts.get(moment.organization_id, ())
        return tuple(part for record, part in known if part.on <= moment.on and moment.knows(record))

    def _asked_by(self, moment: Moment) -> Iterator[Asked]:
        known = self.asked.get(moment.organization_id, ())
        return (asked for asked in known if asked.opened_on <= moment.on and moment.knows(asked.id))


def _sectors(held: Iterable[Held]) -> frozenset[str]:
    return frozenset(letter for term in held for letter in term.coverage.value)


def _counted(held: Iterable[Held]) -> _Counted:
    return Counter((term.category, term.coverage.value) for term in held)


def _as_of(asked: Asked, moment: Moment) -> Asked:
    """An ask as it stood at a moment: one that was closed later was open then."""
    if asked.closed_on is None or asked.closed_on <= moment.on:
        return asked
    return Asked(asked.id, asked.kind, asked.sector, asked.opened_on, Outcome.OPEN, None)
