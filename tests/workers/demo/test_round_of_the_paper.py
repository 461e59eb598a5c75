"""The round of the paper: its figures are the paper's, and what it does not say is marked as made up."""

from decimal import Decimal

import pytest

from crm.membership.contributions.announcements import Direction
from workers.demo.round_of_the_paper import AS_OF, NAME, hold_the_round


@pytest.fixture
def standing(book):
    hold_the_round(book)
    return book.rounds.of(NAME).standing(AS_OF)


def test_19_have_answered_by_9_december_17_keep_and_2_lower(standing):
    assert {stake.direction: stake.states for stake in standing.by_direction} == {
        Direction.KEEPS: 17,
        Direction.LOWERS: 2,
        Direction.NO_ANSWER: 175,
    }
    assert (standing.asked, standing.outstanding, standing.response_rate) == (194, 175, Decimal("0.0979"))


def test_the_two_go_down_by_a_class_that_no_rule_warns_of(standing):
    lower = [each for each in standing.states if each.direction is Direction.LOWERS]
    assert all(each.change < 0 and each.warnings == () for each in lower)


def test_every_answer_is_marked_as_made_up(book, standing):
    assert all(each.synthetic for each in standing.states if each.has_answered)
    assert "made up" in book.reports.contribution_round(round=NAME, on=AS_OF).notes[0]


def test_the_same_states_answer_at_every_run(book, standing):
    who = {each.state for each in standing.states if each.has_answered}
    assert len(who) == 19
    assert all(answer.answered_on <= AS_OF for answer in book.rounds.of(NAME).answers)
