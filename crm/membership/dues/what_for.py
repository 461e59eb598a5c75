"""What is charged, paid and given back, in words that a member understands, in the six languages of the Union."""

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from functools import reduce

from babel.dates import format_interval

from crm.membership.dues.dues_tables import InvoiceLine, Payment
from crm.membership.dues.payments import FRANC
from crm.membership.dues.posting import ChargeLine
from crm.membership.pricing import month_end
from crm.membership.terms import Coverage
from crm.reference.categories import Category
from crm.reference.languages import locale
from crm.reference.units import units_in_words
from crm.templates_folder import words_in

_FOLDER = "statement"


def what_for(line: InvoiceLine | ChargeLine, numbers: Mapping[int, str], *, language: str = "en") -> str:
    """What a line of an invoice is for: "Sector Member in ITU-T, 1/2 unit, 2027".

    Args:
        line: of an invoice, written or to be.
        numbers: the numbers of invoices by their ids, for what is interest or is given back.
        language: "ar", "zh", "en", "fr", "ru" or "es".
    """
    words = words_in(_FOLDER, language)
    if line.overdue_id is not None:
        number = numbers.get(line.overdue_id, str(line.overdue_id))
        what = words["interest"].format(number=_apart(number, language))
        parts = [what, _days(line.since_on, line.until_on, language)]
    else:
        what = _membership(line, words, language)
        parts = [what, *_class(line, words), period(line.since_on, line.until_on, language)]
    said = _joined(parts, words["parts"])
    if line.amount >= 0:
        return said
    if credited := numbers.get(line.credits_id or 0):
        return words["given_back_of"].format(number=_apart(credited, language), what=said)
    return words["given_back"].format(what=said)


def what_paid(payment: Payment, numbers: Mapping[int, str], *, language: str = "en") -> str:
    """What a payment was: "Payment for 2027-000001", with what came in where that was not in francs.

    Args:
        payment: a payment, or one taken back.
        numbers: the numbers of invoices by their ids; of one that is not there nothing is said.
        language: "ar", "zh", "en", "fr", "ru" or "es".
    """
    words = words_in(_FOLDER, language)
    meant = numbers.get(payment.invoice_id or 0)
    what = words["payment_for"].format(number=_apart(meant, language)) if meant else words["payment"]
    if payment.reverses_id is not None:
        what = words["taken_back"].format(what=what)
    if payment.currency == FRANC:
        return what
    paid = _apart(f"{payment.amount:,.2f} {payment.currency}", language)
    return words["converted"].format(what=what, paid=paid, rate=f"{payment.rate.normalize():f}")


def period(since_on: date, until_on: date, language: str = "en") -> str:
    """Whole months in words: "2027", "April 2027"; other days as days."""
    if since_on == date(since_on.year, 1, 1) and until_on == date(since_on.year, 12, 31):
        return str(since_on.year)
    if since_on.day == 1 and until_on == month_end(until_on):
        return str(format_interval(since_on, until_on, "yMMMM", locale=locale(language)))
    return _days(since_on, until_on, language)


def _days(since_on: date, until_on: date, language: str) -> str:
    return str(format_interval(since_on, until_on, "yMMMMd", locale=locale(language)))


def _apart(text: str, language: str) -> str:
    """A Latin name or a number that keeps its order in a line written from right to left (Unicode annex 9, isolates)."""
    return f"\u2068{text}\u2069" if locale(language).text_direction == "rtl" else text


def _membership(line: InvoiceLine | ChargeLine, words: Mapping[str, str], language: str) -> str:
    if line.category is None:
        return words["contribution"]
    category = words[line.category.value]
    if line.coverage in (None, Coverage.ALL):
        return category
    sector = _apart(words[line.coverage.value], language)
    return words["membership"].format(category=category, sector=sector)


def _class(line: InvoiceLine | ChargeLine, words: Mapping[str, str]) -> Iterable[str]:
    if line.units is not None:
        name = "unit" if line.units <= Fraction(1) else "units"
        yield words[name].format(units=units_in_words(line.units))
    elif line.category is Category.SECTOR_MEMBER:
        yield words["lowest_class"]


def _joined(parts: Iterable[str], pattern: str) -> str:
    return reduce(lambda one, other: pattern.format(one=one, other=other), parts)
