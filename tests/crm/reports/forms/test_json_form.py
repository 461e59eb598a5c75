import json
from datetime import date
from decimal import Decimal

from support.sample_report import sample_report

KEYS = [
    "name",
    "title",
    "definition",
    "language",
    "as_of",
    "on",
    "filters",
    "denominator",
    "notes",
    "columns",
    "rows",
    "totals",
]


def test_the_whole_report_comes_back():
    report = sample_report(filters={"since": date(2027, 1, 1)})
    said = json.loads(report.to_json())
    assert list(said) == KEYS
    assert (said["as_of"], said["on"]) == ("2027-03-01T09:00:00+00:00", "2027-02-28")
    assert said["filters"] == {"since": "2027-01-01"}
    assert said["totals"] == {"prospects": report.total("prospects"), "members": report.total("members")}
    assert [row["prospects"] for row in said["rows"]] == [row["prospects"] for row in report]


def test_decimals_are_strings_and_none_is_null():
    said = json.loads(sample_report(rows=[("Africa", "Angola", None, 0, 1, Decimal("1E-7"))]).to_json())
    assert said["rows"] == [
        {
            "region": "Africa",
            "state": "Angola",
            "code": None,
            "prospects": 0,
            "members": 1,
            "owned": "0.0000001",
        }
    ]


def test_the_columns_say_what_they_hold():
    columns = json.loads(sample_report().to_json())["columns"]
    assert columns[3] == {"key": "prospects", "title": "Prospects", "kind": "count", "currency": None}


def test_a_file_holds_the_same_as_the_text(tmp_path):
    report = sample_report()
    assert report.to_json(tmp_path / "a.json").read_text(encoding="utf-8") == report.to_json()
