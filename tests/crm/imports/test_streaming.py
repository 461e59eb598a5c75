"""Large files: memory does not grow with them, and nothing is too long to be told."""

import io
import tracemalloc

import pytest
from support.imports import COLUMNS, everything
from support.workbooks import raw_workbook, xml_row

from crm.errors import InvalidInput
from crm.imports.sources import opened_table

ROW = b"Company with quite a long name for a company,Kenya\n"
LONG_ROW = b"Company with " + b"quite " * 160 + b"a long name for a company,Kenya\n"


class Made(io.RawIOBase):
    """A CSV file of so many rows that is made while it is read."""

    def __init__(self, rows, row=ROW):
        self._left, self._row = rows, row
        self._held = b"Company,HQ\n"

    def readable(self):
        return True

    def readinto(self, target):
        if len(self._held) < len(target) and self._left:
            rows = min(self._left, len(target) // len(self._row) + 1)
            self._left -= rows
            self._held += self._row * rows
        piece, self._held = self._held[: len(target)], self._held[len(target) :]
        target[: len(piece)] = piece
        return len(piece)


def peak_of(call):
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def read_all(source):
    with opened_table(source) as table:
        return sum(1 for _ in table.rows())


def test_a_csv_file_of_fifty_megabytes_takes_no_more_memory_than_one_of_twenty():
    small, large = (peak_of(lambda n=n: read_all(Made(n, LONG_ROW))) for n in (20_000, 50_000))
    assert large < 1.1 * small


def test_a_csv_file_may_have_more_rows_than_a_sheet():
    assert read_all(Made(1_048_580)) == 1_048_580


def test_the_rows_of_a_sheet_are_let_go_as_they_are_read(tmp_path):
    body = "".join(xml_row(n, "Acme Satellites", "Kenya") for n in range(2, 10_002))
    path = tmp_path / "companies.xlsx"
    path.write_bytes(raw_workbook(xml_row(1, "Company", "HQ") + body).getvalue())
    with opened_table(path) as table:
        assert table.total == 10_000
        assert peak_of(lambda: sum(1 for _ in table.rows())) < len(body) / 2


def test_an_import_of_twice_the_rows_takes_hardly_more_memory(book, tmp_path):
    def bring_in(rows):
        path = tmp_path / f"{rows}.csv"
        path.write_text(
            "Company,HQ\n" + "".join(f"Company {rows} {n},Atlantis\n" for n in range(rows)), "utf-8"
        )
        return book.imports.organizations(path, COLUMNS, dry_run=True)

    bring_in(9000)  # what is kept of the latest spellings is kept by now
    small, large = (peak_of(lambda n=n: bring_in(n)) for n in (5000, 10_000))
    assert large < 1.2 * small


def test_the_rows_of_a_report_are_read_a_page_at_a_time(book):
    text = "Company,HQ\n" + "".join(f"Company {n},KE\n" for n in range(2500))
    report = book.imports.organizations(io.BytesIO(text.encode()), COLUMNS)
    rows = iter(report.rows)
    assert next(rows).row == 2
    assert everything(book)["organization"] == 2500  # nothing is open while somebody reads
    assert [row.row for row in rows] == list(range(3, 2502))
    assert sum(1 for _ in report.created) == len(report.created) == 2500


def test_a_wrong_byte_at_the_end_of_a_large_file_is_found_before_anything_is_written(book):
    before = everything(book)
    data = b"Company,HQ\n" + ROW * 50_000 + b"Z\xfcrich,CH\n"
    with pytest.raises(InvalidInput) as refused:
        book.imports.organizations(io.BytesIO(data), COLUMNS)
    assert refused.value.row == 50_002
    assert everything(book) == before
