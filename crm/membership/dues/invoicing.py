"""Writing the invoices of a pass: all at once, each with the next number of the year."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from crm.errors import InvalidInput
from crm.membership.dues.balance import ZERO
from crm.membership.dues.charging import refuse_far_ahead
from crm.membership.dues.dues_tables import Assessment, Invoice, InvoiceKind, InvoiceLine
from crm.membership.dues.payments import past_day
from crm.membership.dues.posting import ChargeLine, number_of
from crm.membership.terms import Coverage
from crm.reference.membership_rules import membership_rules
from crm.reference.units import in_decimal
from crm.store.copying import copy_in
from crm.store.store import Change
from crm.store.trail import take_ids

Progress = Callable[[int, int], object]
"""Is told how many invoices are written, and of how many."""

_STEP = 1_000
Lines = Mapping[int, Sequence[ChargeLine]]
"""The lines of invoices by account."""


def total(lines: Iterable[ChargeLine]) -> Decimal:
    """What some lines come to."""
    return sum((line.amount for line in lines), ZERO)


def refuse_no_year(year: int) -> None:
    """Refuse a number that is no year of the calendar.

    Raises:
        InvalidInput: it is none.
    """
    if not date.min.year < year < date.max.year:
        raise InvalidInput(f"{year} is no year.", field="year", value=year)


def dates_of(change: Change, year: int, issued_on: date | str | None) -> tuple[date, date]:
    """The day on which the invoices of a year are issued, and the last one on which they are paid in time.

    Args:
        change: the verb under way.
        year: the year of the dues.
        issued_on: the day of issue, as somebody gives it; today where none is given.

    Raises:
        InvalidInput: there is no such year.
        Refused: the day of issue is still to come, or the year is not the next one yet.
    """
    refuse_no_year(year)
    issued = past_day(change, issued_on, field="issued_on")
    refuse_far_ahead(year, issued)
    rules = membership_rules(change.session).on(date(year, 1, 1))
    return issued, max(rules.due_on(year), issued + timedelta(days=rules.due_days))


def write_invoices(
    change: Change,
    year: int,
    lines: Lines,
    *,
    serial: int,
    issued_on: date,
    due_on: date,
    synthetic: Collection[int],
    progress: Progress | None,
) -> Assessment:
    """Write a pass, an invoice for each account and its lines; what is given back of one Sector settles no charge of another.

    Args:
        change: the verb under way.
        year: the year of the dues.
        lines: what is charged and given back to each account; not empty.
        serial: the next number of the year.
        issued_on: the day of issue.
        due_on: the last day on which it is paid in time.
        synthetic: the accounts whose memberships or contributions are made up.
        progress: is told how far it has come.
    """
    documents = [(account, part) for account, of in lines.items() for part in _documents(of)]
    dates = {"issued_on": issued_on, "due_on": due_on}
    fields = {
        "year": year,
        "invoices": len(documents),
        "amount": total(each for _, of in documents for each in of),
    }
    fields |= dates | {"assessed_at": change.now, "assessed_by": change.actor}
    written = change.add(Assessment.model_validate(fields))
    shared = {"assessment_id": written.id, "year": year, **dates}
    shared |= {"recorded_at": change.now, "recorded_by": change.actor}
    ids = iter(take_ids(change.session, len(documents) + sum(len(of) for _, of in documents)))
    numbers = [next(ids) for _ in documents]
    rows = (
        {
            **shared,
            "id": numbers[place],
            "organization_id": account,
            "kind": _kind(of).value,
            "number": number_of(year, serial + place),
            "serial": serial + place,
            "amount": total(of),
            "synthetic": account in synthetic,
        }
        for place, (account, of) in enumerate(documents)
    )
    copy_in(change.session, Invoice, _told(rows, len(documents), progress))
    copy_in(
        change.session,
        InvoiceLine,
        (
            {**_copied(line), "id": next(ids), "invoice_id": number}
            for number, (_, of) in zip(numbers, documents, strict=True)
            for line in of
        ),
    )
    return written


def _documents(lines: Sequence[ChargeLine]) -> Iterator[Sequence[ChargeLine]]:
    """The lines of an account by invoice: those of the Sectors that charge more than they give back, and the others.

    On one invoice the two would be settled with one another, and what one Sector gives back is no money for another.
    """
    by_sector: defaultdict[Coverage | None, Decimal] = defaultdict(lambda: ZERO)
    for line in lines:
        by_sector[line.coverage] += line.amount
    charged = [line for line in lines if by_sector[line.coverage] >= 0]
    return filter(None, (charged, [line for line in lines if by_sector[line.coverage] < 0]))


def _copied(line: ChargeLine) -> dict[str, Any]:
    """A line as it is copied in."""
    values = {name: getattr(line, name) for name in ChargeLine.__slots__}
    return values | {
        "coverage": line.coverage and line.coverage.value,
        "category": line.category and line.category.value,
        "units": None if line.units is None else in_decimal(line.units),
    }


def _kind(lines: Sequence[ChargeLine]) -> InvoiceKind:
    gives_back = [line.amount < 0 for line in lines]
    if all(gives_back):
        return InvoiceKind.CREDIT
    if any(line.state for line in lines):
        return InvoiceKind.CONTRIBUTION
    return InvoiceKind.CHANGE if any(gives_back) else InvoiceKind.YEARLY


def _told(rows: Iterable[dict[str, Any]], count: int, progress: Progress | None) -> Iterator[dict[str, Any]]:
    """The rows as they are written, telling now and then how many were."""
    for done, row in enumerate(rows, start=1):
        yield row
        if progress is not None and (done % _STEP == 0 or done == count):
            progress(done, count)
