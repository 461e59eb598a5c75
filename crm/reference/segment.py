"""A part of the digital ecosystem, and how a free-text industry maps to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from sqlmodel import Field

from crm.reference.facts import Certainty, Fact, certainty
from crm.reference.spelling import plain
from crm.shown import Shown


class Segment(Fact, table=True):
    """A part of the digital ecosystem that an organisation belongs to.

    Attributes:
        slug: its key, e.g. "cloud"; it never changes.
        position: its place in lists.
        name: how it is called.
        description: what belongs to it, with examples.
        keywords: phrases of free-text industries that mean it, separated by semicolons; one that begins with a
            hyphen holds a word that would mislead, and points nowhere.
        edited: whether it was added or changed in the book; a load leaves it alone then.
    """

    changed_by: ClassVar[str] = "book.segments"
    not_in_file: ClassVar[frozenset[str]] = frozenset({"retired_on", "edited"})

    slug: str = Field(primary_key=True)
    position: int
    name: str
    description: str | None = None
    keywords: str | None = None
    certainty: Certainty = certainty()
    edited: bool = False

    def phrases(self) -> tuple[str, ...]:
        """Its keywords, one by one."""
        return tuple(phrase.strip() for phrase in (self.keywords or "").split(";") if phrase.strip())


@dataclass(frozen=True, slots=True)
class SegmentMatch(Shown):
    """A segment that an industry text points to, with the keyword that says so."""

    segment: Segment
    keyword: str


def matching_segments(text: str, segments: Iterable[Segment]) -> tuple[SegmentMatch, ...]:
    """The segments that a free-text industry points to.

    A keyword counts as whole words. The longest is taken first, and its words are spent: "cable satellite" is
    broadcasting, and the word "satellite" in it points nowhere else.

    Args:
        text: an industry as somebody wrote it.
        segments: the segments to choose from.

    Returns:
        Each segment once, the longest keyword first; nothing when no keyword stands in the text.
    """
    rest = f" {plain(text)} "
    found: dict[str, SegmentMatch] = {}
    known = [(plain(phrase), phrase, segment) for segment in segments for phrase in segment.phrases()]
    for form, phrase, segment in sorted(known, key=lambda entry: -len(entry[0])):
        if f" {form} " not in rest:
            continue
        rest = rest.replace(f" {form} ", " | ")
        if not phrase.startswith("-"):
            found.setdefault(segment.slug, SegmentMatch(segment, phrase))
    return tuple(found.values())
