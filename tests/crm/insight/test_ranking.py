"""The order of needs: a table of signs and days, without a database."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from support.reference_facts import shipped_facts

from crm.insight.need import NeedReason, Sign
from crm.insight.ranking import ranked, weight_of

TODAY = date(2026, 11, 24)


@dataclass
class Weight:
    base: int
    per_day: int = 0
    most: int = 10_000


WEIGHTS = {
    NeedReason.OVERDUE: Weight(600, 10, 900),
    NeedReason.DUE: Weight(500),
    NeedReason.UNANSWERED: Weight(550, 20, 850),
    NeedReason.GOING_COLD: Weight(200, 1),
    NeedReason.ENDING: Weight(520),
}


def sign(reason, account=1, *, since=None, due=None, refers_to="", about=None):
    """A sign that began, or was due, so many days ago."""
    return Sign(
        organization_id=account,
        owner_id=None,
        reason=reason,
        words="",
        refers_to=refers_to,
        since_on=None if since is None else TODAY - timedelta(days=since),
        due_on=None if due is None else TODAY - timedelta(days=due),
        about=about,
    )


@pytest.mark.parametrize(
    ("given", "weight"),
    [
        (sign(NeedReason.DUE, due=0), 500),
        (sign(NeedReason.OVERDUE, due=1), 610),
        (sign(NeedReason.OVERDUE, due=30), 900),
        (sign(NeedReason.OVERDUE, due=400), 900),
        (sign(NeedReason.UNANSWERED, since=0), 550),
        (sign(NeedReason.UNANSWERED, since=3), 610),
        (sign(NeedReason.GOING_COLD, since=100, due=10), 210),
        (sign(NeedReason.ENDING, due=-90), 520),
        (sign(NeedReason.ENDING), 520),
        (sign(NeedReason.DRAFT, since=5), 0),
    ],
)
def test_a_sign_weighs_more_the_longer_it_waits_up_to_the_most(given, weight):
    assert weight_of(given, today=TODAY, weights=WEIGHTS) == weight


def order(*signs, today=TODAY):
    return [(s.organization_id, s.reason.value) for s, _ in ranked(signs, today=today, weights=WEIGHTS)]


def test_the_most_urgent_account_comes_first_and_its_needs_stand_together():
    assert order(
        sign(NeedReason.GOING_COLD, 1, due=5),
        sign(NeedReason.DUE, 2, due=0),
        sign(NeedReason.OVERDUE, 1, due=9),
        sign(NeedReason.ENDING, 3, due=-30),
        sign(NeedReason.DRAFT, 3, since=1),
    ) == [(1, "overdue"), (1, "going_cold"), (3, "ending"), (3, "draft"), (2, "due")]


def test_of_two_that_weigh_the_same_the_one_that_waits_longer_comes_first():
    found = ranked(
        [
            sign(NeedReason.OVERDUE, 1, due=40, refers_to="b"),
            sign(NeedReason.OVERDUE, 1, due=50, refers_to="c"),
            sign(NeedReason.OVERDUE, 1, due=40, refers_to="a"),
        ],
        today=TODAY,
        weights=WEIGHTS,
    )
    assert [s.refers_to for s, _ in found] == ["c", "a", "b"]


def test_a_reply_whose_next_step_is_due_is_shown_once_as_that_step():
    reply, step = sign(NeedReason.UNANSWERED, since=3, about=7), sign(NeedReason.OVERDUE, due=1, about=7)
    assert order(reply, step) == [(1, "overdue")]
    assert order(reply) == [(1, "unanswered")]
    assert order(reply, sign(NeedReason.OVERDUE, due=2, about=8)) == [(1, "overdue"), (1, "unanswered")]


def test_the_order_does_not_depend_on_the_order_in_which_signs_are_read():
    signs = [sign(reason, account, due=account) for account in range(5) for reason in WEIGHTS]
    assert order(*signs) == order(*reversed(signs))


def test_every_reason_has_a_weight_on_file_and_none_beyond_its_most():
    weights = {fact.reason: fact for fact in shipped_facts("attention_weights.csv")}
    assert weights.keys() == set(NeedReason)
    assert all(weight.base <= weight.most for weight in weights.values())
