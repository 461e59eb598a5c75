from datetime import date

from crm.reference.comparison import LoadReport, TableLoad, differences
from crm.reference.csvfile import Line
from crm.reference.segment import Segment


def segment(slug="cloud", **values):
    fields = {"slug": slug, "position": 1, "name": slug.title(), "source": "test", "certainty": "derived"}
    return Segment.model_validate(fields | values)


def counts(stated, held):
    found = differences([Line(row, fact) for row, fact in enumerate(stated, 2)], held)
    table = found.counted("segments.csv")
    return (table.added, table.changed, table.unchanged, table.retired, table.kept)


def test_a_new_fact_is_added():
    assert counts([segment()], []) == (1, 0, 0, 0, 0)


def test_the_same_fact_is_unchanged():
    assert counts([segment()], [segment()]) == (0, 0, 1, 0, 0)


def test_a_fact_that_differs_is_changed():
    assert counts([segment(name="Clouds")], [segment()]) == (0, 1, 0, 0, 0)


def test_a_fact_that_left_the_file_is_retired_once():
    assert counts([], [segment()]) == (0, 0, 0, 1, 0)
    assert counts([], [segment(retired_on=date(2026, 1, 1))]) == (0, 0, 0, 0, 0)


def test_a_fact_that_came_back_is_in_use_again():
    found = differences([Line(2, segment())], [segment(retired_on=date(2026, 1, 1))])

    [(_, values)] = found.changed
    assert values == {"retired_on": None}


def test_what_was_edited_in_the_book_is_kept():
    assert counts([segment()], [segment(name="My cloud", edited=True)]) == (0, 0, 0, 0, 1)
    assert counts([], [segment(edited=True)]) == (0, 0, 0, 0, 1)


def test_a_report_adds_up_and_reads_well():
    report = LoadReport(
        (TableLoad("segments.csv", 1, 2, 3, 4, 5), TableLoad("regions.csv", 6, 0, 0, 0, 0)), dry_run=True
    )

    assert report.touched == 13
    assert report["regions.csv"].added == 6
    assert str(report).startswith("Dry run, nothing is written:\nsegments.csv: 1 added, 2 changed")
