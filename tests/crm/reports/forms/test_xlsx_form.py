"""Spreadsheets, opened by a library that did not write them."""

import resource
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from support.sample_report import arabic_report, report_with_rows, sample_report

from crm.errors import InvalidInput, Refused
from crm.reports import Column, ColumnKind
from crm.reports.behind import behind_of
from crm.reports.forms import xlsx_form, xlsx_layout

LONG = "\N{GRINNING FACE}" * 20_000  # 40,000 UTF-16 units
HOSTILE = [
    "=1+1",
    "+44 20 7946 0958",
    "-1",
    "@SUM(A1)",
    "\t=1+1",
    "＝1+1",
    "\ufeff=1+1",
    '=HYPERLINK("http://evil.example")',
    "'=1+1",
    "http://evil.example",
    "_x0041_",
    "a\x07b",
    "<b>&amp;",
    "|cmd",
    "0012",
]
EVERY_KIND = (
    Column(key="name", title="Name"),
    Column(key="count", title="Count", kind=ColumnKind.COUNT, summed=True),
    Column(key="share", title="Share", kind=ColumnKind.SHARE),
    Column(key="fee", title="Fee", kind=ColumnKind.MONEY, currency="CHF", summed=True),
    Column(key="since", title="Since", kind=ColumnKind.DATE),
    Column(key="id", title="Id", kind=ColumnKind.ID),
    Column(key="note", title="Note", kind=ColumnKind.NOTE),
)
PLAIN = {"grouped_by": None, "chart": None, "notes": ()}


@pytest.fixture
def opened(tmp_path):
    """Writes a report and opens it again: the sheets in their order."""

    def opened(report):
        return load_workbook(report.to_xlsx(tmp_path / "r.xlsx")).worksheets

    return opened


def of_every_kind(*rows, **changes):
    return sample_report(columns=EVERY_KIND, rows=rows, **PLAIN, **changes)


def facts(sheet):
    return [(name, fact) for name, fact, *_ in sheet.iter_rows(values_only=True)]


def test_numbers_are_numbers_shares_percent_money_money_and_days_days(opened):
    row = ("Acme", 1200, Decimal("0.25"), Decimal("31800.50"), date(2027, 4, 1), 4711, "Long\nago")
    _, table = opened(of_every_kind(row))
    cells = table[2]
    assert [cell.value for cell in cells] == [
        "Acme",
        1200,
        0.25,
        31800.5,
        datetime(2027, 4, 1),  # noqa: DTZ001
        4711,
        "Long\nago",
    ]
    assert [cell.number_format for cell in cells][1:6] == [
        "#,##0",
        "0.0%",
        "[$CHF] #,##0.00",
        "yyyy-mm-dd",
        "0",
    ]
    assert cells[6].alignment.wrap_text


def test_nought_is_a_figure_and_what_is_not_stated_is_an_empty_cell(opened):
    about, table = opened(of_every_kind(("Acme", 0, None, None, None, None, None)))
    assert [cell.value for cell in table[2]] == ["Acme", 0, None, None, None, None, None]
    assert ("Empty cell", "not stated, or does not apply") in facts(about)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_is_a_text_wherever_it_stands(opened, text):
    hostile = [replace(column, title=text) for column in EVERY_KIND]
    report = of_every_kind((text, 1, None, Decimal(5), None, None, text), title=text, definition=text)
    report = replace(report, columns=hostile, filters={text: text}, notes=(text,))
    behind = behind_of(("name",), [Column(key="a", title=text)], [((text,), ("count",), (text,))])
    for sheet in opened(replace(report, behind=behind)):
        cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert {cell.data_type for cell in cells} <= {"s", "n"}
        assert all(cell.hyperlink is None or cell.hyperlink.target is None for cell in cells)
        assert any(text in unescape(str(cell.value)) for cell in cells)


def test_what_a_spreadsheet_would_run_stays_a_text_when_somebody_edits_it(opened):
    table = opened(of_every_kind(*((text, None, None, None, None, None, "") for text in ("=1+1", "Acme"))))[1]
    assert [bool(table.cell(row, 1).quotePrefix) for row in (2, 3)] == [True, False]


