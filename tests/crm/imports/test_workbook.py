"""Workbooks: what stands in the cells, and the ones that nobody should open."""

import io
import zipfile

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from support.imports import COLUMNS, everything
from support.workbooks import DAY, TIME, raw_workbook, workbook, xml_row

from crm.errors import InvalidInput
from crm.imports import workbook_guard
from crm.imports.sources import opened_table
from crm.imports.verdicts import ProblemKind

HEADER = xml_row(1, "Company", "HQ")


def read(source, **how):
    with opened_table(source, **how) as table:
        return table, list(table.rows())


def cells(*rows, **how):
    return [line.cells for line in read(workbook(*rows), **how)[1]]


def test_a_workbook_is_imported_like_any_other_file(book):
    report = book.imports.organizations(workbook(("Acme", "Kenya"), ("Beta", "Atlantis")), COLUMNS)
    assert [(row.row, row.verdict.value) for row in report.rows] == [(2, "create"), (3, "refuse")]
    again = book.imports.organizations(workbook(("Acme", "KE")), COLUMNS)
    assert len(again.matched) == 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7, "7"),
        (7.0, "7"),
        (0.1 + 0.2, "0.3"),
        (41227305111.0, "41227305111"),
        (True, "true"),
        (DAY, "2026-11-24"),
        (TIME, "2026-11-24 09:30:00"),
        ("NA", "NA"),
        ("two\nlines", "two\nlines"),
        ("00123", "00123"),
        ("株式会社 ☃", "株式会社 ☃"),
        (None, ""),
    ],
)
def test_a_cell_reads_as_a_csv_file_would_write_it(value, text):
    assert cells(("Acme", value)) == [("Acme", text)]


def test_a_text_that_looks_like_a_formula_is_a_text():
    held = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in ("=1+1", "@SUM(A1)"))
    _, (row,) = read(raw_workbook(f'{HEADER}<row r="2">{held}</row>'))
    assert row.cells == ("=1+1", "@SUM(A1)")


def test_a_formula_counts_by_the_value_that_was_saved():
    _, (row,) = read(
        raw_workbook(f'{HEADER}<row r="2"><c t="str"><f>A1</f><v>Acme</v></c><c><f>1+1</f><v>2</v></c></row>')
    )
    assert row.cells == ("Acme", "2")


def test_a_formula_without_a_saved_value_is_told(book):
    source = raw_workbook(
        f'{HEADER}<row r="2"><c t="inlineStr"><is><t>Acme</t></is></c><c><f>B1</f></c></row>'
    )
    (row,) = book.imports.organizations(source, COLUMNS).refused
    assert "formula" in row.problems[0].reason
    assert "save it again" in row.problems[0].fix


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#CALC!"])
def test_an_error_of_the_spreadsheet_is_told(book, error):
    source = raw_workbook(f'{HEADER}<row r="2"><c t="e"><v>{error}</v></c><c/></row>')
    (row,) = book.imports.organizations(source, COLUMNS).refused
    assert f"{error!r} is a spreadsheet's error" in row.problems[0].reason


@pytest.mark.parametrize(
    "cell", ["<c><v>abc</v></c>", '<c t="s"><v>99</v></c>', '<c r="!"><v>1</v></c>', '<c t="b"><v>x</v></c>']
)
def test_a_cell_that_cannot_be_read_is_told_and_stops_nothing(book, cell):
    source = raw_workbook(f'{HEADER}<row r="2">{cell}</row>{xml_row(3, "Beta", "FR")}')
    report = book.imports.organizations(source, COLUMNS)
    assert [(row.row, row.verdict.value) for row in report.rows] == [(2, "refuse"), (3, "create")]


def test_rows_keep_their_numbers_over_gaps_and_blanks():
    _, rows = read(
        raw_workbook(f"{HEADER}{xml_row(5, 'Acme', 'KE')}<row r='7'/>{xml_row(900_000, 'Beta', 'FR')}")
    )
    assert [(line.row, line.is_blank) for line in rows] == [(5, False), (7, True), (900_000, False)]


def test_no_two_rows_have_one_number():
    _, rows = read(raw_workbook(f"{HEADER}{xml_row(2, 'A', '')}{xml_row(2, 'B', '')}{xml_row('x', 'C', '')}"))
    assert [line.row for line in rows] == [2, 3, 4]


def test_the_first_sheet_counts_unless_another_is_named():
    data = workbook(("Acme", "KE"), Members=[("Company",), ("Beta",)]).getvalue()
    assert read(io.BytesIO(data))[0].header == ("Company", "HQ")
    table, rows = read(io.BytesIO(data), sheet="Members")
    assert (table.header, rows[0].cells) == (("Company",), ("Beta",))
    with pytest.raises(InvalidInput) as refused:
        read(io.BytesIO(data), sheet="Membres")
    assert refused.value.candidates == ("Sheet", "Members")


@pytest.mark.parametrize("rows", ["", xml_row(2, "Company"), '<row r="1"/>'])
def test_a_sheet_without_a_header_is_refused(rows):
    with pytest.raises(InvalidInput, match="no header"):
        read(raw_workbook(rows))


