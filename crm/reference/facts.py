"""What every dated fact of reference carries: where it comes from and how sure it is."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar

from crm.reference.languages import Language
from crm.store.columns import choice
from crm.store.records import Record


class Certainty(StrEnum):
    """How sure a fact is.

    Attributes:
        VERIFIED: read in the source that is named.
        PAPER: stated in the Council Working Group paper on the strategy (December 2025).
        DERIVED: calculated from published data, or put together from sources that are named.
        UNVERIFIED: from memory or practice; to be checked before anything depends on it.
    """

    VERIFIED = "verified"
    PAPER = "paper"
    DERIVED = "derived"
    UNVERIFIED = "unverified"


def least_sure(certainties: Iterable[Certainty]) -> Certainty:
    """How sure a figure is that rests on several facts: as sure as the least sure of them."""
    order = list(Certainty)
    return max(certainties, key=order.index)


def certainty(name: str = "certainty", **kwargs: Any) -> Any:
    """The column that says how sure a fact is."""
    return choice(Certainty, name=name, **kwargs)


class Fact(Record):
    """A row that comes from a file of `crm/reference/data`.

    Attributes:
        source: where the fact comes from.
        note: what a reader must know about it.
        retired_on: the day on which the file no longer held it; rows are never deleted, something may point to them.
        not_in_file: the fields that only the book knows.
    """

    changed_by: ClassVar[str] = "the CSV file of its table and book.reference.load()"

    not_in_file: ClassVar[frozenset[str]] = frozenset({"retired_on"})

    source: str
    note: str | None = None
    retired_on: date | None = None

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        """The columns of its file: its fields less those that only the book knows."""
        return tuple(name for name in cls.model_fields if name not in cls.not_in_file)


class NamedFact(Fact):
    """A fact that has a name in each of the six languages."""

    name_en: str
    name_es: str
    name_ar: str
    name_zh: str
    name_fr: str
    name_ru: str

    def name(self, language: Language | str = Language.ENGLISH) -> str:
        """Its name in one of the six languages."""
        return str(getattr(self, f"name_{Language(language).value}"))

    def names(self) -> tuple[str, ...]:
        """Its names in all six languages."""
        return tuple(self.name(language) for language in Language)