def test_a_text_longer_than_a_cell_is_cut_and_that_is_said(opened):
    about, table = opened(of_every_kind((LONG, None, None, None, None, None, "short")))
    cut = table["A2"].value
    assert cut.endswith("…")
    assert len(cut.encode("utf-16-le")) // 2 in {32_766, 32_767}
    assert any("32,767 characters" in str(fact) and str(fact).count(": 1.") for _, fact in facts(about))


def test_a_number_that_a_spreadsheet_would_round_is_a_text_and_that_is_said(opened):
    rows = [
        ("a", 10**15, None, Decimal("123456789012345.67"), None, 2**63 - 1, ""),
        ("b", 1, None, Decimal(1) / 3, None, 1, ""),
    ]
    about, table = opened(of_every_kind(*rows))  # the total of the fees is the third
    assert [table["B2"].value, table["D2"].value, table["F2"].value] == [
        10**15,
        "123456789012345.67",
        "9223372036854775807",
    ]
    assert [table["D3"].data_type, table["F3"].data_type] == ["n", "n"]
    assert any("more than 15 digits" in str(fact) and str(fact).endswith(": 3.") for _, fact in facts(about))


def test_a_day_that_spreadsheets_count_differently_is_a_text(opened):
    table = opened(of_every_kind(("ITU", None, None, None, date(1865, 5, 17), None, "")))[1]
    assert table["E2"].value == "1865-05-17"


def test_the_first_sheet_says_what_the_figures_are(opened):
    report = report_with_rows(filters={"segment": "satellite"})
    about = opened(report)[0]
    said = dict(facts(about))
    assert about["A1"].value == report.title
    assert said["As of"] == "1 March 2027, 09:00 UTC"
    assert (said["Filters"], said["Definition"], said["Denominator"], said["Note"]) == (
        "segment: satellite",
        report.definition,
        report.denominator,
        report.notes[0],
    )
    links = {row[0].value: row[0].hyperlink.location for row in about.iter_rows() if row[0].hyperlink}
    assert links == {"Table": "'Table'!A1:A1", "Rows": "'Rows'!A1:A1"}


def test_the_list_can_be_filtered_and_its_sums_stand_below_it_out_of_reach(opened):
    report = report_with_rows()
    table = opened(report)[1]
    assert (table.freeze_panes, table.auto_filter.ref) == ("A2", "A1:F196")
    assert table.print_title_rows == "$1:$1"
    sums = {row[0]: row[3] for row in table.iter_rows(min_row=198, values_only=True)}
    assert sums == {group.name: group.totals["prospects"] for group in report.groups} | {
        "Total": report.total("prospects")
    }
    assert table["A197"].value is None


def test_every_figure_leads_to_its_rows_and_the_first_of_them_back(opened):
    report = report_with_rows()
    _, table, rows = opened(report)
    links = {row[2].value: row[3] for row in table.iter_rows(min_row=2, max_row=196)}
    for line in report:
        figure, behind = links[line["code"]], report.rows_behind(line, "prospects")
        assert (figure.hyperlink is not None) == (line["prospects"] > 0)
        if figure.hyperlink:
            assert figure.data_type == "n"
            found = list(rows[figure.hyperlink.location.partition("!")[2]])
            assert [tuple(cell.value for cell in row) for row in found] == [
                (line["code"] or "–", *row.values()) for row in behind
            ]
            assert found[0][0].hyperlink.location == f"'Table'!{figure.coordinate}:{figure.coordinate}"
    assert rows.max_row == 1 + report.total("prospects")
    assert (rows.freeze_panes, rows.auto_filter.ref) == ("A2", f"A1:D{rows.max_row}")


def test_each_column_of_figures_has_a_sheet_of_its_own_with_a_name_that_a_sheet_may_have(opened):
    columns = [
        Column(key="code", title="Code"),
        *(Column(key=k, title=f"[{'x' * 40}]:*?/\\'", kind=ColumnKind.COUNT) for k in ("a", "b")),
    ]
    both = [(("KEN",), ("a", "b"), (1,)), (("KEN",), ("a",), (2,)), (("XXX",), ("a",), (3,))]
    behind = behind_of(("code",), [Column(key="id", title="Id", kind=ColumnKind.ID)], both)
    report = sample_report(columns=columns, rows=[("KEN", 2, 1)], behind=behind, **PLAIN)
    sheets = opened(report)
    assert [sheet.title for sheet in sheets[2:]] == ["Rows " + "x" * 26, "Rows " + "x" * 24 + " 2"]
    assert [[tuple(row) for row in sheet.iter_rows(min_row=2, values_only=True)] for sheet in sheets[2:]] == [
        [("KEN", 1), ("KEN", 2), ("XXX", 3)],
        [("KEN", 1)],
    ]


