"""Who is held out to compare with: decided by a stable hash, never by chance at the moment."""

from decimal import Decimal
from hashlib import sha256

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
    place = int.from_bytes(sha256(f"{salt}:{group_id}".encode()).digest()[:8])
    return Arm.HOLD_OUT if place < share * _STEPS else Arm.TREATMENT
