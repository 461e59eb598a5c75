"""What must be seen before the figures of a report."""

from collections.abc import Iterable
from decimal import Decimal

from crm.reports.columns import Cell


def synthetic(count: int) -> tuple[str, ...]:
    """The note that some of what was counted is made up, if any is.

    Args:
        count: how many of the records that were counted are synthetic.
    """
    return (
        (f"Synthetic demonstration data: {count:,} of the records counted here are made up.",)
        if count
        else ()
    )


def unverified(amounts: Iterable[Cell]) -> tuple[str, ...]:
    """The note that some of what is charged follows fees that no source states, if any does.

    Args:
        amounts: what is charged by such fees, an amount an entry.
    """
    charged = [amount for amount in amounts if isinstance(amount, Decimal) and amount]
    return (
        (
            f"Unverified: CHF {sum(charged):,.2f} in {len(charged):,} of the entries follow fees that no source states.",
        )
        if charged
        else ()
    )
