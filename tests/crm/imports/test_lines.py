import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.imports.lines import lines
from crm.imports.verdicts import ProblemKind


def read(text, delimiter=","):
    return list(lines(io.StringIO(text, newline=""), delimiter=delimiter))


def test_rows_are_counted_as_a_spreadsheet_does():
    found = read('a,b\r\n1,"two\nlines"\r\n\r\n3,4\r\n')
    assert [(line.row, line.cells) for line in found] == [
        (1, ("a", "b")),
        (2, ("1", "two\nlines")),
        (3, ()),
        (4, ("3", "4")),
    ]
    assert found[2].is_blank


def test_na_stays_a_string():
    assert read("NA,N/A,null\n")[0].cells == ("NA", "N/A", "null")


def test_an_unclosed_quotation_mark_costs_its_own_row_only():
    found = read('name,country\nGood,KE\nBad,"KE\nNext,FR\nLast,"DE"\n')
    assert [(line.row, line.cells, line.problem and line.problem.kind) for line in found] == [
        (1, ("name", "country"), None),
        (2, ("Good", "KE"), None),
        (3, ("Bad", '"KE'), ProblemKind.QUOTES),
        (4, ("Next", "FR"), None),
        (5, ("Last", "DE"), None),
    ]
    assert [line.suspect for line in found] == [False, False, False, True, True]


def test_an_unclosed_quotation_mark_in_the_last_row_hides_nothing():
    found = read('name\nGood\n"Bad\n')
    assert [line.problem is None for line in found] == [True, True, False]


def test_an_unclosed_quotation_mark_far_from_the_end_does_not_swallow_the_file():
    found = read('name\n"Bad\n' + "Good\n" * 40_000)
    assert len(found) == 40_002
    assert sum(line.problem is not None for line in found) == 1


@pytest.mark.parametrize("row", ['"a" b,c', 'a,"b"c"', '"a""b,c'])
def test_mixed_quotation_marks_are_refused_with_a_fix(row):
    _header, bad, good = read(f"x,y\n{row}\n1,2\n")
    assert bad.problem.kind is ProblemKind.QUOTES
    assert '""' in bad.problem.fix
    assert good.cells == ("1", "2")


def test_a_quotation_mark_inside_a_bare_cell_is_text():
    assert read('12" pipe,x\n')[0].cells == ('12" pipe', "x")


@pytest.mark.parametrize("cell", ["x" * 1_000_000, '"' + "x" * 1_000_000 + '"'])
def test_a_cell_of_a_million_characters_is_refused_and_kept_for_the_report(cell):
    _header, huge, good = read(f"x,y\n{cell},1\n1,2\n")
    assert huge.problem.kind is ProblemKind.TOO_LONG
    assert huge.cells == (cell, "1")
    assert good.problem is None


def test_a_line_that_never_ends_is_cut_and_refused():
    text = io.StringIO("x\n" + "y" * 950 + "\nz\n", newline="")
    _header, huge, good = lines(text, delimiter=",", longest=100)
    assert huge.problem.kind is ProblemKind.TOO_LONG
    assert huge.cells == ("y" * 100,)
    assert good.cells == ("z",)


def test_a_nul_is_refused_in_its_row_only():
    _header, bad, good = read("x\na\0b\nc\n")
    assert bad.problem.kind is ProblemKind.UNREADABLE
    assert "\0" not in bad.cells[0]
    assert good.problem is None


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@given(st.lists(st.lists(cells, min_size=2, max_size=2), min_size=1), st.sampled_from([",", ";", "\t"]))
def test_whatever_a_writer_writes_is_read_back(rows, delimiter):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    assert [list(line.cells) for line in read(text.getvalue(), delimiter)] == rows


@given(st.text(st.sampled_from('ab",\n\r\0 '), max_size=40))
def test_no_text_stops_the_reading(text):
    found = read(text)
    assert [line.row for line in found] == list(range(1, len(found) + 1))
