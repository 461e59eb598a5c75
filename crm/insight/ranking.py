"""Whom to see first: signs weighed and put into order. Pure: the same signs, day and weights give the same order."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Protocol

from crm.insight.need import NeedReason, Sign

_STEPS = {NeedReason.OVERDUE, NeedReason.DUE}


class Weight(Protocol):
    """How much a reason weighs: on its first day, with each further day, and at the most."""

    base: int
    per_day: int
    most: int


def ranked(
    signs: Iterable[Sign], *, today: date, weights: Mapping[str, Weight]
) -> Sequence[tuple[Sign, int]]:
    """The signs with their weights, the most urgent account first; what concerns one account stands together.

    A reply whose next step is due is shown once, as that step.

    Args:
        signs: what is on record.
        today: the day that is asked about.
        weights: by reason; a reason without a weight comes last.
    """
    found = [(sign, weight_of(sign, today=today, weights=weights)) for sign in _once(list(signs))]
    strongest: dict[int, int] = {}
    for sign, weight in found:
        strongest[sign.organization_id] = max(weight, strongest.get(sign.organization_id, 0))

    def place(pair: tuple[Sign, int]) -> tuple[int | date | str, ...]:
        sign, weight = pair
        account = sign.organization_id
        return (-strongest[account], account, -weight, sign.due_on or sign.since_on or today, sign.refers_to)

    return sorted(found, key=place)


def weight_of(sign: Sign, *, today: date, weights: Mapping[str, Weight]) -> int:
    """How urgent a sign is: the base of its reason, and more for each day that it has been waiting.

    It has been waiting since the day by which something was due, or else since it arose; what is due later waits for
    nothing yet.
    """
    weight = weights.get(sign.reason)
    if weight is None:
        return 0
    waiting = sign.due_on or sign.since_on or today
    return min(weight.base + weight.per_day * max((today - waiting).days, 0), weight.most)


def _once(signs: Sequence[Sign]) -> Iterable[Sign]:
    planned = {sign.about for sign in signs if sign.reason in _STEPS and sign.about is not None}
    return (sign for sign in signs if sign.reason in _STEPS or sign.about not in planned)
