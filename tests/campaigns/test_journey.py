import pytest
from pydantic import ValidationError

from campaigns.catalog import CATALOG
from campaigns.journey import END, BranchStep, Journey, LetterStep, SwitchContactStep, TaskStep, WaitStep
from crm.errors import InvalidInput
from crm.mail.templates import TemplateFolder

LETTER = LetterStep(name="letter", template="associate_upgrade")
WAIT = WaitStep(name="wait", working_days=10)
CALL = TaskStep(name="call", what="Call")


def but(step, **changes):
    return step.model_copy(update=changes)


def test_steps_follow_one_another_and_the_last_one_leads_to_the_end():
    journey = Journey(steps=(LETTER, WAIT, CALL))
    assert [journey.first, *(journey.after(step.name) for step in journey.steps)] == [
        "letter",
        "wait",
        "call",
        END,
    ]


def test_a_step_may_name_the_one_that_follows():
    journey = Journey(steps=(but(LETTER, then="call"), but(CALL, then="wait"), WAIT))
    assert [journey.after(step.name) for step in journey.steps] == ["call", "wait", END]


FORK = BranchStep(name="fork", fact="size", equals="large", then="call", otherwise="end")


@pytest.mark.parametrize(
    ("steps", "field", "says"),
    [
        ((), "steps", "at least one step"),
        ((LETTER, WAIT, LETTER), "steps[2].name", "Step 3 (letter) has a name that is taken"),
        ((but(LETTER, name="end"),), "steps[0].name", "a name that is taken"),
        ((but(LETTER, then="nowhere"),), "steps[0].then", "'nowhere', which is no step"),
        ((but(FORK, otherwise="nowhere"), CALL), "steps[0].otherwise", "'nowhere', which is no step"),
        ((but(FORK, then="nowhere"), CALL), "steps[0].then", "'nowhere', which is no step"),
        (
            (SwitchContactStep(name="head", otherwise="x"), CALL),
            "steps[0].otherwise",
            "'x', which is no step",
        ),
        ((but(LETTER, then="call"), WAIT, CALL), "steps[1].name", "Step 2 (wait) cannot be reached"),
        ((but(FORK, then="end"), CALL), "steps[1].name", "Step 2 (call) cannot be reached"),
        ((FORK, WAIT, CALL), "steps[1].name", "Step 2 (wait) cannot be reached"),
        ((LETTER, but(WAIT, then="letter")), "steps[1].then", "leads back to 'letter'"),
        ((LETTER, WAIT, but(CALL, then="call")), "steps[2].then", "never comes to the end"),
        ((LETTER, but(FORK, otherwise="letter"), CALL), "steps[1].otherwise", "leads back to 'letter'"),
        ((FORK, but(CALL, then="fork")), "steps[1].then", "leads back to 'fork'"),
        ((but(LETTER, then="end"), but(WAIT, then="wait")), "steps[1].name", "cannot be reached"),
    ],
)
def test_a_journey_that_cannot_be_walked_is_refused_with_the_place(steps, field, says):
    with pytest.raises(InvalidInput) as refused:
        Journey(steps=steps)
    assert refused.value.field == field
    assert says in str(refused.value)


HEAD = SwitchContactStep(name="head", otherwise="call")
AGAIN = but(LETTER, name="again", template="reminder", then="end")


@pytest.mark.parametrize(
    ("steps", "field"),
    [
        ((LETTER, WAIT, HEAD, AGAIN, CALL), "steps[3].template"),
        ((LETTER, HEAD, but(FORK, otherwise="again", then="call"), AGAIN, CALL), "steps[3].template"),
        ((LETTER, HEAD, but(WAIT, then="again"), AGAIN, CALL), "steps[3].template"),
        ((LETTER, HEAD, but(AGAIN, template="other", variants=("reminder",)), CALL), "steps[2].template"),
    ],
)
def test_nobody_is_reminded_of_a_letter_that_went_to_somebody_else(steps, field):
    with pytest.raises(InvalidInput, match="of a letter that they have not had") as refused:
        Journey(steps=steps).refuse_reminders({"reminder"})
    assert (refused.value.field, refused.value.value) == (field, "reminder")


def test_whoever_is_written_to_may_be_reminded():
    own = but(LETTER, name="own", then="again")
    for steps in ((LETTER, WAIT, but(AGAIN, then="call"), CALL), (LETTER, HEAD, own, AGAIN, CALL)):
        Journey(steps=steps).refuse_reminders({"reminder"})


def test_two_ways_may_come_together_again():
    journey = Journey(steps=(but(FORK, then="wait", otherwise="call"), WAIT, CALL))
    assert journey.ways("fork") == {"then": "wait", "otherwise": "call"}
    assert [journey.led_to("fork", way) for way in ("call", "wait", None, "accepted")] == [
        "call",
        "wait",
        "wait",
        "wait",
    ]


def test_a_variant_that_is_not_on_file_is_refused_with_the_place():
    journey = Journey(steps=(but(LETTER, variants=("associate_upgrade_b",)),))
    assert journey.templates == ("associate_upgrade", "associate_upgrade_b")
    with pytest.raises(InvalidInput) as refused:
        journey.refuse_missing({"associate_upgrade"})
    assert (refused.value.field, refused.value.value) == ("steps[0].variants", "associate_upgrade_b")


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
