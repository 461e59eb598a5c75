"""In what two bare names are alike: the same, the same words, the same sound, or almost the same spelling. Pure."""

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from crm.directory.name_keys import sound_of


class NameSign(StrEnum):
    """What speaks for two names meaning the same; the best comes first."""

    SAME = "same name but for the legal form"
    ORDER = "same words in another order or with other spaces"
    SOUND = "same name but for vowels, doubled letters or the script"
    SPELLING = "same name but for a letter or two in one word"
    SHORT = "same name but for a letter in one short word"
    LONGER = "one name has a word more"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From when on two words that differ count as one word, misspelt.

    Attributes:
        ratio: how much of their letters they share in the same order, from 0 to 1 (`difflib.SequenceMatcher`).
        letters: how many letters both have at least.
        short: how many a short word has at least; one letter apart in a shorter word is another word.
        consonants: how many consonants two words have at least that sound alike.
        words: how many words two names have at least in common, where one has a word more.
    """

    ratio: float = 0.85
    letters: int = 6
    short: int = 4
    consonants: int = 4
    words: int = 3


THRESHOLDS = Thresholds()

_ROMAN = re.compile("c{0,3}(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})")


def name_sign(one: str, other: str, *, by: Thresholds = THRESHOLDS) -> NameSign | None:
    """In what two bare names are alike; None where they are not.

    Numbers and letters that stand alone must be the same: "Fund II" is not "Fund III", however alike they look.

    Args:
        one: a bare name; see `crm.directory.names.bare_name`.
        other: the other one.
        by: from when on words count as one word, misspelt.
    """
    if one == other:
        return NameSign.SAME
    if one.replace(" ", "") == other.replace(" ", ""):
        return NameSign.ORDER
    words, others = one.split(), other.split()
    mine, theirs = Counter(words), Counter(others)
    left, right = list((mine - theirs).elements()), list((theirs - mine).elements())
    if any(map(_counts, left + right)):
        return None
    if left and right:
        return _misspelt("".join(left), "".join(right), by)
    if not left and not right:
        return NameSign.ORDER
    return _longer(words, others, by)


def _misspelt(one: str, other: str, by: Thresholds) -> NameSign | None:
    shortest = min(len(one), len(other))
    if shortest < by.short:
        return None
    sound = sound_of(one)
    if shortest >= by.letters and len(sound) >= by.consonants and sound == sound_of(other):
        return NameSign.SOUND
    if not _close(one, other, by.ratio):
        return None
    return NameSign.SPELLING if shortest >= by.letters else NameSign.SHORT


def _close(one: str, other: str, ratio: float) -> bool:
    if 2 * min(len(one), len(other)) < ratio * (len(one) + len(other)):
        return False  # most end here, before anything is compared letter by letter
    compared = SequenceMatcher(None, one, other, autojunk=False)
    return compared.quick_ratio() >= ratio and compared.ratio() >= ratio


def _longer(words: list[str], others: list[str], by: Thresholds) -> NameSign | None:
    """One name holds all words of the other; what is told first tells names apart, so that word must be the same."""
    shortest = min(len(words), len(others))
    more = abs(len(words) - len(others))
    return NameSign.LONGER if more == 1 and shortest >= by.words and words[0] == others[0] else None


def _counts(word: str) -> bool:
    """Whether a word numbers something, so that another one in its place means another thing."""
    return len(word) == 1 or any(map(str.isdigit, word)) or _ROMAN.fullmatch(word) is not None
