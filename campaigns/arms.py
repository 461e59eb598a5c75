"""Who is held out to compare with, and who gets which of several letters: decided by a stable hash, never by chance.

Where the whole audience is known, the share is kept in each stratum: of accounts that are alike, as many are held out as
of the others, so that the arms differ in nothing but the letters. Within a stratum the hash decides.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from hashlib import sha256

from campaigns.steps import LetterStep
from crm.outreach.run_tables import Arm

_STEPS = 2**64


def arm_of(group_id: int, *, salt: str, share: Decimal) -> Arm:
    """The arm of a corporate group that enters alone, whoever else enters: the same whenever it is asked for.

    A whole group shares one arm: what one of its companies reads, the others hear of.

    Args:
        group_id: the head of the corporate group.
        salt: sets campaigns apart, so that not the same groups are held out of all of them.
        share: how much is held out, between 0 and 1.
    """
    return Arm.HOLD_OUT if _place(f"{salt}:{group_id}") < share * _STEPS else Arm.TREATMENT


def arms_of(strata: Mapping[int, Hashable], *, salt: str, share: Decimal) -> dict[int, Arm]:
    """The arms of all corporate groups of an audience, the same for the same audience.

    As many are held out as the share of all of them makes, rounded, and in each stratum as many as its share makes, rounded
    up or down. Where the audience changes by a group, at most the groups next to a boundary change their arms.

    Args:
        strata: what each corporate group is alike in, by the id of its head, e.g. (signal, region).
        salt: sets campaigns apart.
        share: how much is held out, between 0 and 1.
    """
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for number in sorted(strata, key=lambda number: (_place(f"{salt}:{number}"), number)):
        groups[strata[number]].append(number)
    held = {
        number
        for stratum, quota in _quotas(groups, salt, share).items()
        for number in groups[stratum][:quota]
    }
    return {number: Arm.HOLD_OUT if number in held else Arm.TREATMENT for number in strata}


def arms_alone(strata: Mapping[int, Hashable], *, salt: str, share: Decimal) -> dict[int, Arm]:
    """The arms of corporate groups that enter one by one: each by its own hash, whoever else enters."""
    return {number: arm_of(number, salt=salt, share=share) for number in strata}


def variant_of(step: LetterStep, group_id: int, *, salt: str) -> str:
    """The letter that a corporate group gets at a step, of those that are tried against one another.

    Args:
        step: the step, with its letter and the variants of it.
        group_id: the head of the corporate group.
        salt: sets campaigns apart; the name of the step sets its steps apart.
    """
    return step.letters[_place(f"{salt}:{step.name}:{group_id}") * len(step.letters) // _STEPS]


def _quotas(groups: Mapping[Hashable, list[int]], salt: str, share: Decimal) -> dict[Hashable, int]:
    """How many of each stratum: its share rounded down, and what is missing to the whole by largest remainder."""
    exact = {stratum: share * len(members) for stratum, members in groups.items()}
    quotas = {stratum: int(wanted) for stratum, wanted in exact.items()}
    missing = int(sum(exact.values(), Decimal(0)).to_integral_value(ROUND_HALF_UP)) - sum(quotas.values())
    by_remainder = sorted(
        groups,
        key=lambda stratum: (quotas[stratum] - exact[stratum], _place(f"{salt}:{stratum}"), str(stratum)),
    )
    return quotas | {stratum: quotas[stratum] + 1 for stratum in by_remainder[:missing]}


def _place(key: str) -> int:
    return int.from_bytes(sha256(key.encode()).digest()[:8])
