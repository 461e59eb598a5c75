from decimal import Decimal

import pytest

from campaigns.journey import (
    BranchStep,
    Journey,
    LetterStep,
    MeetingStep,
    SwitchContactStep,
    TaskStep,
    WaitStep,
)
from crm.errors import InvalidInput


def branch(**condition):
    return BranchStep(name="fork", fact="size", otherwise="end", **condition)


@pytest.mark.parametrize(
    ("condition", "value", "holds"),
    [
        ({"equals": "large"}, "large", True),
        ({"equals": "large"}, "sme", False),
        ({"equals": "large"}, None, False),
        ({"equals": True}, True, True),
        ({"equals": False}, False, True),
        ({"equals": False}, None, False),
        ({"equals": 3}, 3, True),
        ({"one_of": ("KEN", "TZA")}, "TZA", True),
        ({"one_of": ("KEN", "TZA")}, "CHE", False),
        ({"one_of": ("KEN", "TZA")}, None, False),
        ({"at_least": 2}, 2, True),
        ({"at_least": 2}, 1, False),
        ({"at_least": 2}, None, False),
        ({"at_least": 2}, "a word", False),
        ({"at_least": 0}, 0, True),
        ({"at_least": Decimal("0.5")}, Decimal("0.4"), False),
        ({"known": True}, "large", True),
        ({"known": True}, False, True),
        ({"known": True}, None, False),
        ({"known": False}, None, True),
        ({"known": False}, 0, False),
    ],
)
def test_when_a_condition_holds(condition, value, holds):
    assert branch(**condition).holds(value) is holds


@pytest.mark.parametrize("condition", [{}, {"equals": 1, "at_least": 1}, {"known": True, "one_of": ("a",)}])
def test_a_branch_names_exactly_one_condition(condition):
    with pytest.raises(InvalidInput, match="The step fork"):
        branch(**condition)


@pytest.mark.parametrize("length", [{}, {"days": 1, "working_days": 1}])
def test_a_wait_is_in_one_kind_of_days(length):
    with pytest.raises(InvalidInput) as refused:
        WaitStep(name="wait", **length)
    assert (refused.value.subject, refused.value.field) == ("wait", "days")


STEPS = (
    LetterStep(name="letter", template="hello", variants=("good_day",)),
    WaitStep(name="wait", days=10),
    WaitStep(name="work", working_days=5),
    BranchStep(name="fork", fact="letters_sent", at_least=1, otherwise="end"),
    BranchStep(name="where", fact="country", one_of=("KEN", "TZA"), otherwise="call"),
    BranchStep(name="said", fact="has_answered", equals=False, otherwise="end"),
    BranchStep(name="big", fact="size", known=False, otherwise="end"),
    SwitchContactStep(name="head", otherwise="call"),
    MeetingStep(name="meet", template="may_we_meet"),
    TaskStep(name="call", what="Call them"),
)


def test_a_step_says_what_it_does():
    assert [str(step) for step in STEPS] == [
        "letter hello or good_day",
        "wait 10 days",
        "wait 5 working days",
        "if letters_sent is 1 or more",
        "if country is KEN or TZA",
        "if has_answered is no",
        "if size is not known",
        "go on with the next senior contact",
        "ask for a meeting of 30 minutes: letter may_we_meet",
        "task: Call them",
    ]


def test_every_step_comes_back_from_json_as_it_was():
    journey = Journey(steps=STEPS)
    again = Journey.model_validate(journey.model_dump(mode="json"))
    assert again == journey
    assert again.step("said").equals is False
