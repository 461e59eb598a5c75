import math
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from crm.insight.potential_fitting import fitted
from crm.insight.potential_model import Bar, Lesson, learnt
from crm.insight.potential_scoring import compared

START = date(2020, 1, 1)


def lessons(count=600, *, effect=0.0, seed=1, group_of=1):
    """Asks, one a day; a call of theirs makes a win likelier by `effect` on the log odds, and the points know nothing of it."""
    chance = np.random.default_rng(seed)
    for number in range(count):
        called, points = bool(chance.random() < 0.5), int(chance.integers(0, 7)) * 10
        odds = -0.7 + effect * called
        opened = START + timedelta(days=number)
        yield Lesson(
            opportunity_id=number,
            group_id=number // group_of,
            opened_on=opened,
            closed_on=opened + timedelta(days=30),
            won=bool(chance.random() < 1 / (1 + math.exp(-odds))),
            points=points,
            features={"engagement": float(called), "points of nothing": points / 10},
        )


def test_a_planted_effect_is_found_and_ranks():
    model = learnt(list(lessons(effect=2.0)))
    assert model.used, model.why
    assert model.linear.coefficients["engagement"] > 1
    assert abs(model.linear.coefficients["points of nothing"]) < 0.2
    assert model.auc_gain.lowest > 0
    assert model.auc_gain.value >= model.bar.margin
    assert [score.name for score in model.scores] == ["model", "weights", "share of wins"]
    assert model.scores[0].brier.value < model.scores[2].brier.value


@pytest.mark.parametrize("seed", range(12))
def test_pure_noise_is_not_used(seed):
    model = learnt(list(lessons(seed=seed)))
    assert not model.used
    assert "above theirs" in model.why or "no nearer the truth" in model.why


def test_what_the_weights_know_already_is_not_used():
    known = list(lessons(effect=2.0))
    told = [replace(lesson, points=round(50 * lesson.features["engagement"])) for lesson in known]
    model = learnt(told)
    assert not model.used
    assert model.scores[1].auc.value > 0.6


@pytest.mark.parametrize(
    ("count", "won", "why"),
    [
        (0, None, "there are 0, 0 won and 0 lost"),
        (199, None, "there are 199"),
        (400, True, "there are 400, 400 won and 0 lost"),
        (400, False, "there are 400, 0 won and 400 lost"),
    ],
)
def test_too_few_outcomes_are_not_learnt_from(count, won, why):
    found = list(lessons(count, effect=2.0))
    model = learnt(found if won is None else [replace(lesson, won=won) for lesson in found])
    assert (model.used, model.linear, model.scores) == (False, None, ())
    assert why in model.why


def test_the_order_in_which_outcomes_are_given_changes_nothing():
    found = list(lessons(effect=2.0))
    assert learnt(found) == learnt(found[::-1]) == learnt(found)


def test_nothing_is_learnt_from_an_outcome_before_it_was_known():
    """All that was asked for is over on the last day: nobody could have learnt anything on any day before."""
    late = [replace(lesson, closed_on=date(2024, 1, 1)) for lesson in lessons(effect=2.0)]
    model = learnt(late)
    assert (model.used, model.judged) == (False, 0)
    assert "it can be judged on 0 later outcomes" in model.why


def test_a_fact_that_turns_into_its_opposite_is_found_out_by_later_outcomes():
    """Had the outcomes been shuffled before they were judged, the model would look better than it can be."""
    found = list(lessons(900, effect=3.0))
    turned = [
        replace(lesson, features={"engagement": 1 - lesson.features["engagement"]})
        if lesson.opened_on >= START + timedelta(days=360)
        else replace(lesson, features={"engagement": lesson.features["engagement"]})
        for lesson in found
    ]
    model = learnt(turned, bar=Bar(folds=1))
    assert not model.used
    assert model.scores[0].auc.value < 0.5


def test_contributions_add_up_to_the_chance():
    model = learnt(list(lessons(effect=2.0)))
    features = {"engagement": 1.0, "points of nothing": 3.0, "never seen": 1.0}
    parts = model.linear.contributions(features)
    assert [part.feature for part in parts] == ["engagement", "points of nothing"]
    odds = model.linear.constant + sum(part.coefficient * part.value for part in parts)
    assert model.linear.chance(features) == pytest.approx(1 / (1 + math.exp(-odds)))


def test_chances_are_calibrated():
    model = learnt(list(lessons(3000, effect=2.0)))
    for fifth in model.calibration:
        assert fifth.won / fifth.of == pytest.approx(fifth.said, abs=0.1)
    assert sum(fifth.of for fifth in model.calibration) == model.judged


def test_the_chance_is_that_of_the_calibrated_regression():
    """What is told as one sum is what scikit-learn itself foretells."""
    found = list(lessons(effect=2.0))
    features, won = [lesson.features for lesson in found], [lesson.won for lesson in found]
    names = sorted(features[0])
    matrix = np.array([[each[name] for name in names] for each in features])
    regression = LogisticRegression(max_iter=1000).fit(matrix[:450], won[:450])
    calibrated = CalibratedClassifierCV(FrozenEstimator(regression), method="sigmoid")
    calibrated.fit(matrix[450:], won[450:])
    model = fitted(features, won)
    ours = [model.chance(each) for each in features]
    assert ours == pytest.approx(list(calibrated.predict_proba(matrix)[:, 1]))


def test_scores_are_those_that_scikit_learn_works_out():
    chance = np.random.default_rng(5)
    won = chance.random(300) < 0.3
    given = np.round(np.clip(0.3 + 0.2 * won + 0.2 * chance.normal(size=300), 0.1, 0.9), 1)
    flat = np.full(300, 0.3)
    groups = list(range(300))
    result = compared({"one": list(given), "other": list(flat)}, list(won), groups, resamples=200, seed=1)
    one = result.scores[0]
    assert one.brier.value == pytest.approx(brier_score_loss(won, given))
    assert one.log_loss.value == pytest.approx(log_loss(won, given))
    assert one.auc.value == pytest.approx(roc_auc_score(won, given))
    assert result.auc_gain.value == pytest.approx(roc_auc_score(won, given) - 0.5)
    assert all(e.lowest <= e.value <= e.highest for e in (one.brier, one.log_loss, one.auc))


def test_an_interval_is_wider_where_the_asks_of_a_group_go_together():
    chance = np.random.default_rng(5)
    won = np.repeat(chance.random(40) < 0.4, 10)
    given = list(np.repeat(chance.random(40), 10))
    alone, together = (
        compared({"a": given, "b": given}, list(won), groups, resamples=400, seed=1).scores[0].auc
        for groups in (list(range(400)), [n // 10 for n in range(400)])
    )
    assert together.highest - together.lowest > 2 * (alone.highest - alone.lowest)


def test_the_model_tells_all_of_it():
    told = str(learnt(list(lessons(effect=2.0)), passed_over=3))
    assert told.startswith(
        "The model ranks: on later outcomes its ROC AUC is above that of the weights by 0."
    )
    assert "and 3 that teach nothing" in told
    assert "  weights: Brier 0." in told
    assert "  engagement +" in told
