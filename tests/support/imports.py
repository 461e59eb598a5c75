"""Files to import, and the look-ups that reading them needs, without a database."""

import csv
import io
from collections.abc import Sequence
from functools import cache

from crm.imports.classification import Classification
from crm.imports.cleaning import Cleaning
from crm.imports.draft import Draft
from crm.imports.lines import Line
from crm.imports.mapping import OrganizationMapping
from crm.imports.places import Places
from crm.reference.country import Country, CountryAlias
from crm.reference.csvfile import facts, shipped
from crm.reference.gazetteer import Gazetteer
from crm.reference.segment import Segment

COLUMNS = {"name": "Company", "country": "HQ"}


def csv_file(*rows: Sequence[str], header: Sequence[str] = ("Company", "HQ")) -> io.BytesIO:
    """A UTF-8 file with these rows."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, *rows])
    return io.BytesIO(text.getvalue().encode())


@cache
def gazetteer() -> Gazetteer:
    """The countries and aliases that come with the program."""
    return Gazetteer(
        facts(Country, shipped("countries.csv")), facts(CountryAlias, shipped("country_aliases.csv"))
    )


def draft_of(
    row: int = 2, *, suspect: bool = False, constants: dict[str, str] | None = None, **cells: str
) -> Draft:
    """What is understood of a row with these cells, each under the name of its field."""
    mapping = OrganizationMapping.model_validate(
        {"columns": {field: field for field in cells}, "constants": constants or {}}
    )
    cleaning = Cleaning(
        mapping,
        mapping.positions(list(cells), file="test.csv"),
        places=Places(gazetteer()),
        classification=Classification(facts(Segment, shipped("segments.csv"))),
    )
    return cleaning.draft(Line(row, tuple(cells.values()), suspect=suspect))
