import pytest

from crm.errors import InvalidInput
from crm.reference.country import Country, CountryGroup
from crm.reference.csvfile import facts, read, shipped

HEADER = "source,note,key,country,kind,valid_from,valid_to,certainty\n"
GOOD = "UN,,LDC-NAM,NAM,LDC,,2026-11-24,verified\n"


def groups_file(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "country_groups.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_na_stays_a_string_and_an_empty_cell_is_none():
    [namibia] = [country for country in facts(Country, shipped("countries.csv")) if country.code == "NAM"]

    assert namibia.alpha2 == "NA"
    assert namibia.note is None


def test_values_are_typed_and_rows_are_counted_from_the_header(tmp_path):
    [line] = read(CountryGroup, groups_file(tmp_path, HEADER + GOOD))

    assert line.row == 2
    assert line.fact.valid_from is None
    assert line.fact.valid_to.isoformat() == "2026-11-24"


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path):
    text = (HEADER + GOOD).replace("\n", "\r\n")

    assert len(read(CountryGroup, groups_file(tmp_path, text, "utf-8-sig"))) == 1


@pytest.mark.parametrize(
    ("row", "field", "value"),
    [
        ("UN,,LDC-NAM,NAM,LDC,soon,,verified\n", "valid_from", "soon"),
        ("UN,,LDC-NAM,NAM,POOR,,,verified\n", "kind", "POOR"),
        ("UN,,LDC-NAM,NAM,LDC,,,surely\n", "certainty", "surely"),
        (",,LDC-NAM,NAM,LDC,,,verified\n", "source", None),
    ],
)
def test_a_wrong_value_is_named_with_file_row_and_field(tmp_path, row, field, value):
    with pytest.raises(InvalidInput) as raised:
        read(CountryGroup, groups_file(tmp_path, HEADER + GOOD + row))

    error = raised.value
    assert (error.subject, error.row, error.field, error.value) == ("country_groups.csv", 3, field, value)


def test_a_row_with_a_cell_too_many_is_named(tmp_path):
    with pytest.raises(InvalidInput) as raised:
        read(CountryGroup, groups_file(tmp_path, HEADER + GOOD.replace("UN", "UN, DESA")))

    assert raised.value.row == 2


@pytest.mark.parametrize(
    "header", ["source,note\n", HEADER.replace("kind", "sort"), HEADER.replace("note", "source"), ""]
)
def test_a_wrong_header_is_refused(tmp_path, header):
    with pytest.raises(InvalidInput) as raised:
        read(CountryGroup, groups_file(tmp_path, header + GOOD))

    assert raised.value.row == 1


def test_a_file_that_is_not_utf_8_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match="not UTF-8"):
        read(CountryGroup, groups_file(tmp_path, HEADER + "Übersicht" + GOOD, "latin-1"))
