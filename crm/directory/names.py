"""The names of organisations and people: fit to be printed, and found in whatever case or accents they are typed."""

import re
import unicodedata
from functools import lru_cache

from crm.errors import InvalidInput
from crm.reference.spelling import folded, words_of

_MAX_NAME = 400
# Controls, halves of characters, private use, and what turns the direction of the text around it.
_UNPRINTABLE = {"Cc", "Cs", "Co"}
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


@lru_cache(maxsize=8192)  # one name is compared several times on its way into the book
def normal_name(name: str) -> str:
    """The form under which a name is looked up, in any script: what differs in case, accents or punctuation is the same."""
    return " ".join(words_of(folded(name)))


def clean_name(name: str, *, field: str = "name") -> str:
    """A name fit to be stored and printed: one line, no control characters, not empty.

    Raises:
        InvalidInput: nothing readable is left, a control or bidi-override character stands in it, or it is too long.
    """
    clean = " ".join(name.split())
    plain = clean.isascii() and clean.isprintable()
    if not plain and (hidden := _hidden(clean)):
        codes = ", ".join(f"U+{ord(c):04X}" for c in hidden)
        raise InvalidInput(
            f"{field}: there are invisible characters ({codes}).",
            field=field,
            value=name,
            hint="Remove them.",
        )
    if not normal_name(clean):
        raise InvalidInput(
            f"{field}: nothing to read.", field=field, value=name, hint="Give at least one letter or digit."
        )
    if len(clean) > _MAX_NAME:
        raise InvalidInput(
            f"{field}: {len(clean)} characters are too many.",
            field=field,
            value=clean[:60] + "…",
            hint=f"{_MAX_NAME} is the most.",
        )
    return clean


def _hidden(text: str) -> list[str]:
    """The characters of a text that nobody sees."""
    return sorted({c for c in text if unicodedata.category(c) in _UNPRINTABLE or _TURNING.match(c)})
