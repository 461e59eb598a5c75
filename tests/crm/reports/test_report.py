import pickle
from dataclasses import FrozenInstanceError, replace
from datetime import datetime

import pytest
from support.sample_report import sample_report

from crm.errors import InvalidInput, NotFound
from crm.reports import Chart, Row


def test_every_member_state_and_the_unassigned_have_a_row_zeros_included():
    report = sample_report()
    assert len(report) == 195
    assert sum(row["prospects"] == 0 for row in report) > 100
    assert {"NAM", "VAT", None} <= {row["code"] for row in report}


def test_a_row_reads_like_a_mapping_and_does_not_change():
    row = next(iter(sample_report()))
    assert row["code"] == "AGO"
    assert dict(row)["state"] == "Angola"
    with pytest.raises(KeyError):
        row["nonsense"]
    with pytest.raises(TypeError):
        row["code"] = "ZZZ"


def test_rows_are_equal_by_what_they_hold():
    assert Row(["a"], [1]) == Row.of({"a": 1}) != Row(["a"], [2])
    assert len({Row(["a", "b"], [1, 2]), Row(["b", "a"], [2, 1])}) == 1


def test_a_report_does_not_change():
    filters = {"region": "Africa"}
    report = sample_report(filters=filters)
    filters["region"] = "Europe"
    assert report.filters["region"] == "Africa"
    with pytest.raises(FrozenInstanceError):
        report.title = "Other"


def test_the_subtotals_of_the_groups_add_up_to_the_total():
    report = sample_report()
    assert [group.name for group in report.groups][-2:] == ["Europe", "Unassigned"]
    assert sum(group.totals["prospects"] for group in report.groups) == report.total("prospects")
    assert sum(row["prospects"] for row in report) == report.total("prospects") > 0


def test_totals_follow_the_rows_when_these_are_replaced():
    report = sample_report()
    assert replace(report, rows=report.rows[:1]).total("prospects") == report.rows[0][3]


def test_the_total_of_no_rows_is_nought():
    assert sample_report(rows=()).total("prospects") == 0


def test_figures_that_nobody_states_have_no_sum():
    assert sample_report(rows=[("Africa", "Angola", "AGO", None, 1, None)]).total("prospects") is None


def test_figures_that_may_not_be_added_have_a_total_only_when_one_is_stated():
    with pytest.raises(NotFound) as refusal:
        sample_report().total("owned")
    assert refusal.value.candidates == ("prospects", "members")
    assert sample_report(stated_totals={"owned": 1}).total("owned") == 1


def test_a_stated_total_wins_over_a_sum():
    assert sample_report(stated_totals={"prospects": 5}).total("prospects") == 5


def test_without_a_grouping_all_rows_are_one_group():
    groups = sample_report(grouped_by=None).groups
    assert [(group.name, len(group.rows)) for group in groups] == [("", 195)]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"as_of": datetime(2027, 3, 1)}, "as_of"),  # noqa: DTZ001
        ({"rows": [("Africa", "Angola")]}, "rows"),
        ({"rows": [("Africa", "Angola", "AGO", 0.5, 1, None)]}, "prospects"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(wrong, field):
    with pytest.raises(InvalidInput) as refusal:
        sample_report(**wrong)
    assert refusal.value.field == field


@pytest.mark.parametrize(
    "wrong",
    [
        {"grouped_by": "continent"},
        {"stated_totals": {"continent": 1}},
        {"chart": Chart(label="state", value="continent", empty="None")},
    ],
)
def test_a_column_that_there_is_not_is_refused_with_those_there_are(wrong):
    with pytest.raises(NotFound, match="continent") as refusal:
        sample_report(**wrong)
    assert "prospects" in refusal.value.candidates


def test_a_report_survives_pickling():
    report = sample_report(filters={"region": "Africa"})
    assert pickle.loads(pickle.dumps(report)) == report


def test_in_a_log_a_report_is_one_line():
    line = repr(sample_report())
    assert line == "<Report prospects-by-state: 195 rows as of 2027-03-01T09:00:00+00:00>"
