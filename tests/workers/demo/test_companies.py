import csv

import pytest

from crm.imports.verdicts import NoteKind, ProblemKind
from workers.demo.companies import MAPPING, SOURCE, write_companies_csv


@pytest.fixture
def companies(tmp_path):
    path = tmp_path / "companies.csv"
    assert write_companies_csv(path) == 1837
    return path


def test_the_file_holds_the_companies_as_they_are(companies):
    with companies.open(encoding="utf-8", newline="") as file:
        rows = {row["Company"]: row for row in csv.DictReader(file)}
    assert rows["3M"]["Industries"] == "Conglomerate;Industrial Conglomerates;Industrials"
    assert rows["3M"]["Employees"] == "c. 60,500 (2025)"
    assert rows["Block, Inc."]["Country"] == "none"


def test_the_importer_deals_with_all_of_them(book, companies):
    report = book.imports.organizations(companies, MAPPING, source_name=SOURCE, role="prospect")
    assert len(report.rows) == 1837
    assert len(report.created) + len(report.refused) == 1837
    assert len(report.created) > 1700

    refused = {(row.problems[0].field, row.problems[0].kind) for row in report.refused}
    assert refused == {
        ("country", ProblemKind.AMBIGUOUS),  # "Atlanta, Georgia"
        ("country", ProblemKind.UNKNOWN),  # "none"
        ("key", ProblemKind.REPEATED),  # one symbol at two exchanges
    }
    for row in report.refused:
        if row.problems[0].kind is ProblemKind.AMBIGUOUS:
            assert row.problems[0].value.endswith("Georgia")

    houston = [n for row in report.corrected for n in row.notes if n.value == "Houston, Texas"]
    assert len(houston) > 20
    assert all(note.kind is NoteKind.CORRECTED and "USA" in note.text for note in houston)

    before = len(list(book.organizations))
    again = book.imports.organizations(companies, MAPPING, source_name=SOURCE, role="prospect")
    assert (len(again.created), len(again.refused)) == (0, len(report.refused))
    assert len(list(book.organizations)) == before
