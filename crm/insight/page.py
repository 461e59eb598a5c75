"""A part of a longer answer, which says where the rest begins: nothing is cut off silently."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from crm.errors import InvalidInput

T_co = TypeVar("T_co", covariant=True)


class Page(tuple[T_co, ...]):  # noqa: SLOT001 - a tuple of varying length has no slots
    """A tuple that knows whether there is more.

    Attributes:
        next: what to give as `after` for the part that follows; None where this is the end.
    """

    next: str | None

    def __new__(cls, items: Iterable[T_co] = (), next: str | None = None) -> Page[T_co]:  # noqa: A002 - it reads as people speak
        """A part, with the place where the rest begins."""
        page = super().__new__(cls, items)
        page.next = next
        return page

    def __repr__(self) -> str:
        more = f" and more after {self.next!r}" if self.next else ""
        return f"{super().__repr__()}{more}"


def refuse_odd_limit(limit: int | None) -> None:
    """Refuse a part of nothing, which would never come to an end.

    Raises:
        InvalidInput: the limit is below one.
    """
    if limit is not None and limit < 1:
        raise InvalidInput(f"limit: {limit} is too few.", field="limit", value=limit)
