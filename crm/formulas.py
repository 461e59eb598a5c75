"""Text that a spreadsheet might take for a formula: put out of action for a file, and brought back from one.

Excel and others run what begins with = + - @ or a control character (OWASP, "CSV injection"; ASVS 1.2.10).
"""

import unicodedata

_STARTS = frozenset("=+-@|")
_INVISIBLE = frozenset({"Zs", "Cf"})  # spaces and marks such as a BOM, which spreadsheets skip
_GUARD = "'"


def defused(value: str) -> str:
    """The text with an apostrophe in front if a spreadsheet might take it for a formula.

    A text that has apostrophes in front of a formula already gets one more, so that `restored` always knows how
    many were there.
    """
    return _GUARD + value if _may_be_formula(value.lstrip(_GUARD)) else value


def restored(value: str) -> str:
    """The text that `defused` made this from; for files known to be written by it."""
    guarded = value.startswith(_GUARD) and _may_be_formula(value.lstrip(_GUARD))
    return value[1:] if guarded else value


def _may_be_formula(value: str) -> bool:
    for character in value:
        category = unicodedata.category(character)
        if category not in _INVISIBLE:
            # Full-width and small forms of the signs count as the signs.
            return category == "Cc" or unicodedata.normalize("NFKC", character)[0] in _STARTS
    return False
