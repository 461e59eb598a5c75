"""Amounts of money as files write them: "31800.00", "31'800.00", "31.800,00"."""

import re
from decimal import Decimal

from crm.errors import InvalidInput
from crm.imports.verdicts import clipped
from crm.reference.money import amount_of

_SPACES = re.compile(r"[\s'\u2019]")
_GROUPED = re.compile(r"\d{1,3}(?:(?P<by>[,.])\d{3})(?:(?P=by)\d{3})*(?P<rest>[,.]\d{1,2})?")
_HINT = "Write it as 31800.00."
_PLAIN = re.compile(r"\d+(?:[,.]\d{1,2})?")


def amount(text: str) -> Decimal:
    """The amount that a cell states; spaces and apostrophes group thousands, and a point or comma where that is certain.

    Raises:
        InvalidInput: it is no amount, is below zero, or may be two, as 31.800.
    """
    bare = _SPACES.sub("", text)
    if bare.startswith(("-", "(", "\u2212")):
        hint = "A payment that was taken back is reversed: book.dues.reverse, `crm dues reverse`."
        raise InvalidInput(f"{clipped(text)!r} is below zero.", value=text, hint=hint)
    if _PLAIN.fullmatch(bare):
        return amount_of(bare.replace(",", "."))
    grouped = _GROUPED.fullmatch(bare)
    rest = (grouped["rest"] if grouped else None) or ""
    if grouped is None or rest.startswith(grouped["by"]):
        raise InvalidInput(f"{clipped(text)!r} is no amount.", value=text, hint=_HINT)
    if not rest and bare.count(grouped["by"]) == 1:
        raise InvalidInput(f"{clipped(text)!r} may be two amounts.", value=text, hint=_HINT)
    return amount_of(re.sub("[,.]", "", bare.removesuffix(rest)) + rest.replace(",", "."))
