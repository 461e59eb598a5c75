"""A change in a what-if: it takes fee tables and gives other tables, or takes a membership and gives another.

Several are made one after another. None of them touches the book.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from crm.membership.what_if.members import Member
from crm.reference.fee_schedule import FeeSchedule
from crm.shown import Shown


class Change(Shown):
    """One change; made of nothing else, it changes nothing."""

    __slots__ = ()

    def tables(self, schedule: FeeSchedule, *, on: date) -> FeeSchedule:  # noqa: ARG002 - those that change tables ask
        """The fee tables with the change.

        Args:
            schedule: the tables without it.
            on: the day whose lines change.

        Raises:
            InvalidInput: the tables have no such line.
        """
        return schedule

    def member(self, member: Member) -> Member:
        """A membership with the change."""
        return member


def changed_tables(schedule: FeeSchedule, changes: Iterable[Change], *, on: date) -> FeeSchedule:
    """The fee tables with all changes, one made after another."""
    for change in changes:
        schedule = change.tables(schedule, on=on)
    return schedule


def changed_member(member: Member, changes: Iterable[Change]) -> Member:
    """A membership with all changes, one made after another."""
    for change in changes:
        member = change.member(member)
    return member


def keep(change: Change, values: Mapping[str, object]) -> None:
    """Put values as they were understood in the place of what was given; while the change is being made."""
    for name, value in values.items():
        object.__setattr__(change, name, value)
