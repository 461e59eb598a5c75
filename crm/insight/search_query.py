"""What somebody looks for, as PostgreSQL is asked for it: words, "phrases", and the beginning of the last word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crm.errors import InvalidInput
from crm.reference.lexemes import Lexeme, lexemes

_QUOTES = re.compile('["\u201c\u201d\u201e\u00ab\u00bb]')
_LONGEST = 1_000


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand one behind the other, or one word.

    Attributes:
        words: with their places.
        open_ended: whether the last one may go on.
    """

    words: tuple[Lexeme, ...]
    open_ended: bool = False

    def matches(self, lexeme: Lexeme) -> bool:
        """Whether a word of a text is one of these."""
        forms = {lexeme.word, *lexeme.besides}
        if self.open_ended and any(form.startswith(self.words[-1].word) for form in forms):
            return True
        return any(word.word in forms for word in self.words)

    def __str__(self) -> str:
        first, *others = self.words
        said = f"'{first.word}'"
        for before, word in zip(self.words, others, strict=False):
            said += f" <{word.place - before.place}> '{word.word}'"
        return f"{said}:*" if self.open_ended else said


def terms_of(text: str) -> tuple[Term, ...]:
    """What a text asks for: every word of it, and every phrase in quotation marks.

    The last word may be the beginning of one, unless it stands in quotation marks. Whatever else stands in it, such as
    the operators of a query language, separates words.

    Args:
        text: as a person writes it, in any script.

    Raises:
        InvalidInput: there is no word in it, or it is too long.
    """
    if len(text) > _LONGEST:
        raise InvalidInput(f"{len(text)} characters are too many to look for.", field="text", value=text[:60])
    parts = [lexemes(part) for part in _QUOTES.split(text)]
    terms = [
        term
        for number, part in enumerate(parts)
        if part
        for term in ([_together(part)] if _is_quoted(number, parts) else _words(part))
    ]
    if not terms:
        raise InvalidInput("There is no word to look for.", field="text", value=text)
    if parts[-1] and not _is_quoted(len(parts) - 1, parts):
        terms[-1] = Term(terms[-1].words, open_ended=True)
    return tuple(terms)


def tsquery(terms: Sequence[Term]) -> str:
    """The terms as a tsquery is written; all of them have to be met."""
    return " & ".join(f"({term})" for term in terms)


def _is_quoted(number: int, parts: Sequence[object]) -> bool:
    return number % 2 == 1 and number < len(parts) - 1


def _words(part: Sequence[Lexeme]) -> Iterator[Term]:
    """One term for each word; what has no spaces inside is one term, letter behind letter."""
    start = 0
    for end in range(1, len(part) + 1):
        if end == len(part) or not part[end].clings:
            yield _together(part[start:end])
            start = end


def _together(words: Sequence[Lexeme]) -> Term:
    # The last letter of a run without spaces is part of the pair before it; one that stands alone begins any pair.
    kept = tuple(word for word in words if not (word.alone and word.clings))
    return Term(kept, open_ended=kept[-1].alone)
