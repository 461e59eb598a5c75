"""Which months an account is exempt for and which it pays for: one answer for assessments, proposals and joining; pure.

A month is exempt where the exemption holds on its first day, or on the first day of what begins in it (unverified: months
are what is paid, and no source speaks of an exemption that begins or ends within a year).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Protocol

from crm.membership.dues.charging import months_in, runs


class Granted(Protocol):
    """An exemption, as far as its days go."""

    @property
    def since_on(self) -> date:
        """The first day."""

    @property
    def until_on(self) -> date:
        """The last day."""

    @property
    def reason(self) -> str:
        """Why, and by which decision."""


def exempt_months(
    granted: Iterable[Granted], since_on: date, months: Collection[int], year: int
) -> Mapping[int, str]:
    """Which of some months are exempt, each with the reason.

    Args:
        granted: the exemptions of the account.
        since_on: the first day of what is to be paid for, e.g. of a membership.
        months: of a year.
        year: the year.
    """
    return {
        month: each.reason
        for each in granted
        for month in months
        if each.since_on <= max(since_on, date(year, month, 1)) <= each.until_on
    }


def paid_stretches(
    granted: Collection[Granted], since_on: date, until_on: date
) -> Iterator[tuple[date, date]]:
    """The whole months between two days that are paid for, as stretches within a calendar year.

    Args:
        granted: the exemptions of the account.
        since_on: the first day.
        until_on: the last day.
    """
    for year in range(since_on.year, until_on.year + 1):
        months = months_in(since_on, until_on, year)
        yield from runs(set(months) - exempt_months(granted, since_on, months, year).keys(), year)
