import pytest

from crm.errors import InvalidInput
from crm.membership.what_if.assumptions import assumptions_of
from crm.membership.what_if.costs import Cost
from crm.membership.what_if.ranges import Range
from crm.reference.facts import Certainty
from crm.reference.response_assumptions import Rate, Shape


def test_every_rate_has_an_assumption_on_file_and_none_is_verified():
    found = assumptions_of(None)
    assert [each.rate for each in found] == list(Rate)
    assert {each.certainty for each in found} == {Certainty.UNVERIFIED}
    assert {each.source for each in found} == {"assumption"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (Range(0, 0.1, 0.2, Shape.UNIFORM), Range(0, 0.1, 0.2, Shape.UNIFORM)),
        ((0.1, 0.2, 0.3), Range(0.1, 0.2, 0.3)),
        (0.2, Range(0.2, 0.2, 0.2)),
    ],
)
def test_what_is_stated_takes_the_place_of_what_is_on_file(given, expected):
    found = {each.rate: each for each in assumptions_of({"exit_by_rise": given})}
    assert found[Rate.EXIT_BY_RISE].range == expected
    assert found[Rate.EXIT_BY_RISE].source == "stated with the question"
    assert found[Rate.EXIT_ANYWAY].source == "assumption"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"loyalty": 0.1}, "assumptions"),
        ({"exit_anyway": -0.1}, "exit_anyway"),
        ({"exit_anyway": (0.1, 0.2)}, "exit_anyway"),
        ({"exit_anyway": "much"}, "exit_anyway"),
        ({"lower_class": (0.1, 0.2, 1.5)}, "lower_class"),
        ({"exit_anyway": (0.3, 0.2, 0.4)}, "low"),
    ],
)
def test_what_cannot_be_is_refused_by_name(given, field):
    with pytest.raises(InvalidInput) as refused:
        assumptions_of(given)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": "much"}, "amount"),
        ({"amount": 1, "category": "donor"}, "category"),
        ({"amount": 1, "sector": "X"}, "sector"),
    ],
)
def test_a_cost_that_cannot_be_is_refused_by_name(given, field):
    with pytest.raises(InvalidInput) as refused:
        Cost(**given)
    assert refused.value.field == field
