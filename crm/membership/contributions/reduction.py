"""What the rules say to a class of contribution that a Member State chooses. Pure: they warn, and never forbid.

The Plenipotentiary Conference may authorise more than the limit in exceptional circumstances, and has: Canada went from
18 units to 13 in 2016, where the limit is 15. So a warning says what it compares with, and whoever records the class all
the same says why.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from crm.reference.contribution_scale import Scale
from crm.reference.units import units_in_words
from crm.shown import Shown


class Compared(StrEnum):
    """Which earlier class a new one is compared with; they differ where a State changed it inside the period.

    Attributes:
        CHOSEN: the class with which the State began the period.
        IN_FORCE: the class that was last in force.
    """

    CHOSEN = "chosen for the period"
    IN_FORCE = "last in force"


class ClassRule(StrEnum):
    """What a warning rests on.

    Attributes:
        REDUCTION_LIMIT: how far a class may go down at once (Constitution No. 165).
        SMALL_CLASS: who may choose 1/8 and 1/16 (Convention No. 468 and following).
        INSIDE_PERIOD: that a higher class can be chosen at any time, and a lower one only for the next period (Convention
            No. 471, from memory, unverified).
    """

    REDUCTION_LIMIT = "reduction_limit"
    SMALL_CLASS = "small_class"
    INSIDE_PERIOD = "inside_period"


@dataclass(frozen=True, slots=True)
class Earlier(Shown):
    """A class that a new one is compared with.

    Attributes:
        units: the class.
        since_on: the first day from which it is known to be in force.
        compared: which earlier class it is.
    """

    units: Fraction
    since_on: date
    compared: Compared

    def __str__(self) -> str:
        return f"{units_in_words(self.units)} ({self.compared}, since {self.since_on})"


@dataclass(frozen=True, slots=True)
class ClassWarning(Shown):
    """What a rule says to a class; no ban.

    Attributes:
        rule: the rule.
        words: what it says, in a sentence.
        earlier: what the class was compared with, where it was.
        lowest: the lowest class that the rule allows.
    """

    rule: ClassRule
    words: str
    earlier: Earlier | None
    lowest: Fraction

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True, slots=True)
class ClassRules(Shown):
    """The rules of a day; a value without a database.

    Attributes:
        scale: the classes.
        limit: by how many per cent a class may go down at the most.
        limit_from: from how many units on that holds; below, a class may go down to the next lower one.
    """

    scale: Scale
    limit: Decimal
    limit_from: Fraction

    def lowest_after(self, units: Fraction) -> Fraction:
        """The lowest class that may follow on a class (Constitution No. 165, rounded down to a class of the scale)."""
        if units < self.limit_from:
            return self.scale.below(units)
        return self.scale.at_or_below(units * (100 - Fraction(self.limit)) / 100)

    def lowest_open_to(self, units: Fraction, *, ground: str | None) -> Fraction:
        """The lowest class to which a State may go down, one that it may choose; its own where every lower one is reserved.

        Args:
            units: the class that it has.
            ground: on what ground it may choose a reserved class; None: on none that is known.
        """
        lowest = self.lowest_after(units)
        if ground is not None or lowest not in self.scale.reserved:
            return lowest
        return min(units, self._lowest_unreserved)

    def warnings(
        self,
        units: Fraction,
        *,
        earlier: Sequence[Earlier],
        ground: str | None,
        former_ground: str = "",
        inside: date | None = None,
    ) -> tuple[ClassWarning, ...]:
        """What the rules say to a class. To one that a State only keeps they say nothing.

        Args:
            units: the class that is chosen.
            earlier: what it is compared with, the one in force last; nothing where no earlier class is known.
            ground: on what ground the State may choose a reserved class; None: on none that is known.
            former_ground: on what ground it might before, until when.
            inside: the first day of the financial period inside which the class takes effect; None where a period begins
                with it, or none is on file.
        """
        reserved = (
            () if earlier and units == earlier[-1].units else self._reserved(units, ground, former_ground)
        )
        return (*self._too_far_down(units, earlier), *_inside_period(units, earlier[-1:], inside), *reserved)

    def _too_far_down(self, units: Fraction, earlier: Iterable[Earlier]) -> Sequence[ClassWarning]:
        return [
            ClassWarning(ClassRule.REDUCTION_LIMIT, self._said(units, each), each, lowest)
            for each in earlier
            if units < (lowest := self.lowest_after(each.units))
        ]

    def _said(self, units: Fraction, earlier: Earlier) -> str:
        lowest, limit_from = units_in_words(self.lowest_after(earlier.units)), units_in_words(self.limit_from)
        rule = (
            f"from {limit_from} units on a class goes down by {self.limit.normalize():f} per cent at the most"
            if earlier.units >= self.limit_from
            else f"below {limit_from} units a class goes down to the next lower one at the most"
        )
        return f"{units_in_words(units)} is less than {lowest}, the lowest class that may follow on {earlier}: {rule}."

    def _reserved(self, units: Fraction, ground: str | None, former: str) -> Sequence[ClassWarning]:
        if ground is not None or units not in self.scale.reserved:
            return ()
        lowest = self._lowest_unreserved
        words = (
            f"{units_in_words(units)} is reserved for least developed countries and States that the Council determines, "
            f"and this State is not known to be one{former and f' ({former})'}: {units_in_words(lowest)} is the lowest"
            " of the others."
        )
        return (ClassWarning(ClassRule.SMALL_CLASS, words, None, lowest),)

    @property
    def _lowest_unreserved(self) -> Fraction:
        return min(set(self.scale.classes) - self.scale.reserved)


def _inside_period(
    units: Fraction, in_force: Sequence[Earlier], inside: date | None
) -> Sequence[ClassWarning]:
    if inside is None:
        return ()
    words = (
        "{units} is less than {earlier}, inside the financial period that began on {inside}: a higher class can be chosen at any "
        "time, a lower one only for the next period (unverified)."
    )
    return [
        ClassWarning(
            ClassRule.INSIDE_PERIOD,
            words.format(units=units_in_words(units), earlier=each, inside=inside),
            each,
            each.units,
        )
        for each in in_force
        if units < each.units
    ]
