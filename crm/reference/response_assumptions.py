"""How members are assumed to answer to a change of their fee, in one year, where whoever asks assumes nothing else.

The table is read from its file and not from the book: its values are inputs of a calculation, which prints them with its
result.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache

from crm.reference.csvfile import facts, shipped
from crm.reference.facts import Certainty, Fact


class Rate(StrEnum):
    """The parameters of the response of members; `crm.membership.what_if.response` says what each does."""

    EXIT_ANYWAY = "exit_anyway"
    EXIT_BY_RISE = "exit_by_rise"
    EXIT_OF_NEW_PAYERS = "exit_of_new_payers"
    DOWNGRADE_ANYWAY = "downgrade_anyway"
    DOWNGRADE_BY_SAVING = "downgrade_by_saving"
    UPGRADE_ANYWAY = "upgrade_anyway"
    UPGRADE_BY_NARROWING = "upgrade_by_narrowing"
    LOWER_CLASS = "lower_class"


class Shape(StrEnum):
    """How likely the values of a range are.

    Attributes:
        TRIANGULAR: most likely at `likely`, falling to nothing at the ends.
        UNIFORM: all alike, whatever is called likely.
    """

    TRIANGULAR = "triangular"
    UNIFORM = "uniform"


class ResponseAssumption(Fact):
    """One parameter, with the values between which it is held to lie.

    Attributes:
        rate: which parameter.
        low: the least, `likely` what is held to be most likely, `high` the greatest.
        shape: how likely the values between are.
        words: what it is the share of, in words.
    """

    rate: Rate
    low: float
    likely: float
    high: float
    shape: Shape
    words: str
    certainty: Certainty


@cache
def response_assumptions() -> Mapping[Rate, ResponseAssumption]:
    """Every parameter on file, in the order of `Rate`."""
    found = {row.rate: row for row in facts(ResponseAssumption, shipped("response_assumptions.csv"))}
    return {rate: found[rate] for rate in Rate}
