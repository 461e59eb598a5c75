import pytest
from pydantic import ValidationError

from campaigns.catalog import CATALOG
from campaigns.journey import END, Journey, LetterStep, TaskStep, WaitStep
from crm.errors import InvalidInput
from crm.mail.templates import TemplateFolder

LETTER = LetterStep(name="letter", template="associate_upgrade")
WAIT = WaitStep(name="wait", working_days=10)
CALL = TaskStep(name="call", what="Call")


def test_steps_follow_one_another_and_the_last_one_leads_to_the_end():
    journey = Journey(steps=(LETTER, WAIT, CALL))
    assert [journey.first, *(journey.after(step.name) for step in journey.steps)] == [
        "letter",
        "wait",
        "call",
        END,
    ]


def test_a_step_may_name_the_one_that_follows():
    journey = Journey(
        steps=(LETTER.model_copy(update={"then": "call"}), CALL.model_copy(update={"then": "wait"}), WAIT)
    )
    assert [journey.after(step.name) for step in journey.steps] == ["call", "wait", END]


@pytest.mark.parametrize(
    ("steps", "field", "says"),
    [
        ((), "steps", "at least one step"),
        ((LETTER, WAIT, LETTER), "steps[2]", "a name that is taken"),
        ((LETTER.model_copy(update={"name": "end"}),), "steps[0]", "a name that is taken"),
        ((LETTER.model_copy(update={"then": "nowhere"}),), "steps[0]", "'nowhere', which is no step"),
        (
            (LETTER.model_copy(update={"then": "call"}), WAIT, CALL),
            "steps[1]",
            "Step 2 (wait) cannot be reached",
        ),
        ((LETTER, WAIT.model_copy(update={"then": "letter"})), "steps[0]", "never comes to the end"),
        ((LETTER, WAIT, CALL.model_copy(update={"then": "call"})), "steps[0]", "never comes to the end"),
        (
            (LETTER.model_copy(update={"then": "end"}), WAIT.model_copy(update={"then": "wait"})),
            "steps[1]",
            "cannot be",
        ),
    ],
)
def test_a_journey_that_cannot_be_walked_is_refused_with_the_place(steps, field, says):
    with pytest.raises(InvalidInput) as refused:
        Journey(steps=steps)
    assert refused.value.field == field
    assert says in str(refused.value)


def test_a_letter_that_is_not_on_file_is_refused_with_the_place_and_those_there_are():
    journey = Journey(steps=(WAIT, LETTER))
    with pytest.raises(InvalidInput) as refused:
        journey.refuse_missing({"follow_up", "plain_letter"})
    assert refused.value.field == "steps[1].template"
    assert refused.value.candidates == ("follow_up", "plain_letter")


@pytest.mark.parametrize("days", [0, -1, 251])
def test_a_wait_lasts_between_a_day_and_a_year(days):
    with pytest.raises(ValidationError):
        WaitStep(name="wait", working_days=days)


@pytest.mark.parametrize("name", ["Letter", "a b", "", "1st", "x" * 50])
def test_the_name_of_a_step_is_plain(name):
    with pytest.raises(ValidationError):
        WaitStep(name=name, working_days=1)


@pytest.mark.parametrize("campaign", CATALOG.values(), ids=CATALOG)
def test_a_journey_comes_back_from_json_as_it_was(campaign):
    assert Journey.model_validate(campaign.journey.model_dump(mode="json")) == campaign.journey


@pytest.mark.parametrize("campaign", CATALOG.values(), ids=CATALOG)
def test_the_letters_of_the_catalogue_are_on_file_in_every_language_in_which_it_signs(campaign):
    letters = TemplateFolder()
    campaign.journey.refuse_missing(letters.names())
    for template in campaign.journey.templates:
        assert set(campaign.signatures) <= set(letters.languages(template))
