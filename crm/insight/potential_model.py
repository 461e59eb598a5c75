"""A model fitted to the outcomes in the book, judged on later ones beside the weights, and used only where it is better. Pure.

A logistic regression, calibrated on the latest quarter of what it learns from (Platt's method), so that what it says
still adds up: the logarithm of the odds is a constant and one contribution for each fact. It is judged forward in time:
each part of the later outcomes by a model that knows only what had been won or lost before the first of them was asked
for. The weights are judged on the same outcomes, their points turned into chances by the same means.

How much it must be better, and how many outcomes that takes, is `Bar`: our own choice, fixed before anybody looked.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from crm.insight.potential_fitting import Linear, can_be_fitted, fitted
from crm.insight.potential_scores import Compared, Estimate, Score
from crm.shown import Shown


@dataclass(frozen=True, slots=True)
class Bar(Shown):
    """What a model must clear before its chances rank instead of the points.

    Attributes:
        outcomes: so many asks that were won or lost.
        of_each: so many of them won, and as many lost.
        later: on so many later ones it is judged.
        folds: in so many parts, each later than what the model of the part had learnt from.
        first: the share of outcomes, the earliest, that none is judged on.
        margin: by so much its ROC AUC must be above that of the weights, with the interval of the difference above nought;
            and its Brier score must be below theirs, and below that of the plain share of wins.
        resamples: draws of corporate groups behind each interval.
        seed: of these draws.
    """

    outcomes: int = 200
    of_each: int = 40
    later: int = 100
    folds: int = 4
    first: float = 0.4
    margin: float = 0.03
    resamples: int = 1000
    seed: int = 20270401


BAR = Bar()


@dataclass(frozen=True, slots=True)
class Lesson(Shown):
    """An upgrade or a further Sector that was asked for and won or lost, with what was known when it was opened.

    Attributes:
        opportunity_id: the ask.
        group_id: the corporate group of the account; its asks are drawn together.
        points: what the weights made of it.
        features: what the model reads; what is not there counts as nought.
    """

    opportunity_id: int
    group_id: int
    opened_on: date
    closed_on: date
    won: bool
    points: int
    features: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Calibration(Shown):
    """Of later asks with chances alike, how many were won.

    Attributes:
        said: the mean of the chances.
        won: how many were won.
        of: how many there are.
    """

    said: float
    won: int
    of: int

    def __str__(self) -> str:
        return f"said {self.said:.0%}, won {self.won} of {self.of} ({self.won / self.of:.0%})"


@dataclass(frozen=True, slots=True, kw_only=True)
class PotentialModel(Shown):
    """What the outcomes in the book teach, and whether it ranks.

    Attributes:
        used: whether its chances rank instead of the points.
        why: why, or why not.
        outcomes: the asks that were won or lost, as far as anything can be learnt from them.
        won: how many of them were won.
        passed_over: those whose account was no such member then, by the ledger.
        judged: the later asks that it was judged on.
        scores: of the model, the weights and the plain share of wins, on these.
        auc_gain: by how much its ROC AUC is above that of the weights.
        brier_gain: by how much its Brier score is below theirs.
        calibration: what it said of later asks, and what became of them, in fifths.
        linear: the model, fitted to all outcomes; None where there are too few.
        bar: what it must clear.
    """

    used: bool
    why: str
    outcomes: int
    won: int
    passed_over: int
    judged: int = 0
    scores: tuple[Score, ...] = ()
    auc_gain: Estimate | None = None
    brier_gain: Estimate | None = None
    calibration: tuple[Calibration, ...] = ()
    linear: Linear | None = None
    bar: Bar = BAR

    def lines(self) -> Iterator[str]:
        """All of it, a line each."""
        yield f"{'The model ranks' if self.used else 'The weights rank'}: {self.why}."
        passed = f", and {self.passed_over} that teach nothing" if self.passed_over else ""
        yield f"Outcomes: {self.outcomes}, {self.won} of them won{passed}."
        if self.scores:
            yield f"On {self.judged} later ones, with 95 % intervals:"
            yield from (f"  {score}" for score in self.scores)
            yield f"  ROC AUC above the weights by {self.auc_gain}, Brier score below theirs by {self.brier_gain}"
            yield from (f"  {fifth}" for fifth in self.calibration)
        if self.linear is not None:
            yield f"Logarithm of the odds: {self.linear.constant:+.2f}, and for each"
            weightiest = sorted(self.linear.coefficients.items(), key=lambda entry: -abs(entry[1]))
            yield from (f"  {name} {coefficient:+.2f}" for name, coefficient in weightiest)

    def __str__(self) -> str:
        return "\n".join(self.lines())


def learnt(lessons: Sequence[Lesson], *, passed_over: int = 0, bar: Bar = BAR) -> PotentialModel:
    """What outcomes teach: a model, judged beside the weights, and whether it is used.

    Args:
        lessons: the asks that were won or lost, in any order.
        passed_over: how many others there are, from which nothing can be learnt.
        bar: what it must clear.
    """
    known = sorted(lessons, key=lambda lesson: (lesson.opened_on, lesson.opportunity_id))
    won = sum(lesson.won for lesson in known)
    model = PotentialModel(used=False, why="", outcomes=len(known), won=won, passed_over=passed_over, bar=bar)
    if too_few := _too_few(known, bar):
        return replace(model, why=too_few)
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - it asks every library that is loaded

    with threadpool_limits(1):  # the same sums in the same order, on whatever machine
        return _judged(model, known, bar)


def _judged(model: PotentialModel, known: Sequence[Lesson], bar: Bar) -> PotentialModel:
    # NumPy takes as long to import as all the rest, and only outcomes that are scored need it.
    from crm.insight.potential_scoring import compared  # noqa: PLC0415

    judged = list(_forward(known, bar))
    model = replace(model, judged=len(judged), linear=_fitted(known))
    if too_few := _too_few_later([lesson.won for lesson, _ in judged], bar):
        return replace(model, why=too_few)
    result = compared(
        {name: [chances[name] for _, chances in judged] for name in _JUDGES},
        [lesson.won for lesson, _ in judged],
        [lesson.group_id for lesson, _ in judged],
        resamples=bar.resamples,
        seed=bar.seed,
    )
    used, why = _verdict(result, bar)
    return replace(
        model,
        used=used,
        why=why,
        scores=result.scores,
        auc_gain=result.auc_gain,
        brier_gain=result.brier_gain,
        calibration=tuple(_fifths([(chances["model"], lesson.won) for lesson, chances in judged])),
    )


_JUDGES = ("model", "weights", "share of wins")


def _too_few(known: Sequence[Lesson], bar: Bar) -> str | None:
    won = [lesson.won for lesson in known]
    if len(won) < bar.outcomes or min(won.count(True), won.count(False)) < bar.of_each:
        return (
            f"it takes {bar.outcomes} asks that were won or lost, {bar.of_each} of either kind; there are {len(won)},"
            f" {won.count(True)} won and {won.count(False)} lost"
        )
    return None if can_be_fitted(won) else "too few of the latest outcomes are of one kind"


def _too_few_later(won: Sequence[bool], bar: Bar) -> str | None:
    if len(won) >= bar.later and len(set(won)) > 1:
        return None
    return f"it can be judged on {len(won)} later outcomes, {sum(won)} of them won; it takes {bar.later}, of either kind"


def _forward(known: Sequence[Lesson], bar: Bar) -> Iterator[tuple[Lesson, dict[str, float]]]:
    """The later outcomes with the chances that each judge gave them, knowing only what was over before."""
    first = int(len(known) * bar.first)
    starts = [first + (len(known) - first) * fold // bar.folds for fold in range(bar.folds)]
    days = [*(known[start].opened_on for start in starts), date.max]
    for begins, ends in pairwise(days):
        over = [lesson for lesson in known if lesson.closed_on < begins]
        if not can_be_fitted([lesson.won for lesson in over]):
            continue
        model, weights = _fitted(over), _points_fitted(over)
        share = sum(lesson.won for lesson in over) / len(over)
        for lesson in known:
            if begins <= lesson.opened_on < ends:
                chances = (model.chance(lesson.features), weights.chance(_points(lesson)), share)
                yield lesson, dict(zip(_JUDGES, chances, strict=True))


def _fitted(lessons: Sequence[Lesson]) -> Linear:
    return fitted([lesson.features for lesson in lessons], [lesson.won for lesson in lessons])


def _points_fitted(lessons: Sequence[Lesson]) -> Linear:
    return fitted([_points(lesson) for lesson in lessons], [lesson.won for lesson in lessons])


def _points(lesson: Lesson) -> dict[str, float]:
    return {"points": float(lesson.points)}


def _verdict(result: Compared, bar: Bar) -> tuple[bool, str]:
    gain, (model, *others) = result.auc_gain, result.scores
    if gain.value < bar.margin or gain.lowest <= 0:
        told = f"it takes {bar.margin} and an interval above nought"
        return False, f"on later outcomes the model's ROC AUC is above theirs by {gain}, where {told}"
    for other in others:
        if model.brier.value >= other.brier.value:
            told = f"Brier {model.brier}, {other.name} {other.brier}"
            return (
                False,
                f"the model orders later outcomes better, but its chances are no nearer the truth: {told}",
            )
    return (
        True,
        f"on later outcomes its ROC AUC is above that of the weights by {gain}; it takes {bar.margin}",
    )


def _fifths(said: Sequence[tuple[float, bool]]) -> Iterator[Calibration]:
    ordered = sorted(said)
    for fifth in range(5):
        part = ordered[len(ordered) * fifth // 5 : len(ordered) * (fifth + 1) // 5]
        yield Calibration(sum(p for p, _ in part) / len(part), sum(w for _, w in part), len(part))
