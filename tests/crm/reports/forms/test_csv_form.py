import csv
import json
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from support.sample_report import sample_report

from crm.reports import Column, ColumnKind

HARMLESS = [
    "Acme",
    "",
    "Côte d'Ivoire",
    "'quoted'",
    "AT&T",
    "3=2",
    "a,=1",
    "阿鲁巴",
    "  indented",
    "شركة",
    "1+1",
]
PAYLOADS = [
    "=1+1",
    "+44 20 7946 0000",
    "-5",
    "@SUM(A1)",
    "\t=1",
    "\rtext",
    "\ntext",
    "\x00=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "﹦1",
    "\ufeff=1",
    "  =1",
    "\u00a0=1",
    "\u200b=1",
    "\u202e=1",
    "|calc",
    "=cmd@x.org",
    '=HYPERLINK("x")',
]


def small_report(*rows):
    columns = (
        Column(key="name", title="Name"),
        Column(key="change", title="Change", kind=ColumnKind.COUNT),
        Column(key="amount", title="Amount", kind=ColumnKind.MONEY, currency="CHF"),
        Column(key="due_on", title="Due", kind=ColumnKind.DATE),
    )
    return sample_report(columns=columns, rows=rows, grouped_by=None, chart=None)


def read(text):
    return list(csv.DictReader(StringIO(text, newline="")))


def test_all_rows_and_nothing_else_come_back():
    report = sample_report()
    lines = read(report.to_csv())
    assert len(lines) == 195
    assert [int(line["prospects"]) for line in lines] == [row["prospects"] for row in report]
    assert {line["as_of"] for line in lines} == {"2027-03-01T09:00:00+00:00"}
    assert next(line for line in lines if line["code"] == "NAM")["state"] == "Namibia"


def test_the_header_names_the_columns_by_their_keys():
    header = sample_report().to_csv().split("\r\n")[0]
    assert header == '"region","state","code","prospects","members","owned","as_of"'


def test_figures_stay_figures_and_what_is_not_stated_stays_empty():
    report = small_report(("Acme", -5, Decimal("-1E+3"), date(2027, 4, 1)), ("Beta", None, None, None))
    first, second = read(report.to_csv())
    assert first | {"as_of": ""} == {
        "name": "Acme",
        "change": "-5",
        "amount": "-1000",
        "due_on": "2027-04-01",
        "as_of": "",
    }
    assert (second["change"], second["amount"], second["due_on"]) == ("", "", "")


def test_quotes_commas_and_line_ends_inside_a_field_survive():
    name = 'Acme "The Best", Ltd.\r\nGeneva'
    assert read(small_report((name, 1, None, None)).to_csv())[0]["name"] == name


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_a_spreadsheet_takes_for_a_formula_gets_an_apostrophe(payload):
    assert read(small_report((payload, 1, None, None)).to_csv())[0]["name"] == f"'{payload}"


@pytest.mark.parametrize("text", HARMLESS)
def test_a_harmless_text_stays_as_it_is(text):
    assert read(small_report((text, 1, None, None)).to_csv())[0]["name"] == text


def test_the_meaning_of_the_figures_travels_beside_the_file(tmp_path):
    path = sample_report(filters={"segment": "satellite"}).to_csv(tmp_path / "prospects.csv")
    described = json.loads((tmp_path / "prospects.csv-metadata.json").read_text(encoding="utf-8"))
    header = path.read_text(encoding="utf-8").splitlines()[0]
    assert [f'"{column["name"]}"' for column in described["tableSchema"]["columns"]] == header.split(",")
    assert described["url"] == "prospects.csv"
    assert described["notes"][0]["filters"] == {"segment": "satellite"}
    assert described["notes"][0]["notes"][0].startswith("Synthetic")
