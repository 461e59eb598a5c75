"""Files to import, and the look-ups that reading them needs, without a database."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from sqlalchemy import text

from crm.book import Book
from crm.imports.classification import Classification
from crm.imports.cleaning import Cleaning
from crm.imports.judgement import Circumstances
from crm.imports.lines import Line
from crm.imports.mapping import ImportMapping
from crm.imports.organization_cells import OrganizationCells
from crm.imports.organization_draft import OrganizationDraft
from crm.imports.organizations import ORGANIZATIONS, OrganizationRules
from crm.imports.places import Places
from crm.imports.table import DECISION
from crm.reference.country import Country, CountryAlias
from crm.reference.csvfile import facts, shipped
from crm.reference.gazetteer import Gazetteer
from crm.reference.legal_forms import LegalForm, LegalForms
from crm.reference.segment import Segment

COLUMNS = {"name": "Company", "country": "HQ"}
SHARED = Circumstances(1, "registry", datetime(2026, 11, 24, 9, 30, tzinfo=UTC), "dana@accord.example")


def csv_file(*rows: Sequence[str], header: Sequence[str] = ("Company", "HQ")) -> io.BytesIO:
    """A UTF-8 file with these rows."""
    file = io.StringIO(newline="")
    csv.writer(file).writerows([header, *rows])
    return io.BytesIO(file.getvalue().encode())


def decide(path: Path, *decisions: str) -> None:
    """Write into a file of refused rows which record each of them is."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows({**row, DECISION: one} for row, one in zip(rows, decisions, strict=True))


def everything(book: Book) -> dict[str, int]:
    """How many rows the tables hold that an import writes to."""
    tables = ["organization", "organization_name", "organization_domain", "role", "source_key", "person"]
    tables += ["position", "membership_event", "term", "standing", "interaction", "interaction_person"]
    tables += ["interaction_staff", "follow_up", "participation"]
    tables += ["import_batch", "import_row", "trail_entry", "trail_change"]
    with book.engine.connect() as connection:
        return {table: connection.scalar(text(f"SELECT count(*) FROM {table}")) for table in tables}


@cache
def gazetteer() -> Gazetteer:
    """The countries and aliases that come with the program."""
    return Gazetteer(
        facts(Country, shipped("countries.csv")), facts(CountryAlias, shipped("country_aliases.csv"))
    )


@cache
def legal_forms() -> LegalForms:
    """The legal forms that come with the program."""
    return LegalForms(facts(LegalForm, shipped("legal_forms.csv")))


def draft_of(
    row: int = 2, *, suspect: bool = False, constants: dict[str, str] | None = None, **cells: str
) -> OrganizationDraft:
    """What is understood of a row with these cells, each under the name of its field."""
    mapping = ImportMapping.of(
        {"columns": {field: field for field in cells}, "constants": constants or {}}, ORGANIZATIONS
    )
    reader = OrganizationCells(
        Places(gazetteer()), Classification(facts(Segment, shipped("segments.csv"))), separator=";"
    )
    positions = mapping.positions(list(cells), file="test.csv")
    cleaning = Cleaning(ORGANIZATIONS, OrganizationRules(SHARED, reader, legal_forms()), mapping, positions)
    return cleaning.draft(Line(row, tuple(cells.values()), suspect=suspect))