def test_figures_beyond_the_links_that_a_sheet_holds_are_counted(opened, monkeypatch):
    monkeypatch.setattr(xlsx_form, "MOST_LINKS", 10)
    report = report_with_rows(most=1)
    about, table, _ = opened(report)
    with_rows = sum(row["prospects"] > 0 for row in report)
    assert sum(cell.hyperlink is not None for cell in table["D"]) == 10
    assert any(f"65,530 links: {with_rows - 10}." in str(fact) for _, fact in facts(about))


def test_more_rows_than_a_sheet_holds_are_refused_and_nothing_is_left(monkeypatch, tmp_path):
    monkeypatch.setattr(xlsx_layout, "MOST_ROWS", 1000)
    with pytest.raises(Refused, match="CSV"):
        report_with_rows().to_xlsx(tmp_path / "r.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_the_same_report_gives_the_same_bytes_and_is_dated_by_its_instant(tmp_path):
    one, other = (report_with_rows().to_xlsx(tmp_path / name) for name in ("a.xlsx", "b.xlsx"))
    assert one.read_bytes() == other.read_bytes()
    made = load_workbook(one).properties
    assert (made.created, made.title) == (datetime(2027, 3, 1, 9), "Prospects by Member State")  # noqa: DTZ001


def test_an_instant_of_another_zone_is_dated_in_utc(tmp_path):
    geneva = datetime.fromisoformat("2027-03-01T10:00+01:00")
    one = sample_report(as_of=geneva).to_xlsx(tmp_path / "a.xlsx")
    assert (
        one.read_bytes()
        == sample_report(as_of=geneva.astimezone(UTC)).to_xlsx(tmp_path / "b.xlsx").read_bytes()
    )


def test_a_full_disk_leaves_the_former_file_whole_and_nothing_else(tmp_path):
    path = sample_report().to_xlsx(tmp_path / "r.xlsx")
    before, limit = path.read_bytes(), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, limit[1]))
    try:
        with pytest.raises(InvalidInput, match="cannot be written"):
            report_with_rows().to_xlsx(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [before]


def test_a_folder_that_is_missing_is_named(tmp_path):
    with pytest.raises(InvalidInput, match="missing"):
        sample_report().to_xlsx(tmp_path / "missing" / "r.xlsx")


def test_wish_20_an_arabic_spreadsheet_reads_from_right_to_left(opened):
    sheets = opened(arabic_report())
    assert all(sheet.sheet_view.rightToLeft for sheet in sheets)
    assert [sheet.title for sheet in sheets] == ["حول التقرير", "الجدول"]
    assert ("التعريف", arabic_report().definition) in facts(sheets[0])
    assert not any(sheet.sheet_view.rightToLeft for sheet in opened(sample_report()))


def test_no_rows_still_make_a_spreadsheet(opened):
    _, table = opened(sample_report(rows=()))
    assert [row[0] for row in table.iter_rows(values_only=True) if row[0]] == ["Region", "Total"]


GROWTH = """
import resource, sys
sys.path.insert(0, "tests")
from dataclasses import replace
from support.sample_report import BEHIND, sample_report
from crm.reports.behind import behind_of

codes = [row["code"] for row in sample_report()]
rows = (((codes[n %% 195],), ("prospects",), (n, f"Company {n}", None)) for n in range(%d))
report = replace(sample_report(), behind=behind_of(("code",), BEHIND, rows))
sample_report().to_xlsx(sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
report.to_xlsx(sys.argv[1])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_long_sheet_needs_no_more_memory_than_its_rows_take_already(tmp_path):
    ran = subprocess.run(
        [sys.executable, "-c", GROWTH % 50_000, tmp_path / "r.xlsx"], capture_output=True, check=True
    )
    assert int(ran.stdout) < 12_000  # KiB; kept whole in memory, the sheet would take some 60,000
    assert zipfile.ZipFile(tmp_path / "r.xlsx").testzip() is None
