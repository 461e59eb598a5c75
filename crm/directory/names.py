"""The names of organisations and people: fit to be printed, and found in whatever case or accents they are typed."""

import re
import unicodedata
from functools import lru_cache
from typing import Any

from crm.directory.name_keys import name_keys
from crm.errors import InvalidInput
from crm.reference.legal_forms import LegalForms
from crm.reference.spelling import folded, words_of

_MAX_NAME = 400
# Controls, halves of characters, private use, and what turns the direction of the text around it.
_UNPRINTABLE = {"Cc", "Cs", "Co"}
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


@lru_cache(maxsize=8192)  # one name is compared several times on its way into the book
def normal_name(name: str) -> str:
    """The form under which a name is looked up, in any script: what differs in case, accents or punctuation is the same."""
    return " ".join(words_of(folded(name)))


def bare_name(name: str, forms: LegalForms) -> str:
    """The form in which names are compared: the normal one less the legal forms at its ends, but never nothing.

    Args:
        name: e.g. "Acme Telecom Co., Ltd." (which becomes "acme telecom").
        forms: the legal forms to know; `crm.reference.legal_forms.legal_forms_of` gives those of the book.
    """
    return forms.bare(name)


def forms_of_name(name: str, forms: LegalForms) -> dict[str, Any]:
    """What is stored beside a name of an organisation, so that it and those like it are found.

    Args:
        name: the name as it is written.
        forms: the legal forms that the book knows.
    """
    bare = bare_name(name, forms)
    return {"name": name, "normal": normal_name(name), "bare": bare, "keys": name_keys(bare)}


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


def clean_text(text: str, *, field: str, hint: str) -> str:
    """A text of any length fit to be stored.

    Raises:
        InvalidInput: it is empty, or holds a NUL character.
    """
    if not text.strip():
        raise InvalidInput(f"The {field} is empty.", field=field, hint=hint)
    if "\0" in text:
        raise InvalidInput(f"The {field} holds a NUL character.", field=field, hint="Remove it.")
    return text.strip()


def _hidden(text: str) -> list[str]:
    """The characters of a text that nobody sees."""
    return sorted({c for c in text if unicodedata.category(c) in _UNPRINTABLE or _TURNING.match(c)})
