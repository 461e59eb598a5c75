"""The scores of chances that foretold what became of asks, as values; `potential_scoring` works them out."""

from dataclasses import dataclass

from crm.shown import Shown

CONFIDENCE = 95
"""Of each interval, in per cent."""


@dataclass(frozen=True, slots=True)
class Estimate(Shown):
    """A figure, with the 95 per cent interval that the true one lies in."""

    value: float
    lowest: float
    highest: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.lowest:.3f}, {self.highest:.3f}]"


@dataclass(frozen=True, slots=True)
class Score(Shown):
    """How well somebody's chances foretold the outcomes.

    Attributes:
        name: whose chances: of the model, of the weights, or the plain share of wins.
        brier: the mean of the squared error; less is better.
        log_loss: the mean of the logarithm of the chance given to what happened, without its sign; less is better.
        auc: how often one that was won had got the higher chance than one that was lost (ROC AUC); 0.5 is a coin.
    """

    name: str
    brier: Estimate
    log_loss: Estimate
    auc: Estimate

    def __str__(self) -> str:
        return f"{self.name}: Brier {self.brier}, log loss {self.log_loss}, ROC AUC {self.auc}"


@dataclass(frozen=True, slots=True)
class Compared:
    """The scores of several on the same outcomes, and by how much the first is better than the second.

    Attributes:
        auc_gain: how much higher the ROC AUC of the first is.
        brier_gain: how much lower its Brier score is.
    """

    scores: tuple[Score, ...]
    auc_gain: Estimate
    brier_gain: Estimate
