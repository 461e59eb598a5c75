"""Proposed mappings, and mappings by name."""

import csv
import io
from importlib.resources import files

import pytest
from rich.console import Console
from support.imports import COLUMNS, csv_file
from support.workbooks import workbook

from crm.errors import AlreadyExists, InvalidInput, NotFound
from crm.imports.headings import headings
from crm.imports.kinds import KINDS
from crm.imports.mapping import ImportMapping
from crm.reference.languages import Language


def suggest(book, *header, kind="organizations", rows=()):
    return book.imports.suggest(csv_file(*rows, header=header), kind=kind)


@pytest.mark.parametrize(
    ("header", "mapping"),
    [
        (("Company", "HQ", "Website"), {"name": "Company", "country": "HQ", "website": "Website"}),
        (
            ("Raison sociale", "PAYS", "Effectif"),
            {"name": "Raison sociale", "country": "PAYS", "employees": "Effectif"},
        ),
        (("Razón social", "País"), {"name": "Razón social", "country": "País"}),
        (("Название", "Страна"), {"name": "Название", "country": "Страна"}),
        (("公司名称", "国家", "网站"), {"name": "公司名称", "country": "国家", "website": "网站"}),
        (("اسم الشركة", "البلد"), {"name": "اسم الشركة", "country": "البلد"}),
        (
            ("legal_name", "country-code", "LEI"),
            {"name": "legal_name", "country": "country-code", "lei": "LEI"},
        ),
    ],
)
def test_columns_are_known_by_what_they_are_called_in_six_languages(book, header, mapping):
    found = suggest(book, *header)
    assert found.mapping == mapping
    assert all(one.sure and one.reason for one in found.suggestions)


def test_a_name_that_only_looks_like_one_is_proposed_and_said_so(book):
    found = suggest(book, "Company", "Contry", "Wombat")
    (country,) = [one for one in found.suggestions if one.field == "country"]
    assert (country.column, country.sure, found.unused) == ("Contry", False, ("Wombat",))
    assert "looks like" in country.reason


def test_each_column_is_proposed_once(book):
    found = suggest(book, "Company", "Company name", "Name")
    assert (found.mapping, found.unused) == ({"name": "Name"}, ("Company", "Company name"))


def test_what_every_row_needs_and_the_file_lacks_is_named(book):
    found = suggest(book, "Member", "Since", kind="standing")
    assert (found.mapping, found.missing) == ({"organization": "Member"}, ("standing", "as_of"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_with_the_names_of_the_fields_is_read_as_it_says(book, kind):
    fields = [field.value for field in KINDS[kind].fields]
    found = suggest(book, *fields, kind=kind)
    assert found.mapping == {field: field for field in fields}
    assert (found.missing, found.unused) == ((), ())


def test_the_first_rows_are_shown(book):
    found = book.imports.suggest(workbook(("Acme", "KE"), ("Beta", "FR")))
    assert found.rows == (("Acme", "KE"), ("Beta", "FR"))
    target = io.StringIO()
    Console(file=target, width=100).print(found.table())
    assert "Acme, Beta" in target.getvalue()


def test_a_proposal_can_be_passed_on(book):
    rows = [("Acme", "KE")]
    found = suggest(book, "Company", "HQ", rows=rows)
    assert len(book.imports.organizations(csv_file(*rows), found.mapping).created) == 1


def test_a_kind_that_does_not_exist_is_refused_with_those_that_do(book):
    with pytest.raises(NotFound) as refused:
        suggest(book, "Company", kind="donations")
    assert "participation" in refused.value.candidates


def test_every_spelling_means_a_field_that_exists():
    for kind in KINDS.values():
        for field, spellings in headings(kind).items():
            assert field in {known.value for known in kind.fields}
            assert all(spellings)


def test_the_table_of_spellings_names_known_kinds_fields_and_languages():
    rows = list(csv.DictReader(files("crm.imports").joinpath("headings.csv").read_text("utf-8").splitlines()))
    for row in rows:
        kinds = KINDS.values() if row["kind"] == "any" else [KINDS[row["kind"]]]
        assert any(row["field"] in {field.value for field in kind.fields} for kind in kinds), row
        assert Language(row["language"])


def test_a_mapping_is_saved_and_used_by_name(book):
    saved = book.imports.mappings.save("Finance extract", COLUMNS)
    assert book.imports.mappings.get("finance EXTRACT") == saved
    assert [one.name for one in book.imports.mappings] == ["Finance extract"]
    assert len(book.imports.organizations(csv_file(("Acme", "KE")), "finance extract").created) == 1
    assert book.trail.latest()[1].verb == "import_mapping.saved"


def test_a_saved_mapping_keeps_constants_and_separator(book):
    mapping = ImportMapping(columns={"name": "Company"}, constants={"country": "KE"}, separator="|")
    book.imports.mappings.save("kenya", mapping)
    book.imports.organizations(csv_file(("Acme", "")), "kenya")
    assert book.organizations.get("Acme").country == "KEN"


def test_a_name_is_taken_once_unless_it_is_to_be_replaced(book):
    book.imports.mappings.save("x", COLUMNS)
    with pytest.raises(AlreadyExists, match="replace=True"):
        book.imports.mappings.save("X", {"name": "Firm"})
    assert book.imports.mappings.save("x", {"name": "Firm"}, replace=True).mapping["columns"] == {
        "name": "Firm"
    }


@pytest.mark.parametrize("mapping", [{}, {"colour": "Colour", "name": "Company"}])
def test_a_mapping_that_makes_no_sense_is_not_saved(book, mapping):
    with pytest.raises(InvalidInput):
        book.imports.mappings.save("x", mapping)
    assert book.imports.mappings.list() == ()


def test_a_mapping_for_other_rows_or_of_another_name_is_refused(book):
    book.imports.mappings.save("companies", COLUMNS)
    with pytest.raises(InvalidInput, match="one for organizations"):
        book.imports.standing(csv_file(), "companies")
    with pytest.raises(NotFound) as refused:
        book.imports.organizations(csv_file(), "firms")
    assert refused.value.candidates == ("companies",)
