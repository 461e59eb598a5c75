"""What stands around an account: its corporate group, the Member State it counts for, and what concerns its segment.

Read for all accounts together, and only about the groups, States and segments that these accounts belong to.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from crm.directory.merged import stands
from crm.directory.tables import Organization, corporate_group, of_groups
from crm.insight.candidate import AdministrationLetter
from crm.insight.representation import states_with_sector_member
from crm.membership.ledger_tables import Term, running
from crm.reference.categories import Category
from crm.reference.countries import gazetteer_of
from crm.reference.sector_concerns import Concern, concerns_on

AdministrationLetters = Callable[
    [Session, Iterable[str], date], Mapping[str, tuple[AdministrationLetter, ...]]
]
"""Reads the letters of campaigns to the administrations of States by a day, by the code of the State."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around some accounts."""

    group_sectors: Mapping[int, Mapping[str, int]]
    states: Mapping[str, str | None]
    with_member: frozenset[str]
    letters: Mapping[str, tuple[AdministrationLetter, ...]]
    concerns: Mapping[str, tuple[Concern, ...]]

    @classmethod
    def of(
        cls, session: Session, rows: Sequence[Any], day: date, *, letters: AdministrationLetters
    ) -> "Surroundings":
        """Read what stands around accounts on a day.

        Args:
            session: reads the book.
            rows: the accounts, with their corporate group and country.
            day: the day.
            letters: reads the letters to administrations.
        """
        all_states = {country.code: country.member_state for country in gazetteer_of(session).countries}
        groups, countries = {row.group_id for row in rows}, {row.country for row in rows}
        states = {code: state for code, state in all_states.items() if code in countries}
        theirs = sorted({state for state in states.values() if state})
        return cls(
            _group_sectors(session, groups, day),
            states,
            frozenset(session.scalars(states_with_sector_member(day, among=theirs))),
            letters(session, theirs, day),
            concerns_on(session, day),
        )

    def around(self, row: Any) -> dict[str, Any]:
        """The fields of a candidate that say what stands around it."""
        state = self.states.get(row.country)
        return {
            "group_sectors": self.group_sectors.get(row.group_id, {}),
            "state_without_member": state is not None and state not in self.with_member,
            "administration_letters": self.letters.get(state, ()) if state else (),
            "concerns": self.concerns.get(row.segment, ()),
        }


def _group_sectors(session: Session, groups: Iterable[int], day: date) -> dict[int, dict[str, int]]:
    members = (
        select(corporate_group(), col(Term.coverage), func.count())
        .join_from(Term, Organization, col(Organization.id) == col(Term.organization_id))
        .where(of_groups(groups), stands(Organization))
        .where(col(Term.category) == Category.SECTOR_MEMBER, running(day))
        .group_by(corporate_group(), col(Term.coverage))
    )
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for group, coverage, accounts in session.execute(members):
        found[group][coverage.value] = accounts
    return found
