"""Which columns of the book refer to a kind of record: asked of the tables themselves, so that none is forgotten."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Table
from sqlalchemy import inspect as inspected

from crm.store.records import Record, record_of

UNMOVED: Mapping[str, str] = {
    "organization.merged_into_id": "a chain of merges stays as it came about, so that each can be undone",
    "person.merged_into_id": "a chain of merges stays as it came about, so that each can be undone",
    "organization.group_id": "follows from the parents, and is worked out anew",
    "membership_event.organization_id": "the ledger is append-only; whoever reads it follows the merge",
    "term.organization_id": "projected anew from the ledgers of both",
    "standing_span.organization_id": "worked out anew from what is on file about both",
    "invoice.organization_id": "append-only; whoever reads it follows the merge",
    "payment.organization_id": "append-only; whoever reads it follows the merge",
}
"""References that a merge does not move, each with the reason; every other one moves."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A column that refers to a kind of record, e.g. ``interaction.organization_id``."""

    record: type[Record]
    field: str

    def __str__(self) -> str:
        return f"{self.record.__tablename__}.{self.field}"


def references_to(kind: type[Record]) -> Iterator[Reference]:
    """Every reference to a kind of record; what refers to another table comes before that table.

    That is the order in which the rest of the book locks rows, the letter before its enrolment and so on.
    """
    target = set(_table(kind).primary_key)
    for table in reversed(Record.metadata.sorted_tables):
        for column in sorted({key.parent for key in table.foreign_keys if key.column in target}, key=str):
            record = record_of(table.name)
            yield Reference(record, inspected(record).get_property_by_column(column).key)


def movable(kind: type[Record]) -> Iterator[Reference]:
    """The references that a merge moves."""
    return (reference for reference in references_to(kind) if str(reference) not in UNMOVED)


def _table(kind: type[Record]) -> Table:
    table = inspected(kind).local_table
    assert isinstance(table, Table)
    return table
