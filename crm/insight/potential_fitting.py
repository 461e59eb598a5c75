"""A calibrated logistic regression out of outcomes, told as one constant and one coefficient for each fact.

NumPy and scikit-learn are loaded only once there is something to fit: it takes a second.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from crm.insight.potential import Contribution
from crm.shown import Shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CALIBRATED_ON = 4
"""The latest quarter of what is learnt from sets how far from even the chances may go."""

_FEWEST = 10
"""So many of each outcome must be in either part, or nothing is fitted."""

_PENALTY = 1.0
"""The inverse of the strength by which coefficients are held down; scikit-learn's own choice, and ours."""


@dataclass(frozen=True, slots=True)
class Linear(Shown):
    """What a fitted regression says of facts: the logarithm of the odds, as a sum.

    Attributes:
        constant: where nothing is known.
        coefficients: what one of each fact adds.
    """

    constant: float
    coefficients: Mapping[str, float]

    def chance(self, features: Mapping[str, float]) -> float:
        """How likely something with these facts is won."""
        odds = self.constant + sum(part.amount for part in self.contributions(features))
        return 1 / (1 + math.exp(-odds))

    def contributions(self, features: Mapping[str, float]) -> tuple[Contribution, ...]:
        """What each fact adds, the weightiest first; a fact that it has not learnt from adds nothing and is left out."""
        parts = (
            Contribution(name, value, self.coefficients[name])
            for name, value in features.items()
            if name in self.coefficients and value
        )
        return tuple(sorted(parts, key=lambda part: (-abs(part.amount), part.feature)))


def can_be_fitted(won: Sequence[bool]) -> bool:
    """Whether there are enough of each outcome, in the order of time, to fit and to calibrate."""
    cut = _cut(won)
    return all(part.count(outcome) >= _FEWEST for part in (won[:cut], won[cut:]) for outcome in (True, False))


def fitted(features: Sequence[Mapping[str, float]], won: Sequence[bool]) -> Linear:
    """Fit a regression to outcomes in the order of time.

    Args:
        features: the facts of each; what is not there counts as nought.
        won: what became of each, of which `can_be_fitted` is true.
    """
    import numpy as np  # noqa: PLC0415 - whoever opens a book need not wait for it

    names = sorted({name for each in features for name in each})
    matrix = np.array([[each.get(name, 0.0) for name in names] for each in features])
    outcome, cut = np.array(won), _cut(won)
    regression = import_module("sklearn.linear_model").LogisticRegression(C=_PENALTY, max_iter=1000)
    regression.fit(matrix[:cut], outcome[:cut])
    slope, shift = _calibration(regression, matrix[cut:], outcome[cut:])
    constant = slope * float(regression.intercept_[0]) + shift
    coefficients = slope * regression.coef_[0]
    return Linear(constant, {name: float(each) for name, each in zip(names, coefficients, strict=True)})


def _calibration(regression: Any, matrix: NDArray[Any], outcome: NDArray[Any]) -> tuple[float, float]:
    """Platt's two numbers: what to multiply the logarithm of the odds by, and what to add."""
    frozen = import_module("sklearn.frozen").FrozenEstimator(regression)
    calibrated = import_module("sklearn.calibration").CalibratedClassifierCV(frozen, method="sigmoid")
    (sigmoid,) = calibrated.fit(matrix, outcome).calibrated_classifiers_[0].calibrators
    return -float(sigmoid.a_), -float(sigmoid.b_)


def _cut(won: Sequence[bool]) -> int:
    return len(won) - len(won) // _CALIBRATED_ON
