"""How names are compared in any script: what differs only in case, accents, width or punctuation is the same."""

import difflib
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_APOSTROPHES = re.compile("['`\u00b4\u02b9\u02bb\u02bc\u2018\u2019\u201b\u2032\uff07]")
# Accents and points of the scripts that are also written without them, variation selectors, and the apostrophe that
# is part of a letter. The marks of other scripts stay: a vowel of Hindi or Thai, or the sign that makes "ba" of "ha"
# in kana, makes another word.
_ACCENTS = re.compile(
    "[\u02bc\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\U000e0100-\U000e01ef\u0640]"
)
_BETWEEN_WORDS = re.compile("[^0-9A-Za-z]+")  # of ASCII
# Letters with a stroke and their like, which Unicode takes for letters of their own; keyboards elsewhere lack them.
_WITHOUT_STROKE = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ħ": "h",
        "ŧ": "t",
        "\u0131": "i",
        "æ": "ae",
        "œ": "oe",
        "ð": "d",
        "þ": "th",
    }
)
# Written out, so that "St. Lucia", "Trinidad & Tobago" and "The Gambia" are found under their official names.
_WRITTEN_OUT = {"st": "saint"}
_CLOSE_ENOUGH = 0.72


def folded(text: str) -> str:
    """A text without case, accents, apostrophes and invisible characters, in the plain width; punctuation stays.

    Args:
        text: in any script, e.g. "Côte d'Ivoire, S.A." (which becomes "cote divoire, s.a.").
    """
    if text.isascii():
        return _APOSTROPHES.sub("", text).lower()
    apart = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text)).casefold()
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", apart)).translate(_WITHOUT_STROKE)
    seen = "".join(c for c in bare if c.isascii() or unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFC", seen)


def words_of(text: str) -> list[str]:
    """The words of a text: what stands between spaces and punctuation."""
    if text.isascii():
        return _BETWEEN_WORDS.sub(" ", text).split()
    return "".join(c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in text).split()


# The same few thousand names are compared again and again.
@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """The form under which a fact is looked up: folded, no punctuation or leading "the", "St" and "&" written out.

    Args:
        text: a name in any script, e.g. "Côte d'Ivoire" (which becomes "cote divoire").
    """
    words = words_of(folded(text).replace("&", " and "))
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    return " ".join(_WRITTEN_OUT.get(word, word) for word in words)


def near(wanted: str, known: Iterable[str], *, most: int = 5) -> tuple[str, ...]:
    """The known spellings that look most like the wanted one, best first.

    Args:
        wanted: a plain form.
        known: plain forms.
        most: how many at the most.
    """
    return tuple(difflib.get_close_matches(wanted, list(known), n=most, cutoff=_CLOSE_ENOUGH))
