"""Names as they are compared: what differs only in case, accents, width or punctuation is the same name."""

import re
import unicodedata

from crm.errors import InvalidInput

_GAPS = re.compile(r"[\W_]+")
_MAX_NAME = 400


def normal_name(name: str) -> str:
    """The form under which a name is looked up, in any script.

    Compatibility forms are folded (NFKC), case and combining accents dropped, punctuation turned into one space.
    """
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    bare = "".join(c for c in folded if not unicodedata.combining(c))
    return _GAPS.sub(" ", unicodedata.normalize("NFC", bare)).strip()


def clean_name(name: str, *, field: str = "name") -> str:
    """A name fit to be stored and printed: one line, no control characters, not empty.

    Raises:
        InvalidInput: nothing readable is left, a control or bidi-override character stands in it, or it is too long.
    """
    clean = " ".join(name.split())
    hidden = sorted(
        {
            c
            for c in clean
            if unicodedata.category(c) in {"Cc", "Cs", "Co"} or c in "\u202a\u202b\u202c\u202d\u202e"
        }
    )
    if hidden:
        codes = ", ".join(f"U+{ord(c):04X}" for c in hidden)
        raise InvalidInput(
            f"The {field} holds invisible characters ({codes}).", field=field, value=name, hint="Remove them."
        )
    if not normal_name(clean):
        raise InvalidInput(
            f"The {field} is empty.", field=field, value=name, hint="Give at least one letter or digit."
        )
    if len(clean) > _MAX_NAME:
        raise InvalidInput(
            f"The {field} has {len(clean)} characters.",
            field=field,
            value=clean[:60] + "…",
            hint=f"{_MAX_NAME} is the most.",
        )
    return clean
