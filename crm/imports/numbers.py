"""Numbers of employees as people write them: "3,167", "c. 60,500 (2025)", "14.046"."""

import re

# A bracket is passed over unless it holds a further number of the same kind, as in "5,494 (group: 44,336)".
_ASIDE = re.compile(r"[(\[](?:(?!\d[.,]\d{3})[^)\]])*(?:[)\]]|$)|\bas of\b.*", re.IGNORECASE | re.DOTALL)
_NUMBER = re.compile(r"\d{1,3}(?:[,.'\u2019\s]\d{3})+(?!\d)|\d+")
_OTHER_SCALE = re.compile(
    r"million|billion|thousand|mio|mill|bn|\d\s*(?:[km]\b|%)|\d[.,]\d{1,2}(?!\d)|-\s*\d", re.IGNORECASE
)
_MOST = 10_000_000  # the largest employer of the world has about two million


def employees(text: str) -> tuple[int, bool] | None:
    """How many employees a text states.

    Brackets, "as of …" and words such as "about" are passed over. A range, several numbers, or a number in
    thousands or millions is not read.

    Args:
        text: what stands in the file.

    Returns:
        The number and whether the text says just that, or None if no single number can be read.
    """
    bare = _ASIDE.sub(" ", text[:200])
    numbers = _NUMBER.findall(bare)
    if len(numbers) != 1 or _OTHER_SCALE.search(bare):
        return None
    number = int(re.sub(r"\D", "", numbers[0]))
    return (number, numbers[0] == text.strip()) if number <= _MOST else None
