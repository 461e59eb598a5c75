"""An uncertain number: a low, a likely and a high value, and how what lies between is drawn."""

from dataclasses import dataclass
from math import isfinite

from crm.errors import InvalidInput
from crm.reference.response_assumptions import Shape
from crm.shown import Shown


@dataclass(frozen=True, slots=True)
class Range(Shown):
    """A number nobody knows, with the values between which it is held to lie.

    Args:
        low: the least.
        likely: what is held to be most likely; the one value of a calculation without draws.
        high: the greatest.
        shape: how likely the values between are.

    Raises:
        InvalidInput: a value is no number, or they are not in order; `field` names the value.
    """

    low: float
    likely: float
    high: float
    shape: Shape = Shape.TRIANGULAR

    def __post_init__(self) -> None:
        for name in ("low", "likely", "high"):
            if not isfinite(getattr(self, name)):
                raise InvalidInput(f"{name}: {getattr(self, name)} is no number.", field=name)
        if not self.low <= self.likely <= self.high:
            name = "low" if self.low > self.likely else "high"
            raise InvalidInput(
                f"{name}: {self.low:g}, {self.likely:g}, {self.high:g} do not rise.",
                field=name,
                value=getattr(self, name),
                hint="Give low, likely and high in this order; one value three times is certain.",
            )

    @classmethod
    def certain(cls, value: float) -> "Range":
        """A number that is known, or taken as known."""
        return cls(value, value, value)

    def __str__(self) -> str:
        if self.low == self.high:
            return f"{self.low:g}"
        return f"{self.low:g} to {self.high:g}, likely {self.likely:g}, {self.shape}"
