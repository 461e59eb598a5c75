"""DataFrames, with pandas and without."""

import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal

import pandas as pd
import pytest
from support.sample_report import report_with_rows, sample_report

import crm
from crm.engagement.interactions import InteractionKind
from crm.frames import typed
from crm.reports import Column, ColumnKind
from crm.reports.behind import behind_of

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([1, None], "Int64"),
        ([True, None], "boolean"),
        ([date(2027, 3, 1), None], "datetime64[s]"),
        ([NOW, None], "datetime64[us, UTC]"),
        ([InteractionKind.CALL, None], "category"),
        ([1.5, None], "Float64"),
        ([Decimal("1.10"), None], "object"),
        (["a", "b"], "str"),
        ([1, "a"], "object"),
        ([None, None], "object"),
        ([], "object"),
    ],
)
def test_a_column_has_the_type_that_its_values_have_in_common(values, dtype):
    found = typed(values)
    assert str(found.dtype) == dtype
    assert found.isna().tolist() == [value is None for value in values]


def test_a_day_before_the_age_of_nanoseconds_is_a_day():
    assert typed([date(1865, 5, 17), date(3000, 1, 1)]).dt.year.tolist() == [1865, 3000]


def test_records_and_values_of_a_book_become_a_frame_in_one_call(book):
    acme = book.organizations.add("Acme", country="KE")
    amina = book.people.add("Amina", email="amina@acme.example", at=acme)
    book.log("call", acme, "Wants a seat", people=[amina], next="Write", due="14d")
    steps = crm.dataframe(book.follow_ups.open())
    assert steps["what"].tolist() == ["Write"]
    assert [str(steps.dtypes[name]) for name in ("id", "due_on")] == ["Int64", "datetime64[s]"]
    happenings = crm.dataframe(book.timeline("KEN"))
    assert len(happenings) == len(book.timeline("KEN"))
    assert happenings["organization"].unique().tolist() == ["Acme"]
    assert "Amina" in happenings["people"].tolist()


def test_no_values_are_an_empty_frame():
    assert crm.dataframe(()).empty


def test_plain_values_are_one_column():
    assert crm.dataframe([3, 1])["value"].tolist() == [3, 1]


def test_a_report_is_a_typed_frame_told_apart_by_its_keys():
    frame = report_with_rows().to_dataframe()
    assert frame.index.name == "code"
    assert (frame["prospects"].dtype, len(frame)) == ("Int64", 195)
    assert frame.loc["USA", "prospects"] == 612
    assert list(frame["region"].cat.categories)[-2:] == ["Europe", "Unassigned"]
    assert isinstance(frame.loc["AGO", "owned"], Decimal)
    assert frame["owned"].isna().any()
    assert frame.attrs["As of"] == "1 March 2027, 09:00 UTC"
    assert frame.groupby("region", observed=True)["prospects"].sum()["Africa"] == 612


def test_a_report_without_rows_behind_is_numbered():
    assert isinstance(sample_report().to_dataframe().index, pd.RangeIndex)


def test_the_types_of_a_report_are_those_of_its_columns_even_where_nothing_is_stated():
    columns = [Column(key=kind.value, title=kind.value, kind=kind) for kind in ColumnKind]
    report = sample_report(columns=columns, rows=[(None,) * len(columns)], grouped_by=None, chart=None)
    types = {name: str(dtype) for name, dtype in report.to_dataframe().dtypes.items()}
    assert [types[kind] for kind in ("count", "id", "date", "money", "share")] == [
        "Int64",
        "Int64",
        "datetime64[s]",
        "object",
        "object",
    ]


def test_several_keys_are_several_levels():
    columns = [Column(key="a", title="A"), Column(key="b", title="B"), Column(key="n", title="N")]
    behind = behind_of(("a", "b"), [], [])
    report = sample_report(
        columns=columns, rows=[("x", "y", "z")], behind=behind, grouped_by=None, chart=None
    )
    assert report.to_dataframe().index.names == ["a", "b"]


WITHOUT_PANDAS = """
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"pandas", "IPython"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Blocked())
sys.path.insert(0, "tests")
import crm
from support.sample_report import sample_report
for ask in (lambda: crm.dataframe([1]), sample_report().to_dataframe):
    try:
        ask()
    except crm.AccordError as error:
        print(error)
"""


def test_without_pandas_the_error_says_how_to_get_it():
    ran = subprocess.run([sys.executable, "-c", WITHOUT_PANDAS], capture_output=True, text=True, check=True)
    assert ran.stdout.count("Run: pip install pandas") == 2
