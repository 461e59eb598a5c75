"""The classes of contribution of Sector Members: whole units, 1 1/2, and the half and its halves down to 1/32.

The fractions are those of the unit of Sector Members that are published or follow from published fees (itu.int,
membership fees; derived); that whole units and 1 1/2 are classes too follows the scale of Member States (Convention
No. 468; unverified for Sector Members). The lowest that is open in a Sector is in `class_minimums.csv`.
"""

from fractions import Fraction

from crm.errors import InvalidInput
from crm.reference.facts import Certainty
from crm.reference.units import units_in_words

_BELOW_TWO = (*(Fraction(1, 2**power) for power in range(5, -1, -1)), Fraction(3, 2))


def class_certainty(units: Fraction) -> Certainty:
    """How sure it is that a number of units is a class of Sector Members."""
    return Certainty.UNVERIFIED if units >= 1 else Certainty.DERIVED


def refuse_no_class(units: Fraction) -> None:
    """Refuse a number of units that is no class of a Sector Member.

    Raises:
        InvalidInput: it is none; the hint names the classes next to it.
    """
    whole = units.numerator // units.denominator
    if units.denominator == 1 or units in _BELOW_TWO:
        return
    classes = [*_BELOW_TWO, Fraction(max(whole, 2)), Fraction(max(whole, 2) + 1)]
    below = [each for each in classes if each < units][-1:]
    above = [each for each in classes if each > units][:1]
    near = " and ".join(map(units_in_words, [*below, *above]))
    raise InvalidInput(
        f"{units_in_words(units)} is no class of a Sector Member.",
        field="units",
        value=str(units),
        hint=f"The classes next to it: {near}.",
    )
