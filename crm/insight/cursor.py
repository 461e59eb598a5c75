"""A place in a timeline, as a text that can be handed out and taken back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import BigInteger, ColumnElement, literal, tuple_

from crm.errors import InvalidInput
from crm.store.columns import UtcDateTime


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """A line of a timeline by what orders it: the instant, then the number, then the source it came from."""

    at: datetime
    number: int
    source: int

    @classmethod
    def read(cls, text: str) -> Self:
        """The place that a text stands for.

        Raises:
            InvalidInput: no timeline gave it.
        """
        try:
            at, number, source = text.split("~")
            found = cls(datetime.fromisoformat(at), int(number), int(source))
        except ValueError:
            found = None
        if found is None or found.at.tzinfo is None or not -(2**63) <= found.number < 2**63:
            raise InvalidInput(
                f"{text[:60]!r} is no place in a timeline.",
                field="after",
                value=text,
                hint="Give what `next` of the part before says.",
            )
        return found

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.number}~{self.source}"

    def beyond(self, at: Any, number: Any, *, place: int, newest_first: bool) -> ColumnElement[bool]:
        """Whether a line of a source comes after this one; for queries.

        Args:
            at: the column of the instant.
            number: the column of the number.
            place: the source of the line.
            newest_first: whether the latest comes first.
        """
        here = tuple_(literal(self.at, UtcDateTime), literal(self.number, BigInteger))
        line = tuple_(at, number)
        if newest_first:
            return line <= here if place < self.source else line < here
        return line >= here if place > self.source else line > here
