"""Kinds of memberships and groups for the arithmetic of a what-if, without a book."""

import numpy as np

from crm.membership.what_if.draws import Groups
from crm.membership.what_if.ranges import Range
from crm.membership.what_if.response import RATES, Fees

NOTHING = tuple(Range.certain(0) for _ in RATES)
"""Nobody answers to anything."""


def ranges(**stated: Range | float) -> tuple[Range, ...]:
    """A range for each rate: those that are stated, nothing for the others."""
    certain = {
        name: each if isinstance(each, Range) else Range.certain(each) for name, each in stated.items()
    }
    return tuple(certain.get(rate.value, Range.certain(0)) for rate in RATES)


def fees(*kinds: dict[str, float]) -> Fees:
    """Kinds of memberships in centimes; what is not said of after is as before."""
    full = [_full(kind) for kind in kinds]

    def column(name: str, dtype: type = np.float64) -> np.ndarray:
        return np.array([kind[name] for kind in full], dtype=dtype)

    return Fees(
        count=column("count", np.int64),
        step_before=column("step", np.int8),
        step_after=column("step_after", np.int8),
        **{name: column(name) for name in ("before", "after", "lower", "other_before", "other_after")},
    )


def together(these: Fees) -> Groups:
    """All kinds in one group."""
    one = np.ones((len(these.count), 1))
    return Groups(one, one, one, one)


def _full(kind: dict[str, float]) -> dict[str, float]:
    after, other, step = kind.get("after", kind["before"]), kind.get("other_before", 0), kind.get("step", 0)
    unsaid = {"count": 1, "after": after, "lower": after, "step": step, "step_after": step}
    return {**unsaid, "other_before": other, "other_after": other, **kind}
