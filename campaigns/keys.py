"""The keys that make a letter unique, in one place. The outbox holds one letter under a key, whoever asks again."""

from datetime import date


def letter_key(run_id: int, *, step: str, person_id: int, rotation: int = 0) -> str:
    """The key of a letter of a run: one step writes to one person once, or once each time that they enter.

    Args:
        run_id: the run; the next run of the same campaign, next year, may write again.
        step: the step of the journey.
        person_id: who is written to.
        rotation: how often their account had been in the campaign before, in a standing run.
    """
    return f"run:{run_id}:{step}:{person_id}" + (f":{rotation}" if rotation else "")


def notice_key(rule: str, *, subject_id: int, reference_on: date, step: str) -> str:
    """The key of a notice that a date calls for, such as the end of a term.

    The date is part of the key: where it moves to, the notice is due again; where it moves back to, it has been sent.

    Args:
        rule: the rule that calls for the notice.
        subject_id: what it is about.
        reference_on: the day that it refers to.
        step: the first notice, the reminder, …
    """
    return f"notice:{rule}:{subject_id}:{reference_on.isoformat()}:{step}"
