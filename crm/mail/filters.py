"""How dates, amounts and names are written in a letter, language by language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache, partial
from typing import Literal
from urllib.parse import quote

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from markupsafe import Markup, escape

from crm.errors import TemplateError
from crm.reference.languages import locale

Part = Literal["subject", "text", "html"]
MOST_PARAGRAPHS = 300

_IN_ANY_PART = frozenset({"date", "money", "number"})
ALLOWED: Mapping[Part, frozenset[str]] = {
    # No isolate in a subject: a header may not carry U+2066 to U+2069.
    "subject": _IN_ANY_PART,
    "text": _IN_ANY_PART | {"isolate"},
    "html": _IN_ANY_PART | {"isolate", "mailto", "paragraphs", "breaks"},
}

_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"
_NO_BREAK_SPACE = "\u00a0"
_MOST_DIGITS = 30
_ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def filters(language: str, part: Part) -> dict[str, Callable[..., str | list[str]]]:
    """The filters for one part of a letter in one language.

    Args:
        language: a language tag such as ``fr`` or ``ar``.
        part: the subject, the text or the HTML of a letter.

    Returns:
        Callables by the names that templates use.
    """
    customs = locale(language)
    rtl = customs.text_direction == "rtl"
    every: dict[str, Callable[..., str | list[str]]] = {
        "date": partial(written_date, locale=customs),
        "money": partial(written_money, locale=customs),
        "number": partial(written_number, locale=customs),
        "isolate": partial(isolated_html if part == "html" else isolated_text, rtl=rtl),
        "mailto": mailto,
        "paragraphs": paragraphs,
        "breaks": breaks,
    }
    return {name: every[name] for name in ALLOWED[part]}


def written_date(value: object, *, locale: Locale, digits: str = "latn") -> str:
    """A day written out: 1 December 2026, 1er décembre 2026.

    Args:
        value: a date, or its ISO form.
        locale: how to write.
        digits: the numbering system: ``latn``, or ``arab`` for Arabic-Indic digits.

    Returns:
        The day in words of the language.
    """
    # Facts may have passed through JSON, where dates and amounts are text, so their text is what counts.
    return _in_digits(_day(str(value), locale), digits)


def written_money(value: object, currency: object, *, locale: Locale, digits: str = "latn") -> str:
    """An amount with the code of its currency; whole amounts without decimals: CHF 31,800.

    Args:
        value: a Decimal, a whole number, or its decimal text; never a float.
        currency: the ISO 4217 code, shown as it is: symbols such as $ are ambiguous among Member States.
        locale: how to write.
        digits: the numbering system, ``latn`` or ``arab``.

    Returns:
        The amount, kept on one line by no-break spaces.
    """
    return _in_digits(_amount(str(value), str(currency), locale, digits), digits)


def written_number(value: object, *, locale: Locale, digits: str = "latn") -> str:
    """A number with the separators of the language.

    Args:
        value: a Decimal, a whole number, or its decimal text.
        locale: how to write.
        digits: the numbering system, ``latn`` or ``arab``.

    Returns:
        The number as written.
    """
    return _in_digits(_number(str(value), locale, digits), digits)


def isolated_text(value: object, *, rtl: bool) -> str:
    """A name or amount kept apart from the reading direction around it (UAX #9), where the two may differ."""
    return _isolated(str(value), rtl)


def isolated_html(value: object, *, rtl: bool) -> Markup:
    """A name or amount kept apart from the reading direction around it, by ``<bdi>`` and as in a text.

    Outlook and Gmail take the element away and keep the characters.
    """
    return _isolated_html(str(value), rtl)


def mailto(address: object) -> str:
    """The link that opens a new message to an address (RFC 6068); nothing in it can add a recipient or header."""
    return "mailto:" + quote(str(address), safe="@+._-=")


def paragraphs(text: object) -> list[str]:
    """The paragraphs of a text that a person wrote: what stands between empty lines."""
    found = [part.strip() for part in re.split(r"\n[^\S\n]*\n", str(text)) if part.strip()]
    if len(found) > MOST_PARAGRAPHS:
        raise TemplateError(
            f"The text has {len(found)} paragraphs.", hint=f"{MOST_PARAGRAPHS} are enough for a letter."
        )
    return found


def breaks(paragraph: object) -> Markup:
    """A paragraph with its line ends kept."""
    return Markup("<br>\n").join(escape(line.strip()) for line in str(paragraph).split("\n"))


@lru_cache(maxsize=1024)  # many letters name the same colleague and the same study group
def _isolated(text: str, rtl: bool) -> str:  # noqa: FBT001 - a key of the cache
    if rtl or (
        not text.isascii() and any(unicodedata.bidirectional(sign) in {"R", "AL", "AN"} for sign in text)
    ):
        return f"{_ISOLATE}{text}{_END_ISOLATE}"
    return text


@lru_cache(maxsize=1024)
def _isolated_html(text: str, rtl: bool) -> Markup:  # noqa: FBT001 - a key of the cache
    return Markup(f"<bdi>{escape(_isolated(text, rtl))}</bdi>")  # noqa: S704 - the value is escaped


@lru_cache(maxsize=1024)
def _day(value: str, locale: Locale) -> str:
    try:
        day = date.fromisoformat(value)
    except ValueError as error:
        raise TemplateError(f"{value!r} is no date.", value=value, hint="Write it as 2026-12-01.") from error
    written = format_date(day, "long", locale=locale)
    match locale.language:
        case "fr":
            # The first of a month is an ordinal in French (Lexique des règles typographiques, "date").
            return re.sub(r"^1\b", "1er", written)
        case "ru":
            # Written out as in documents of the Union: the abbreviation would meet the full stop of a sentence.
            return re.sub(r"\s+\w\.$", f"{_NO_BREAK_SPACE}года", written)
        case _:
            return written


@lru_cache(maxsize=1024)
def _amount(value: str, currency: str, locale: Locale, digits: str) -> str:
    if not re.fullmatch("[A-Z]{3}", currency):
        raise TemplateError(f"{currency!r} is no currency code.", field="currency", hint="Write it as CHF.")
    amount = _decimal(value)
    pattern = (
        locale.currency_formats["standard"].pattern.replace("¤#", f"¤{_NO_BREAK_SPACE}#").replace("¤", "¤¤")
    )
    if amount == amount.to_integral_value():
        pattern = pattern.replace("0.00", "0")
    return format_currency(
        amount, currency, format=pattern, locale=locale, currency_digits=False, numbering_system=digits
    )


@lru_cache(maxsize=1024)
def _number(value: str, locale: Locale, digits: str) -> str:
    return format_decimal(_decimal(value), locale=locale, numbering_system=digits, decimal_quantization=False)


def _decimal(value: str) -> Decimal:
    try:
        amount = Decimal(value)
    except InvalidOperation as error:
        raise TemplateError(f"{value!r} is no number.", value=value, hint="Give a Decimal.") from error
    if not amount.is_finite() or abs(amount.adjusted()) > _MOST_DIGITS:
        raise TemplateError(f"{value!r} is no amount that a letter can name.", value=value)
    return amount


def _in_digits(written: str, digits: str) -> str:
    return written.translate(_ARABIC_DIGITS) if digits == "arab" else written
