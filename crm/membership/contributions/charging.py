"""What a Member State is charged for a year, and given back, so that it pays for the classes that it is in; pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from crm.membership.contributions.class_history import ContributionLine, in_money
from crm.membership.dues.charging import charged_months, months_in, runs
from crm.membership.dues.posting import ChargeLine
from crm.membership.dues.priced_otherwise import other_price
from crm.membership.dues.unused_months import PostedLine, given_back
from crm.reference.contributory_units import ContributoryUnit
from crm.reference.units import units_in_words

_MONTHS = 12


def to_charge(
    state: str,
    year: int,
    due: Iterable[ContributionLine],
    posted: Iterable[PostedLine],
    unit: ContributoryUnit,
) -> Iterator[ChargeLine]:
    """What is left to charge to a State for a year, and what of that charged before is not its class any more.

    Months are compared class by class, as those of memberships are, so that what a State owes does not depend on whether
    the year was assessed before or after its class changed.

    Args:
        state: the Member State, ISO 3166 alpha-3.
        year: the year.
        due: what it is to pay for the year, a line for each class.
        posted: what it was charged for any year, and given back, in the order in which that was posted.
        unit: what one unit costs in the year.
    """
    charged = _by_class(posted)
    own: defaultdict[Fraction | None, set[int]] = defaultdict(set)
    for part in due:
        months = {*months_in(part.since_on, part.until_on, year)}
        own[part.units] |= months
        yield from _charges(state, year, part, months - charged_months(charged[part.units], year), unit)
    for units, same in charged.items():
        for since_on, until_on in runs(charged_months(same, year) - own[units], year):
            yield from given_back(same, since_on=since_on, until_on=until_on)


def other_prices(
    year: int, due: Iterable[ContributionLine], posted: Iterable[PostedLine], unit: ContributoryUnit
) -> Iterator[tuple[Decimal, Decimal]]:
    """What a State was charged for months in a class and would be charged now, for each class of which the two differ.

    Args:
        year: the year.
        due: what it is to pay for the year, a line for each class.
        posted: what it was charged for any year, and given back, in the order in which that was posted.
        unit: what one unit costs in the year now.
    """
    charged = _by_class(posted)
    for part in due:
        same = charged[part.units]
        months = charged_months(same, year) & {*months_in(part.since_on, part.until_on, year)}
        now = part.units * Fraction(unit.amount) * len(months) / _MONTHS
        if both := other_price(same, months, year, now):
            yield both


def _by_class(posted: Iterable[PostedLine]) -> defaultdict[Fraction | None, list[PostedLine]]:
    charged: defaultdict[Fraction | None, list[PostedLine]] = defaultdict(list)
    for line in posted:
        charged[line.units].append(line)
    return charged


def _charges(
    state: str, year: int, part: ContributionLine, months: Iterable[int], unit: ContributoryUnit
) -> Iterator[ChargeLine]:
    for since_on, until_on in runs(months, year):
        count = until_on.month - since_on.month + 1
        yield ChargeLine(
            since_on=since_on,
            until_on=until_on,
            months=count,
            amount=in_money(part.units * count / _MONTHS, unit.amount),
            rule=unit.key,
            basis=_basis(replace(part, months=count), unit),
            units=part.units,
            state=state,
        )


def _basis(part: ContributionLine, unit: ContributoryUnit) -> str:
    doubt = f" ({unit.doubt})" if unit.doubt else ""
    words = [f"{units_in_words(part.units)} of the unit of {unit.amount:,.2f}{doubt}"]
    if part.class_certainty:
        words.append(f"class {part.class_certainty.value}")
    if part.months < _MONTHS:
        words.append(f"{part.months} of {_MONTHS} months")
    return ", ".join(words)
