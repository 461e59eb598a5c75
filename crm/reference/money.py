"""Amounts and currencies as people give them: exact, never below zero, in a currency of ISO 4217."""

from decimal import Decimal, InvalidOperation

from babel.numbers import list_currencies

from crm.errors import InvalidInput
from crm.reference.spelling import near

# What a column of NUMERIC(16, 2) takes.
_MOST = Decimal(10) ** 14
_CENT = Decimal("0.01")


def amount_of(given: Decimal | int | str, *, field: str = "amount") -> Decimal:
    """An amount of money, to the cent.

    Args:
        given: a Decimal, a whole number, or a text such as "1987.50".
        field: the name of the argument, for the error.

    Raises:
        InvalidInput: it is a float, which is not exact, or negative, or it has parts of a cent, or it is no amount.
    """
    if isinstance(given, float | bool):
        hint = f'Write {field}="{given}", or give a Decimal.'
        raise InvalidInput(f"{field}: {given!r} is not exact.", field=field, value=given, hint=hint)
    try:
        amount = Decimal(given)
    except (InvalidOperation, TypeError, ValueError):
        amount = Decimal("NaN")
    if not amount.is_finite():
        hint = 'Write digits and a point: "1987.50".'
        raise InvalidInput(f"{field}: {given!r} is no amount.", field=field, value=given, hint=hint)
    if amount < 0 or amount >= _MOST:
        said = "is below zero" if amount < 0 else "is beyond all measure"
        raise InvalidInput(f"{field}: {given} {said}.", field=field, value=given)
    if amount != amount.quantize(_CENT):
        raise InvalidInput(f"{field}: {given} has parts of a cent.", field=field, value=given)
    return amount.quantize(_CENT)


def currency_of(code: str) -> str:
    """The ISO 4217 code of a currency, in capitals.

    Raises:
        InvalidInput: there is no such currency.
    """
    known, wanted = list_currencies(), code.strip().upper()
    if wanted in known:
        return wanted
    raise InvalidInput(
        f"There is no currency {code[:20]!r}.",
        field="currency",
        value=code,
        candidates=near(wanted, sorted(known)),
        hint="Give its ISO 4217 code, e.g. CHF.",
    )
