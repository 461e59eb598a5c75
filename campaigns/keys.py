"""The key that makes a letter of a run unique. The outbox holds one letter under a key, whoever asks again."""


def letter_key(run_id: int, *, step: str, person_id: int, rotation: int = 0) -> str:
    """The key of a letter of a run: one step writes to one person once, or once each time that they enter.

    Args:
        run_id: the run; the next run of the same campaign, next year, may write again.
        step: the step of the journey.
        person_id: who is written to.
        rotation: how often their account had been in the campaign before, in a standing run.
    """
    return f"run:{run_id}:{step}:{person_id}" + (f":{rotation}" if rotation else "")
