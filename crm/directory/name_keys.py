"""Keys under which bare names meet that may mean one organisation; pure, and stored beside each name.

Names that share a key are compared; others never are. That keeps the search for duplicates near-linear: it looks at
the few names in one block instead of at every pair. The keys are chosen so that what usually goes wrong with a name
leaves at least one of them unchanged:

- other order or spacing of the words: the sorted words, and all letters in one;
- a word more, less or badly misspelt, in names of three words and more: the words without each one in turn;
- a letter more, less, wrong or in the wrong place, in shorter names: the letters without each one in turn;
- vowels, doubled letters or another script: the consonants as they sound (`sound_of`).
"""

import re
from collections.abc import Iterator
from hashlib import blake2b
from itertools import groupby

_FEW_WORDS = 2
_LETTERS, _CONSONANTS = 5, 5
"""Shorter names, and shorter skeletons, would meet too many others."""

_TOGETHER = str.maketrans({"w": "v", "q": "k", "c": "k", "x": "ks"})
# Vowels, the h of "sh", "th" and their like, and one at the end of a word.
_SILENT = re.compile("[aeiouy]|(?<=[bcdfgjlmnpqrstvwxz])h|h\\b")
_SOUNDS = str.maketrans(
    dict(zip("бвгдзжклмнпрстфхчшґљњћђџ", "bvgdzzklmnprstfhksglnkdj", strict=True))
    | dict.fromkeys("аеєиіоуыэюяьъ\u0458", "")
    | {"ц": "ts", "щ": "sk"}
    | dict(zip("βγδζθκλμνπρσςτφχ", "vgdztklmnprsstfk", strict=True))
    | dict.fromkeys("αεηιουω", "")
    | {"ξ": "ks", "ψ": "ps"}
    | dict(zip("بتثجحخدذرزسشصضطظغفقكلمنهپچگک", "bttjhhddrzsssdtzgfkklmnhbkgk", strict=True))
    | dict.fromkeys("اويىعةء", "")
)


def name_keys(bare: str) -> list[int]:
    """The keys of a bare name, as numbers of 64 bits.

    Args:
        bare: the name without its legal form; see `crm.directory.names.bare_name`.
    """
    return sorted({_number(key) for key in _keys(bare)})


def sound_of(bare: str) -> str:
    """A bare name as it sounds without vowels: "mohammed" and "muhammad" alike, "газпром" and "gazprom" alike.

    Latin, Cyrillic, Greek and Arabic letters meet in one rough consonant each; those of other scripts stay.
    """
    heard = bare.translate(_SOUNDS).replace("kh", "h").replace("ph", "f")
    consonants = _SILENT.sub("", heard).replace(" ", "").translate(_TOGETHER)
    return "".join(letter for letter, _ in groupby(consonants))


def _keys(bare: str) -> Iterator[str]:
    words, letters = sorted(bare.split()), bare.replace(" ", "")
    yield " ".join(words)
    yield letters
    if len(sound := sound_of(bare)) >= _CONSONANTS:
        yield f"sounds {sound}"
    if len(words) > _FEW_WORDS:
        yield from (" ".join(words[:at] + words[at + 1 :]) for at in range(len(words)))
    elif len(letters) >= _LETTERS:
        yield from (letters[:at] + letters[at + 1 :] for at in range(len(letters)))


def _number(key: str) -> int:
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), signed=True)
