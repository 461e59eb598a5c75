"""What must be seen before the figures of a report."""


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
