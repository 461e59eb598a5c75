"""Who is held out to compare with, and who gets which of several letters: decided by a stable hash, never by chance at the moment."""

from decimal import Decimal
from hashlib import sha256

from campaigns.steps import LetterStep
from crm.outreach.run_tables import Arm

_STEPS = 2**64


def arm_of(group_id: int, *, salt: str, share: Decimal) -> Arm:
    """The arm of a corporate group, the same in the preview, in the run and in the next run.

    A whole group shares one arm: what one of its companies reads, the others hear of.

    Args:
        group_id: the head of the corporate group.
        salt: sets campaigns apart, so that not the same groups are held out of all of them.
        share: how much is held out, between 0 and 1.
    """
    return Arm.HOLD_OUT if _place(f"{salt}:{group_id}") < share * _STEPS else Arm.TREATMENT


def variant_of(step: LetterStep, group_id: int, *, salt: str) -> str:
    """The letter that a corporate group gets at a step, of those that are tried against one another.

    Args:
        step: the step, with its letter and the variants of it.
        group_id: the head of the corporate group.
        salt: sets campaigns apart; the name of the step sets its steps apart.
    """
    return step.letters[_place(f"{salt}:{step.name}:{group_id}") * len(step.letters) // _STEPS]


def _place(key: str) -> int:
    return int.from_bytes(sha256(key.encode()).digest()[:8])
