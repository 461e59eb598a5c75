"""Whom to see and why, as a report: the list of the day for one colleague, an office or a region."""

from datetime import date

from crm.insight.need import GROUPS, Need
from crm.outreach.attention_sources import attention
from crm.reports.columns import Cell, Column, ColumnKind
from crm.reports.notes import synthetic
from crm.reports.reader import Reader
from crm.reports.report import Report

_COLUMNS = (
    Column(key="group", title="What waits"),
    Column(key="account", title="Account"),
    Column(key="id", title="Id", kind=ColumnKind.ID),
    Column(key="why", title="Why", kind=ColumnKind.NOTE),
    Column(key="due", title="Due", kind=ColumnKind.DATE),
    Column(key="owner", title="Account manager"),
)


def whom_to_see(
    reader: Reader,
    *,
    owner: str | None = None,
    office: str | None = None,
    region: str | None = None,
    on: date | str | None = None,
    rows: bool = True,  # noqa: ARG001 - every report takes it; here the rows are the needs themselves
) -> Report:
    """Whom to see and why: steps that are due, who waits for an answer, what has changed, who is going cold.

    Args:
        reader: reads the book.
        owner: whose day, by any key of a colleague, with that of colleagues whose deputy they are; everybody's if left out.
        office: only what the staff of this office have to see to.
        region: only accounts based in this development region, by slug or name.
        on: the day to look from; today where none is given.
        rows: every report takes it; here the rows are the needs themselves.

    Returns:
        One row a need, the most urgent first in each group.

    Raises:
        NotFound: there is no such colleague, office or region.
    """
    as_of = reader.store.now()
    day = reader.day(on)
    found = attention(reader.store).of(owner=owner, office=office, region=region, on=day)
    filters = {"owner": owner, "office": office, "region": region}
    return Report(
        name="whom-to-see",
        title="Whom to see",
        definition="Next steps that are due or overdue, accounts that nobody has touched for longer than their tier "
        "allows, those who wait for an answer, memberships that are ending, standings that have become worse, new people "
        "in key positions, letters that wait for approval, and applications for membership that wait for us, or for somebody "
        "else for longer than is usual.",
        denominator="All accounts of whoever is asked about.",
        as_of=as_of,
        on=day,
        filters={name: value for name, value in filters.items() if value},
        columns=_COLUMNS,
        rows=tuple(
            _row(group, need) for group, reasons in GROUPS.items() for need in found if need.reason in reasons
        ),
        notes=synthetic(sum(need.organization.synthetic for need in found)),
        grouped_by="group",
    )


def _row(group: str, need: Need) -> tuple[Cell, ...]:
    account, owner = need.organization, need.owner
    return (group, account.name, account.id, need.sentence, need.due_on, owner.name if owner else None)
