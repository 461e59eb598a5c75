"""The journey that most campaigns of the house take."""

from campaigns.journey import Journey, LetterStep, TaskStep, WaitStep


def letter_reminder_call(letter: str, *, call: str) -> Journey:
    """A letter, a reminder after ten working days without an answer, and after ten more the account manager is asked to call.

    What ends a journey (`campaigns.exits`) ends this one: an answer, the goal, a refusal, a bounce. The ten days are our own
    choice; no source states any.

    Args:
        letter: its name on file; the reminder is called the same, with ``_reminder`` after it.
        call: what to call about, e.g. "Call about membership".
    """
    return Journey(
        steps=(
            LetterStep(name="letter", template=letter),
            WaitStep(name="first_wait", working_days=10),
            LetterStep(name="reminder", template=f"{letter}_reminder"),
            WaitStep(name="second_wait", working_days=10),
            TaskStep(name="call", what=f"{call}: two letters without an answer"),
        )
    )
