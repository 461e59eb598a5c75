"""How names are written a second time: without the legal form, with a slip, by ear, in another order, a word short.

What is made here is known to be a duplicate, so that the search for duplicates can be judged.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from workers.demo.chance import number, one_of

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_VOWELS = "aeiou"


def without_form(name: str, bare: str) -> str:  # noqa: ARG001 - every slip takes the name and its bare form
    """The name without its legal form."""
    return bare.title()


def mistyped(name: str, bare: str) -> str:
    """One letter is missing, wrong, too many, or changes places with the next."""
    at = number(name, "where") % len(bare)
    before, letter, after = bare[:at], bare[at], bare[at + 1 :]
    wrong = one_of(_LETTERS, name, "which")
    slips = (before + after, before + wrong + letter + after, before + wrong + after)
    return one_of((*slips, before + after[:1] + letter + after[1:]), name, "how").title()


def by_ear(name: str, bare: str) -> str:
    """Two vowels are others, as when a name comes from another script."""
    letters = list(bare)
    vowels = [at for at, letter in enumerate(letters) if letter in _VOWELS]
    for turn in range(min(2, len(vowels))):
        letters[vowels[number(name, turn) % len(vowels)]] = one_of(_VOWELS, name, "vowel", turn)
    return "".join(letters).title()


def reordered(name: str, bare: str) -> str:
    """The words stand in another order."""
    words = bare.split()
    turn = 1 + number(name) % max(1, len(words) - 1)
    return " ".join(words[turn:] + words[:turn]).title()


def a_word_short(name: str, bare: str) -> str:
    """A word is missing, but not the first one; names of one or two words stay as they are."""
    words = bare.split()
    if len(words) > 2:  # noqa: PLR2004 - two words make a name that stands for itself
        del words[1 + number(name) % (len(words) - 1)]
    return " ".join(words).title()


SLIPS: Mapping[str, Callable[[str, str], str]] = MappingProxyType(
    {
        "without the legal form": without_form,
        "with a slip": mistyped,
        "by ear": by_ear,
        "in another order": reordered,
        "a word short": a_word_short,
    }
)


def written_again(name: str, bare: str) -> tuple[str, str]:
    """A name as somebody else would have typed it, and what has happened to it.

    Args:
        name: the name; the same one always comes out the same.
        bare: the name without its legal form, in the form in which names are compared.
    """
    how = one_of(list(SLIPS), name, "slip")
    return SLIPS[how](name, bare), how
