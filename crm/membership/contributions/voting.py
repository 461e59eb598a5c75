"""Whether a Member State may vote, on any day: a pure function of what it owes, of its contributions and of the rules.

A Member State in arrears has no vote while its arrears reach what it was to contribute for the two years before
(Constitution No. 169; how much that is, is from memory: unverified, and so a dated rule). What a repayment plan covers does
not count while the plan is kept (PP-14/64). Days to come are as if nothing more were paid.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from crm.membership.contract.spells import ALWAYS, NEVER, Spell, joined
from crm.membership.dues.balance import ZERO, OpenItem, arrears_on
from crm.reference.membership_rules import MembershipRules, Rule

_DAY = timedelta(days=1)
_CENTIME = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class VoteCase:
    """What decides on the vote of one Member State.

    Attributes:
        items: the invoices of its account, and how much of each was open when.
        due: what it was to contribute for each year, as far as its class and the unit are known; not empty.
    """

    items: Sequence[OpenItem]
    due: Mapping[int, Decimal]

    def contribution(self, year: int) -> Decimal:
        """What it was to contribute for a year; of one that is not known, that of the first known year after it.

        So nobody loses the vote by what the book does not know (our reading).
        """
        return self.due[min((known for known in self.due if known >= year), default=max(self.due))]

    def years_before(self, day: date, rules: MembershipRules) -> tuple[int, ...]:
        """The years whose contributions are compared with the arrears of a day, the latest first."""
        return tuple(day.year - number for number in range(1, rules.on(day).vote_years + 1))

    def limit(self, day: date, rules: MembershipRules) -> Decimal:
        """The arrears with which there is no vote on a day."""
        return sum((self.contribution(year) for year in self.years_before(day, rules)), ZERO)

    def missing(self, day: date, rules: MembershipRules) -> Decimal:
        """What would have to be paid by a day so that there is a vote on it; nothing where there is one."""
        arrears, limit = arrears_on(self.items, day), self.limit(day, rules)
        return arrears - limit + _CENTIME if arrears and arrears >= limit else ZERO


def without_vote(case: VoteCase, rules: MembershipRules) -> list[Spell]:
    """The days on which a State has no vote, past and to come, the first before the others."""
    return joined(spell for spell in _stretches(case, rules) if case.missing(spell[0], rules))


def enough_until(case: VoteCase, rules: MembershipRules, day: date) -> date:
    """The last day to which what is missing on a day is enough, if nothing else is paid; `NEVER` where it stays so."""
    missing = case.missing(day, rules)
    later = (since for since, _ in _stretches(case, rules) if since > day)
    more = next((since for since in later if case.missing(since, rules) > missing), NEVER)
    return more if more == NEVER else more - _DAY


def _stretches(case: VoteCase, rules: MembershipRules) -> Iterator[Spell]:
    """Stretches of days of which each is like its first one."""
    changed = (day for item in case.items for day in _changes(item))
    years = (date(year, 1, 1) for year in range(min(case.due), max(case.due) + _most_years(rules) + 2))
    ruled = (line.valid_from for line in rules.lines if line.rule is Rule.VOTE_YEARS and line.valid_from)
    return pairwise(sorted({*changed, *years, *ruled, *ALWAYS}))


def _changes(item: OpenItem) -> Iterable[date]:
    """The days on which what is overdue of an invoice may change."""
    bounds = (day for spell in (*item.halted, *item.asked) for day in spell)
    return (item.due_on + _DAY, *(day for day, _ in item.steps), *bounds)


def _most_years(rules: MembershipRules) -> int:
    return max(int(line.value) for line in rules.lines if line.rule is Rule.VOTE_YEARS)
