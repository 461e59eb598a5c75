"""The piece of a text in which something was found, with the hits marked."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from crm.insight.search_query import Term
from crm.reference.lexemes import composed, lexemes

_BEFORE = 60
_LENGTH = 200
# First strong isolate and its end: a snippet in Arabic does not turn the line around it (Unicode Standard Annex 9).
_ISOLATE, _END = "\u2068", "\u2069"


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a text.

    Attributes:
        parts: its pieces in their order, each with whether it is a hit.
    """

    parts: tuple[tuple[str, bool], ...]

    def __str__(self) -> str:
        """The piece in one line, the hits between asterisks, which no direction of writing turns around."""
        return "".join(f"*{text}*" if hit else text for text, hit in self.parts)

    @property
    def isolated(self) -> str:
        """The same, fit to stand in a line of any direction."""
        return f"{_ISOLATE}{self}{_END}"


def snippet_of(text: str, terms: Sequence[Term]) -> Snippet:
    """The piece of a text that begins shortly before the first hit.

    Args:
        text: where the terms were found.
        terms: what was looked for.
    """
    whole = _in_a_line(text)
    hits = [(word.start, word.end) for word in lexemes(whole) if any(t.matches(word) for t in terms)]
    start, end = _window(whole, hits[0][0] if hits else 0)
    marked = [any(first <= place < last for first, last in hits) for place in range(start, end)]
    parts = [
        ("".join(whole[start + number] for number, _ in letters), hit)
        for hit, letters in groupby(enumerate(marked), key=lambda letter: letter[1])
    ]
    return Snippet((*_cut(start > 0), *parts, *_cut(end < len(whole))))


def _window(whole: str, first: int) -> tuple[int, int]:
    """Where the piece begins and ends: between words, where there are spaces."""
    start = 0 if first <= _BEFORE else first - _BEFORE
    if start:
        start = whole.find(" ", start, first) + 1 or start
    end = min(len(whole), start + _LENGTH)
    if end < len(whole):
        end = max(whole.rfind(" ", first, end), 0) or end
    return start, end


def _cut(is_cut: bool) -> Iterator[tuple[str, bool]]:  # noqa: FBT001 - it reads as it is
    if is_cut:
        yield "…", False


def _in_a_line(text: str) -> str:
    """A text in one line, without what would steer the direction of the text after it."""
    seen = "".join(" " if c.isspace() else c for c in composed(text) if c.isspace() or not _steers(c))
    return " ".join(seen.split())


def _steers(character: str) -> bool:
    kind = unicodedata.category(character)
    return kind == "Cc" or unicodedata.bidirectional(character) in {
        *("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
    }
