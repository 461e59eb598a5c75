"""The Legal Entity Identifier: twenty characters, the last two of them check digits (ISO 17442)."""

from stdnum import lei

from crm.errors import InvalidInput


def looks_like_lei(text: str) -> bool:
    """Whether a key has the shape of an LEI, right or wrong."""
    return len(text) == 20 and text.isalnum() and text.isascii() and text[-2:].isdecimal()  # noqa: PLR2004 - ISO 17442


def valid_lei(text: str) -> str:
    """An LEI in capitals without gaps.

    Raises:
        InvalidInput: the length, a character or the check digits are wrong.
    """
    number = lei.compact(text)
    if looks_like_lei(number) and lei.is_valid(number):
        return number
    hint = "An LEI has twenty letters and digits, the last two of them digits."
    if looks_like_lei(number):
        hint = "The check digits do not fit: look for a mistyped character."
    raise InvalidInput(f"{text!r} is not an LEI.", field="lei", value=text, hint=hint)