def test_a_column_that_stands_twice_is_refused():
    with pytest.raises(InvalidInput, match="'HQ' more than once"):
        read(workbook(header=("Company", "HQ", "HQ")))


def test_cells_beyond_the_header_are_told():
    _, (row,) = read(raw_workbook(f"{HEADER}{xml_row(2, 'Acme', 'KE', 'more')}"))
    assert row.problem.kind is ProblemKind.CELLS


def test_a_cell_of_a_million_characters_is_refused_alone():
    _, (huge, good) = read(
        raw_workbook(f"{HEADER}{xml_row(2, 'x' * 1_000_000, 'KE')}{xml_row(3, 'Acme', 'KE')}")
    )
    assert (huge.problem.kind, good.problem) == (ProblemKind.TOO_LONG, None)


def test_ten_thousand_columns_are_read_and_more_than_a_sheet_can_have_are_refused():
    names = [f"c{n}" for n in range(10_000)]
    table, (row,) = read(raw_workbook(xml_row(1, *names) + xml_row(2, *names)))
    assert len(table.header) == len(row.cells) == 10_000
    with pytest.raises(InvalidInput, match="16,384"):
        read(raw_workbook(xml_row(1, *["c"] * 20_000)))


def test_more_rows_than_a_sheet_can_have_are_refused():
    with pytest.raises(InvalidInput, match="1,048,576"):
        read(raw_workbook(f"{HEADER}{xml_row(1_048_577, 'Acme', 'KE')}"))


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[: len(data) // 2],
        lambda data: data[:200] + bytes(40) + data[240:],
        lambda _: raw_workbook(f"{HEADER}<row r='2'><c>").getvalue(),
        lambda _: raw_workbook(
            f"{HEADER}<row r='2'><c t='inlineStr'><is><t>&#xD800;</t></is></c></row>"
        ).getvalue(),
    ],
    ids=["cut off", "overwritten", "no XML", "half a character"],
)
def test_a_damaged_workbook_is_refused_as_a_whole_and_writes_nothing(book, damage):
    before = everything(book)
    whole = raw_workbook(HEADER + "".join(xml_row(n, f"Company {n}", "KE") for n in range(2, 3000)))
    with pytest.raises(InvalidInput, match="damaged"):
        book.imports.organizations(io.BytesIO(damage(whole.getvalue())), COLUMNS)
    assert everything(book) == before


def test_an_archive_that_is_no_workbook_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("companies.csv", "Company\nAcme\n")
    file.seek(0)
    with pytest.raises(InvalidInput, match="no workbook"):
        read(file)


def test_a_bomb_is_refused_before_anything_is_unpacked(monkeypatch):
    bomb = raw_workbook(HEADER, parts=[("xl/sharedStrings.xml", b"<sst>" + b"a" * (1 << 25))])
    monkeypatch.setattr(zipfile.ZipFile, "open", None)
    with pytest.raises(InvalidInput, match="unpack to far more"):
        read(bomb)


def test_what_is_held_in_memory_is_limited_and_what_is_streamed_is_limited_less():
    held, streamed = workbook_guard.MOST_HELD, workbook_guard.MOST_UNPACKED
    with pytest.raises(InvalidInput, match="unpack to far more"):
        workbook_guard._refuse_bombs([part("xl/sharedStrings.xml", held + 1)], name="x")
    workbook_guard._refuse_bombs([part("xl/worksheets/sheet1.xml", held + 1)], name="x")
    with pytest.raises(InvalidInput, match="unpack to far more"):
        workbook_guard._refuse_bombs([part("xl/worksheets/sheet1.xml", streamed + 1)], name="x")


def part(name, size):
    info = zipfile.ZipInfo(name)
    info.file_size, info.compress_size = size, size // 10
    return info


def test_a_part_that_is_longer_than_the_directory_says_is_refused():
    data = bytearray(raw_workbook(HEADER + xml_row(2, "Acme", "KE")).getvalue())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    lied = data.replace(size.to_bytes(4, "little"), (size - 50).to_bytes(4, "little"))
    with pytest.raises(InvalidInput, match="damaged"):
        read(io.BytesIO(lied))


def test_entities_that_multiply_are_refused():
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    sheet = f'<!DOCTYPE x [<!ENTITY a0 "{"a" * 1000}">{entities}]>'
    source = raw_workbook(HEADER + xml_row(2, "&a9;"))
    data = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(data, "w") as new:
        for name in old.namelist():
            content = old.read(name).decode()
            new.writestr(name, content.replace("?><work", f"?>{sheet}<work") if "sheet1" in name else content)
    data.seek(0)
    with pytest.raises(InvalidInput, match="damaged"):
        read(data)


def test_the_refused_rows_of_a_workbook_come_out_as_csv(book, tmp_path):
    report = book.imports.organizations(workbook(("=Beta", "Atlantis")), COLUMNS)
    assert report.to_csv_refused(tmp_path / "refused.csv") == 1
    again = book.imports.organizations(tmp_path / "refused.csv", COLUMNS)
    assert [row.cells for row in again.refused] == [row.cells for row in report.refused]


def test_dates_of_the_old_macintosh_are_right():
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append(["Day"])
    book.active.append([DAY])
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    assert read(file)[1][0].cells == ("2026-11-24",)
