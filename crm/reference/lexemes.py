"""The words by which a text is found, in any script, and where in the text each stands.

Two texts that differ only in case, accents, width or apostrophes have the same words. Arabic is compared without vowel
signs, with one form of alef, yeh, kaf and final heh, as in Lucene's ArabicNormalizer. Scripts that put no space between
words are taken by pairs of letters. What clings to the front of a word may be left out by who looks for it: "UIT" finds
"l'UIT", as a word finds the same with the Arabic article. Otherwise words are compared as they are written.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from crm.reference.spelling import folded

# Han, kana, Hangul, Thai, Lao, Khmer and Myanmar. Korean does have spaces, but its particles cling to the words.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\U00020000-\U000323af]"
)
_ALIKE = str.maketrans(
    {
        "\u0671": "\u0627",  # alef wasla
        "\u0649": "\u064a",  # alef maksura
        "\u06cc": "\u064a",  # the yeh of Persian and Urdu
        "\u06a9": "\u0643",  # their kaf
        "\u0629": "\u0647",  # teh marbuta
    }
)
# And, and the forms of the article, as in Lucene's ArabicStemmer.
_AND = "\u0648"
_ARTICLES = ("\u0627\u0644", "\u0628\u0627\u0644", "\u0643\u0627\u0644", "\u0641\u0627\u0644", "\u0644\u0644")
_ASCII = re.compile("[a-z0-9]+")
_LEAST = 2
_LONGEST_WORD = 100
# What a tsvector holds: places up to 16,383, and words of one megabyte together (PostgreSQL, 12.11 Limitations).
_MOST_PLACES = 16_383
_MOST_BYTES = 900_000


@dataclass(frozen=True, slots=True)
class Lexeme:
    """A word of a text.

    Attributes:
        word: as it is compared; a pair of letters where the script puts no spaces, the last letter by itself.
        place: its number in the text.
        start: where it begins in the text (in normal form C).
        end: where it ends.
        clings: whether it goes on from the lexeme before it, in a script without spaces.
        alone: whether it is a single letter of such a script, which begins no pair.
        besides: other forms by which it is found as well: without an elided word or an article before it.
    """

    word: str
    place: int
    start: int
    end: int
    clings: bool = False
    alone: bool = False
    besides: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Letter:
    form: str
    start: int
    end: int
    follows_apostrophe: bool = False


def composed(text: str) -> str:
    """A text in normal form C, to which the places of its lexemes refer."""
    return unicodedata.normalize("NFC", text)


def lexemes(text: str) -> list[Lexeme]:
    """The words of a text, in their order.

    Args:
        text: in any script, or in several at once.
    """
    if text.isascii() and "'" not in text and "`" not in text:  # most texts, at a tenth of the time
        words = enumerate(_ASCII.finditer(text.lower()), start=1)
        return [Lexeme(w[0][:_LONGEST_WORD], place, w.start(), w.end()) for place, w in words]
    found: list[Lexeme] = []
    for letters in _runs(composed(text)):
        if _UNSPACED.match(letters[0].form):
            pairs = [letters[number : number + 2] for number in range(len(letters))]
            found += [_pair(pair, len(found) + n, clings=n > 1) for n, pair in enumerate(pairs, start=1)]
        else:
            found.append(_word(letters, len(found) + 1))
    return found


def vector_of(texts: Iterable[str]) -> str:
    """The words of texts as a tsvector is written; what goes beyond one, some 16,000 words, is left out.

    Args:
        texts: of one record; no phrase reaches from one into the next.
    """
    places: dict[str, list[int]] = {}
    first, size = 0, 0
    for text in texts:
        last = first
        for lexeme in lexemes(text):
            last = first + lexeme.place
            for word in (lexeme.word, *sorted(lexeme.besides)):
                size += 0 if word in places else len(word.encode())
                if last > _MOST_PLACES or size > _MOST_BYTES:
                    return _written(places)
                places.setdefault(word, []).append(last)
        first = last + 1
    return _written(places)


def _written(places: dict[str, list[int]]) -> str:
    return " ".join(f"'{word}':{','.join(map(str, numbers))}" for word, numbers in places.items())


def _runs(text: str) -> Iterator[list[_Letter]]:
    """The letters that stand together, in one kind of script each."""
    run: list[_Letter] = []
    after_apostrophe = False
    for place, character in enumerate(text):
        forms = _forms(character)
        if (
            not forms and run
        ):  # an accent, an apostrophe or an invisible character belongs to the letter before it
            run[-1].end = place + 1
            after_apostrophe = unicodedata.category(character)[0] in "PSL"
        for form in forms:
            if run and (form == " " or _changes_script(run[-1].form, form)):
                yield run
                run = []
            if form != " ":
                run.append(_Letter(form, place, place + 1, follows_apostrophe=after_apostrophe and bool(run)))
            after_apostrophe = False
    if run:
        yield run


def _changes_script(before: str, form: str) -> bool:
    is_mark = unicodedata.category(form)[0] == "M"
    return not is_mark and bool(_UNSPACED.match(before)) != bool(_UNSPACED.match(form))


def _pair(letters: list[_Letter], place: int, *, clings: bool) -> Lexeme:
    word = "".join(letter.form for letter in letters)
    return Lexeme(word, place, letters[0].start, letters[-1].end, clings=clings, alone=len(letters) == 1)


def _word(letters: list[_Letter], place: int) -> Lexeme:
    word = "".join(letter.form for letter in letters)
    forms = {word[number:] for number, letter in enumerate(letters) if letter.follows_apostrophe}
    forms |= _without_article(word)
    besides = frozenset(form[:_LONGEST_WORD] for form in forms if len(form) >= _LEAST)
    return Lexeme(word[:_LONGEST_WORD], place, letters[0].start, letters[-1].end, besides=besides)


def _without_article(word: str) -> set[str]:
    bare = {word.removeprefix(_AND)} if len(word) > _LEAST + 1 else set()
    bare |= {form.removeprefix(article) for form in {word, *bare} for article in _ARTICLES}
    return bare - {word}


@lru_cache(maxsize=16_384)
def _forms(character: str) -> str:
    """What a character counts as: letters and digits, a blank for what separates words, or nothing."""
    return "".join(_form(form) for form in folded(character).translate(_ALIKE))


def _form(character: str) -> str:
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    return character if character.isalnum() or unicodedata.category(character)[0] == "M" else " "
