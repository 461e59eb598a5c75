import io

import pytest

from crm.errors import InvalidInput
from crm.imports.sources import opened_table
from crm.imports.verdicts import ProblemKind


def read(text, *columns):
    with opened_table(io.BytesIO(text.encode()), columns=columns) as table:
        return table, list(table.rows())


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_where_no_column_is_wanted_yet_the_delimiter_is_the_one_that_gives_most(delimiter):
    table, _ = read(f"Company{delimiter}HQ{delimiter}Paid, CHF\nAcme{delimiter}KE{delimiter}1\n")
    assert table.header == ("Company", "HQ", "Paid, CHF")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_the_one_that_gives_the_columns(delimiter):
    table, rows = read(f"Company{delimiter}HQ\nAcme{delimiter}KE\n", "Company", "HQ")
    assert table.header == ("Company", "HQ")
    assert rows[0].cells == ("Acme", "KE")


@pytest.mark.parametrize("text", ["", "\n", "  \nAcme,KE\n"])
def test_a_file_without_header_is_refused(text):
    with pytest.raises(InvalidInput, match="no header"):
        read(text, "Company")


def test_a_header_with_an_open_quotation_mark_is_refused():
    with pytest.raises(InvalidInput, match="header"):
        read('"Company,HQ\nAcme,KE\n', "Company")


def test_a_column_that_stands_twice_is_refused():
    with pytest.raises(InvalidInput, match="'HQ' more than once"):
        read("Company,HQ,HQ\n", "Company")


def test_columns_without_a_name_are_let_be():
    _, rows = read("Company,,\nAcme,,\n", "Company")
    assert rows[0].problem is None


def test_a_strange_column_name_is_a_name_like_any_other():
    table, rows = read("__class__,Company\n{},Acme\n", "Company")
    assert table.header == ("__class__", "Company")
    assert rows[0].cells == ("{}", "Acme")


def test_ten_thousand_columns_are_read():
    header = ",".join(f"c{n}" for n in range(10_000))
    _, rows = read(f"{header}\n{header}\n", "c9999")
    assert len(rows[0].cells) == 10_000


@pytest.mark.parametrize(("row", "cells"), [("Acme", 1), ("Acme,KE,extra", 3)])
def test_a_row_with_another_number_of_cells_is_refused(row, cells):
    _, rows = read(f"Company,HQ\n{row}\nGood,FR\n", "Company")
    assert rows[0].problem.kind is ProblemKind.CELLS
    assert f"{cells} cells" in rows[0].problem.reason
    assert len(rows[0].cells) == cells
    assert rows[1].problem is None


def test_empty_cells_beyond_the_header_are_let_be():
    _, rows = read("Company,HQ\nAcme,KE,,\n", "Company")
    assert rows[0].problem is None
    assert rows[0].cells == ("Acme", "KE")


def test_a_quotation_mark_that_joins_rows_is_explained():
    _, rows = read('Company,HQ\n"Acme,KE\nNext,FR\n",DE,x\n', "Company")
    assert "spans 3 lines" in rows[0].problem.fix


def test_our_own_columns_are_left_out_and_formulas_brought_back():
    table, rows = read("accord_row,Company,accord_fix,HQ\n7,'=1+1,do,KE\n", "Company", "HQ")
    assert table.header == ("Company", "HQ")
    assert rows[0].cells == ("=1+1", "KE")


def test_an_apostrophe_in_any_other_file_is_left_alone():
    _, rows = read("Company,HQ\n'=1+1,KE\n", "Company", "HQ")
    assert rows[0].cells == ("'=1+1", "KE")
