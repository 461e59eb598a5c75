"""What a report takes: its filters, and how they are read where a person wrote them down."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from inspect import signature
from typing import Any, get_type_hints

from crm.dates import day_of
from crm.errors import InvalidInput
from crm.reports.report import Report

MakesReport = Callable[..., Report]


def filters_of(report: MakesReport) -> Mapping[str, Any]:
    """The filters of a report with their types, in order; what it reads with is none."""
    hints = get_type_hints(report)
    return {name: hints[name] for name in list(signature(report).parameters)[1:]}


def refuse_unknown(name: str, report: MakesReport, given: Mapping[str, object]) -> None:
    """Refuse filters that a report does not take.

    Raises:
        InvalidInput: naming the first of them; those that there are are the candidates.
    """
    known = filters_of(report)
    if unknown := sorted(given.keys() - known.keys()):
        raise InvalidInput(
            f"The report {name} takes no {unknown[0]!r}.", field=unknown[0], candidates=sorted(known)
        )


def read_filters(report: MakesReport, given: Mapping[str, Any], *, today: date) -> dict[str, Any]:
    """Filters as a report takes them, out of what a person wrote: days such as "30d", numbers such as "0.05".

    Args:
        report: the report.
        given: the filters by name; what is no text is taken as it is.
        today: the day from which days are counted.

    Raises:
        InvalidInput: a day or a number cannot be read; `field` names it.
    """
    kinds = filters_of(report)
    return {name: _read(name, value, kinds[name], today) for name, value in given.items()}


def _read(name: str, value: Any, kind: Any, today: date) -> Any:
    if not isinstance(value, str):
        return value
    if kind == date | str | None:
        return day_of(value, today=today, field=name)
    if kind in (int, int | None):
        return _number(name, value, int, "2027")
    return _number(name, value, Decimal, "0.05") if kind == Decimal | None else value


def _number(name: str, text: str, kind: Callable[[str], Any], example: str) -> Any:
    try:
        return kind(text)
    except (InvalidOperation, ValueError):
        raise InvalidInput(
            f"{text!r} is no number.", field=name, value=text, hint=f"Write {example}."
        ) from None
