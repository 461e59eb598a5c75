"""How a name is compared in any of the six languages: what differs in case, accents or punctuation is the same."""

import difflib
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_APOSTROPHES = re.compile("['`\u00b4\u02bc\u2018\u2019]")
_GAPS = re.compile(r"[\W_]+")
# Written out, so that "St. Lucia", "Trinidad & Tobago" and "The Gambia" are found under their official names.
_WRITTEN_OUT = {"st": "saint"}
_TATWEEL = "\u0640"
_CLOSE_ENOUGH = 0.72


# The same few thousand names are compared again and again.
@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """The form under which a name is looked up: no case, accents, apostrophes, punctuation or leading "the".

    Args:
        text: a name in any script, e.g. "Côte d'Ivoire" (which becomes "cote divoire").
    """
    folded = unicodedata.normalize("NFKD", text.casefold()).replace(_TATWEEL, "").replace("&", " and ")
    bare = "".join(c for c in folded if not unicodedata.combining(c))
    words = _GAPS.sub(" ", _APOSTROPHES.sub("", bare)).split()
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    return unicodedata.normalize("NFC", " ".join(_WRITTEN_OUT.get(word, word) for word in words))


def near(wanted: str, known: Iterable[str], *, most: int = 5) -> tuple[str, ...]:
    """The known spellings that look most like the wanted one, best first.

    Args:
        wanted: a plain form.
        known: plain forms.
        most: how many at the most.
    """
    return tuple(difflib.get_close_matches(wanted, list(known), n=most, cutoff=_CLOSE_ENOUGH))
