"""Whether a Sector Member may choose a class: pure. Below the lowest there are reduced classes, open to few."""

from datetime import date

from crm.errors import NotFound, Refused
from crm.membership.pricing import Holding
from crm.membership.proposals.proposal import Ground
from crm.reference.categories import Category
from crm.reference.fee_schedule import FeeSchedule
from crm.reference.fees import ClassMinimum
from crm.reference.units import units_in_words


def reduced_class(
    schedule: FeeSchedule, wished: Holding, before: Holding | None, *, on: date
) -> Ground | None:
    """The conditions of a class below the lowest one; None where the class is open to everybody.

    In ITU-R and ITU-T classes below half a unit are for organisations of developing countries with a low income that
    are no members of the Sector yet (Resolution 170). Who qualifies is decided case by case, so what cannot be known
    here is a warning; what can be is refused.

    Args:
        schedule: the tables.
        wished: the membership with the class that is wished for.
        before: what it is in the Sector so far.
        on: the first day.

    Raises:
        Refused: there is no such class in the Sector for the country, or the account is in a higher one there.
    """
    if wished.category is not Category.SECTOR_MEMBER or wished.units is None:
        return None
    sector, country = wished.coverage.value, wished.development
    lowest = schedule.minimum(sector, development=country, on=on)
    if wished.units >= lowest.units:
        return None
    reduced = schedule.reduced_minimum(sector, development=country, on=on)
    if reduced is None or wished.units < reduced.units:
        raise _too_low(wished, reduced or lowest)
    if before is not None and before.category is Category.SECTOR_MEMBER:
        _refuse_from_above(before, lowest, reduced)
    return Ground("reduced class", reduced.conditions or "", reduced.certainty, reduced.source)


def refuse_too_low(schedule: FeeSchedule, wished: Holding, *, on: date, explained_by: str = "reason") -> None:
    """Refuse a class below the lowest one that is open to everybody, on a day that the tables say something of.

    Args:
        schedule: the tables.
        wished: the membership with the class.
        on: the day.
        explained_by: how the verb is told why it is so all the same.

    Raises:
        Refused: it is too low.
    """
    if wished.category is not Category.SECTOR_MEMBER or wished.units is None:
        return
    try:
        lowest = schedule.minimum(wished.coverage.value, development=wished.development, on=on)
    except NotFound:
        return
    if wished.units < lowest.units:
        raise _too_low(
            wished, lowest, f"Say why it is so all the same (`{explained_by}`), e.g. by which decision."
        )


def _too_low(wished: Holding, lowest: ClassMinimum, hint: str = "") -> Refused:
    seat = wished.headquarters
    whom = f"a group headquartered in {seat}" if seat else f"a {wished.development.value} country"
    return Refused(
        f"The lowest class in ITU-{wished.coverage} for {whom} is {units_in_words(lowest.units)}.",
        rule="proposals.lowest_class",
        field="units",
        value=str(wished.units),
        hint=f"By {lowest.source}. {hint}".rstrip(),
    )


def _refuse_from_above(before: Holding, lowest: ClassMinimum, reduced: ClassMinimum) -> None:
    """Refuse a reduced class to a member in a full one; who has a reduced class fulfilled the conditions once."""
    if (before.units or lowest.units) < lowest.units:
        return
    raise Refused(
        f"A class below {units_in_words(lowest.units)} is not for members of the Sector in a higher one.",
        rule="proposals.reduced_class",
        field="units",
        hint=f"{reduced.conditions}. By {reduced.source}.",
    )
