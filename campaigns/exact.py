"""An exact interval for the difference between two shares, whatever the numbers: it needs no large samples.

The two arms are two binomial counts with unknown shares. For every difference that could be the true one, all tables
are looked at that speak as strongly against it as the one that was counted, and their probability is taken at the
least favourable pair of shares (Chan and Zhang, Biometrics 55, 1999), which is sought inside intervals that hold both
of them in 99.9 % of cases (Berger and Boos, JASA 89, 1994). What cannot be refuted is inside. Tables are ordered by the score statistic of
Farrington and Manning (Statistics in Medicine 9, 1990).
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrc, betaincinv, gammaln, xlog1py, xlogy

from campaigns.counts import Count

Numbers = NDArray[np.float64]

_SLACK = 0.001
"""How improbable it may be that the true shares lie outside the intervals they are sought in; paid for in full."""

_LEVELS = 150
_NOTHING = 1e-9
_PRECISION = 1e-5


def difference_interval(one: Count, other: Count, *, confidence: float) -> tuple[float, float]:
    """Between which differences of the shares the true one lies.

    Args:
        one: an arm of at least one.
        other: the arm that it is compared with, of at least one.
        confidence: how often such an interval must hold the true difference at the least, such as 0.95.

    Returns:
        The lowest and the highest difference, one less the other, between -1 and 1.
    """
    alpha = (1 - confidence) / 2
    return _lowest(one, other, alpha), -_lowest(one.opposite, other.opposite, alpha)


def _lowest(one: Count, other: Count, alpha: float) -> float:
    """The lowest difference that the counts do not refute; refuted is a chance below `alpha` of counts so far above."""
    low, high = -1.0, one.share - other.share
    while high - low > _PRECISION:
        middle = (low + high) / 2
        if _chance(one, other, middle) < alpha:
            low = middle
        else:
            high = middle
    return low


def _chance(one: Count, other: Count, difference: float) -> float:
    """How likely counts as far above a true difference are, at the pair of shares that makes them likeliest."""
    seen = _score(np.array([one.did]), np.array([other.did]), one, other, difference)
    others = np.arange(other.of + 1, dtype=np.float64)
    least = _least(others, one, other, difference, float(seen[0]))
    (low, high), (other_low, other_high) = _plausible(one), _plausible(other)
    levels = np.linspace(max(other_low, low - difference), min(other_high, high - difference), _LEVELS)
    if levels[0] > levels[-1]:
        return _SLACK  # no plausible pair of shares differs by so much
    chances = _pmf(others, other.of, levels[:, None]) * _reached(least, one.of, levels[:, None] + difference)
    return float(chances.sum(axis=1).max()) + _SLACK


def _least(others: Numbers, one: Count, other: Count, difference: float, seen: float) -> Numbers:
    """For each count of the other arm the least count of the one that speaks as strongly; one too many where none does."""
    low, high = np.zeros_like(others), np.full_like(others, one.of + 1)
    while np.any(low < high):
        middle = np.floor((low + high) / 2)
        enough = _score(np.minimum(middle, one.of), others, one, other, difference) >= seen - _NOTHING
        high = np.where((low < high) & enough, middle, high)
        low = np.where((low < high) & ~enough, middle + 1, low)
    return low


def _score(did: Numbers, others: Numbers, one: Count, other: Count, difference: float) -> Numbers:
    """By how many standard errors the counts lie above a true difference, the error taken as if it were the true one."""
    share, other_share = did / one.of, others / other.of
    level = _likeliest(share, other_share, other.of / one.of, difference)
    second = np.clip(level - difference, 0, 1)
    error = np.sqrt(level * (1 - level) / one.of + second * (1 - second) / other.of)
    above = share - other_share - difference
    with np.errstate(divide="ignore", invalid="ignore"):
        scored: Numbers = np.where(
            error > 0, above / error, np.where(np.abs(above) < _NOTHING, 0.0, np.sign(above) * np.inf)
        )
    return scored


def _likeliest(share: Numbers, other_share: Numbers, ratio: float, difference: float) -> Numbers:
    """The share of the one arm that makes the counts likeliest if the difference is the true one (a root of a cubic)."""
    a = 1 + ratio
    b = -(1 + ratio + share + ratio * other_share + difference * (ratio + 2))
    c = difference**2 + difference * (2 * share + ratio + 1) + share + ratio * other_share
    d = -share * difference * (1 + difference)
    v = (b / (3 * a)) ** 3 - b * c / (6 * a**2) + d / (2 * a)
    u = np.where(v >= 0, 1.0, -1.0) * np.sqrt(np.maximum((b / (3 * a)) ** 2 - c / (3 * a), 1e-30))
    angle = (np.pi + np.arccos(np.clip(v / u**3, -1, 1))) / 3
    level: Numbers = np.clip(
        2 * u * np.cos(angle) - b / (3 * a), max(difference, 0.0), min(1 + difference, 1.0)
    )
    return level


def _plausible(count: Count) -> tuple[float, float]:
    """Between which shares the true one lies but for half the slack (Clopper and Pearson, Biometrika 26, 1934)."""
    tail = _SLACK / 4
    lowest = betaincinv(count.did, count.of - count.did + 1, tail) if count.did else 0.0
    highest = betaincinv(count.did + 1, count.of - count.did, 1 - tail) if count.did < count.of else 1.0
    return float(lowest), float(highest)


def _pmf(counts: Numbers, of: int, level: Numbers) -> Numbers:
    ways = gammaln(of + 1) - gammaln(counts + 1) - gammaln(of - counts + 1)
    found: Numbers = np.exp(ways + xlogy(counts, level) + xlog1py(of - counts, -level))
    return found


def _reached(least: Numbers, of: int, level: Numbers) -> Numbers:
    """How likely an arm of this level has at least so many."""
    level = np.clip(level, 0, 1)
    found: Numbers = np.where(
        least <= 0, 1.0, np.where(least > of, 0.0, bdtrc(np.maximum(least - 1, 0), of, level))
    )
    return found
