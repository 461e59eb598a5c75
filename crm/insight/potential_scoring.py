"""How well chances foretold what became of asks: scores, each with the interval that the true one lies in. Pure.

The intervals come from drawing the corporate groups again and again (bootstrap, percentiles), since the asks of one group
are not told apart by chance alone. The draws are seeded: the same outcomes give the same intervals.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from crm.insight.potential_scores import CONFIDENCE, Compared, Estimate, Score

Numbers = NDArray[np.float64]

_AT_ONCE = 100
"""Draws that are worked out together; more would only take memory."""

_NEAR = 1e-12


def compared(
    chances: Mapping[str, Sequence[float]],
    won: Sequence[bool],
    groups: Sequence[int],
    *,
    resamples: int,
    seed: int,
) -> Compared:
    """Score the chances that several gave to the same asks.

    Args:
        chances: by whose they are; the first two are compared.
        won: what became of each ask.
        groups: whose each ask was; those of one group are drawn together.
        resamples: how many draws stand behind an interval.
        seed: of the draws.
    """
    given = {name: np.asarray(values, float) for name, values in chances.items()}
    outcome = np.asarray(won, float)
    drawn = [
        {name: _scored(values, outcome, weights) for name, values in given.items()}
        for weights in _draws(groups, resamples, seed)
    ]
    points = {name: _scored(values, outcome, np.ones((1, len(outcome)))) for name, values in given.items()}
    ranges = {name: np.concatenate([draw[name] for draw in drawn], axis=1) for name in given}
    first, second, *_ = given
    gains, gain = ranges[first] - ranges[second], points[first] - points[second]
    return Compared(
        tuple(
            Score(name, *(_estimate(points[name][row, 0], ranges[name][row]) for row in range(3)))
            for name in given
        ),
        auc_gain=_estimate(gain[2, 0], gains[2]),
        brier_gain=_estimate(-gain[0, 0], -gains[0]),
    )


def _draws(groups: Sequence[int], resamples: int, seed: int) -> Sequence[Numbers]:
    """How often each ask is drawn: a row a draw, in parts."""
    heads, whose = np.unique(np.asarray(groups), return_inverse=True)
    chance = np.random.default_rng(seed)
    even = np.full(len(heads), 1 / len(heads))
    sizes = [min(_AT_ONCE, resamples - begun) for begun in range(0, resamples, _AT_ONCE)]
    return [chance.multinomial(len(heads), even, size=size)[:, whose].astype(float) for size in sizes]


def _scored(given: Numbers, outcome: Numbers, weights: Numbers) -> Numbers:
    """Brier score, log loss and ROC AUC, a column for each row of weights."""
    near = np.clip(given, _NEAR, 1 - _NEAR)
    losses = ((given - outcome) ** 2, -(outcome * np.log(near) + (1 - outcome) * np.log(1 - near)))
    total = weights.sum(axis=1)
    return np.stack([*(weights @ loss / total for loss in losses), _auc(given, outcome, weights)])


def _auc(given: Numbers, outcome: Numbers, weights: Numbers) -> Numbers:
    """The share of pairs, one won and one lost, in which the won one has the higher chance; of equals half a pair."""
    order = np.argsort(given, kind="stable")
    _, starts = np.unique(given[order], return_index=True)
    won = np.add.reduceat((weights * outcome)[:, order], starts, axis=1)
    lost = np.add.reduceat((weights * (1 - outcome))[:, order], starts, axis=1)
    below = np.cumsum(lost, axis=1) - lost
    pairs = won.sum(axis=1) * lost.sum(axis=1)
    ranked = (won * (below + lost / 2)).sum(axis=1)
    # A draw in which all were won, or all lost, tells nothing of an order.
    told: Numbers = np.divide(ranked, pairs, out=np.full(len(pairs), 0.5), where=pairs > 0)
    return told


def _estimate(value: float, drawn: Numbers) -> Estimate:
    beyond = (100 - CONFIDENCE) / 2
    lowest, highest = np.percentile(drawn, [beyond, 100 - beyond])
    return Estimate(float(value), float(lowest), float(highest))
