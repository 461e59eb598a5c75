"""`crm report`: on the terminal, as JSON, as files."""

import csv
import json

from openpyxl import load_workbook


def test_the_report_is_a_table_for_people(crm, acme):
    crm.json("org", "mark", acme["id"], "prospect")
    shown = crm("report", "prospects-by-state", "--region", "africa").stdout
    assert "Prospects by Member State" in shown
    assert ["Kenya", "KEN", "1"] in [line.split() for line in shown.splitlines()]
    assert "\x1b" not in shown


def test_the_report_is_json_for_programs_with_all_states(crm, acme):
    crm.json("org", "mark", acme["id"], "prospect")
    report = json.loads(crm("report", "prospects-by-state", "--json").stdout)
    assert len(report["rows"]) == 195
    assert report["totals"] == {"prospects": 1}


def test_the_report_is_written_to_files_and_says_where(crm, acme, tmp_path):
    table, page = tmp_path / "p.csv", tmp_path / "p.html"
    said = crm(
        "report",
        "prospects-by-state",
        "--segment",
        "satellite",
        "--language",
        "fr",
        "--csv",
        table,
        "--html",
        page,
    )
    assert f"Written to {table}." in said.stderr
    with table.open(encoding="utf-8", newline="") as file:
        assert "Allemagne" in {row["state"] for row in csv.DictReader(file)}
    assert page.read_text(encoding="utf-8").startswith("<!")


def test_the_report_is_written_as_a_spreadsheet(crm, acme, tmp_path):
    crm.json("org", "mark", acme["id"], "prospect")
    sheet = tmp_path / "p.xlsx"
    said = crm("report", "prospects-by-state", "--xlsx", sheet)
    assert f"Written to {sheet}." in said.stderr
    rows = load_workbook(sheet)["Rows"]
    assert [cell.value for cell in rows[2]] == [
        "KEN",
        acme["id"],
        "Acme Satellites",
        "KEN",
        "satellite",
        "Dana Reyes",
    ]


def test_a_day_before_the_mark_counts_nothing(crm, acme):
    crm.json("org", "mark", acme["id"], "prospect")
    report = crm.json("report", "prospects-by-state", "--on", "yesterday")
    assert (report["on"], report["totals"]) == ("2026-11-23", {"prospects": 0})


def test_a_region_that_there_is_not_lists_those_there_are(crm):
    said = crm("report", "prospects-by-state", "--region", "Atlantis")
    assert said.exit_code == 3
    assert "africa" in said.stderr


def test_a_figure_opens_to_its_rows(crm, acme):
    crm.json("org", "mark", acme["id"], "prospect")
    behind = crm.json("report", "prospects-by-state", "--behind", "KEN:prospects")
    assert [row["name"] for row in behind["rows"]] == ["Acme Satellites"]
    segment = ("report", "segments-under-represented", "--every", "--behind")
    opened = crm.json(*segment, "Africa/Satellite and NewSpace:organizations")
    assert [row["id"] for row in opened["rows"]] == [acme["id"]]
    said = crm("report", "prospects-by-state", "--behind", "prospects")
    assert said.exit_code == 5
    assert "ROW:COLUMN" in said.stderr


def test_numbers_and_days_are_read_as_people_write_them(crm, acme):
    report = crm.json("report", "segments-under-represented", "--threshold", "0.2", "--on", "yesterday")
    assert report["filters"]["threshold"] == "20.0%"
    assert crm("report", "segments-under-represented", "--threshold", "a fifth").exit_code == 5


def test_a_population_is_stated_on_the_command_line_and_counted_from(crm, acme):
    crm.json(
        *("segment", "population", "satellite", "--region", "africa", "--organizations", "9"),
        *("--source", "Register", "--on", "2026-01-01"),
    )
    (row,) = crm.json("report", "segments-under-represented", "--every")["rows"]
    assert (row["organizations"], row["source"]) == (9, "Register, 1 January 2026")
