"""What every clause of a rule is: a plain frozen value that says itself in words."""

from abc import abstractmethod
from collections.abc import Iterable
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Days = Annotated[int, Field(ge=0, le=36_500)]
Key = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]+$")]
"""What a reference list calls something. One that is on no list is true of no account."""

_DENIED = {
    "is": "is not",
    "was": "was not",
    "has": "does not have",
    "had": "did not have",
    "took": "did not take",
}


class Clause(BaseModel):
    """A rule or a part of one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @property
    @abstractmethod
    def words(self) -> str:
        """What it asks of an account, to be read after "an account that"."""

    @property
    def denied(self) -> str:
        """What is said of an account that it is not true of."""
        verb, _, rest = self.words.partition(" ")
        return f"{_DENIED[verb]} {rest}"

    def __str__(self) -> str:
        return self.words


def either(names: Iterable[str]) -> str:
    """Names as a choice: "KEN, UGA or TZA"."""
    *others, last = dict.fromkeys(map(str, names))
    return f"{', '.join(others)} or {last}" if others else last
