"""`crm import`: mappings from the command line and from a file, refused rows, standard input."""

import csv
import json

import pytest

from crm.cli.failures import ExitCode

ROWS = "Company,HQ\nAcme Satellites,Kenya\nBeta Cloud,Atlantis\nGamma,FR\n"
MAP = ("--map", "name=Company", "--map", "country=HQ")


@pytest.fixture
def companies(tmp_path):
    path = tmp_path / "companies.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def test_a_dry_run_says_what_would_happen_and_writes_nothing(crm, companies):
    told = crm.json("import", "organizations", companies, *MAP, "--dry-run")
    assert told["counts"] == {"create": 2, "update": 0, "match": 0, "unsure": 0, "refuse": 1}
    assert told["report"]["dry_run"]
    assert crm.json("org", "find") == []
    assert crm.json("import", "list") == []


def test_refused_rows_are_corrected_and_imported_in_the_same_way(crm, companies, tmp_path):
    refused = tmp_path / "refused.csv"
    said = crm("import", "organizations", companies, *MAP, "--refused", refused)
    assert f"1 rows are in {refused}" in said.stderr
    with refused.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["HQ"] for row in rows] == ["Atlantis"]
    refused.write_text(
        refused.read_text(encoding="utf-8-sig").replace('"Atlantis"', '"Ghana"', 1), encoding="utf-8"
    )
    assert crm.json("import", "organizations", refused, *MAP)["counts"]["create"] == 1
    assert [row["country"] for row in crm.json("org", "find", "Beta")] == ["GHA"]


def test_a_second_import_adds_nothing_and_an_earlier_one_can_be_shown(crm, companies):
    crm.json("import", "organizations", companies, *MAP)
    assert crm.json("import", "organizations", companies, *MAP)["counts"] == {
        "create": 0,
        "update": 0,
        "match": 2,
        "unsure": 0,
        "refuse": 1,
    }
    _, first = crm.json("import", "list")
    assert crm.json("import", "show", first["id"])["counts"]["create"] == 2


def test_a_mapping_file_holds_columns_and_constants(crm, companies, tmp_path):
    mapping = tmp_path / "companies.toml"
    mapping.write_text('[columns]\nname = "Company"\n[constants]\nsegment = "cloud"\n', encoding="utf-8")
    crm.json(
        "import",
        "organizations",
        companies,
        "--mapping",
        mapping,
        "--set",
        "country=France",
        "--role",
        "prospect",
    )
    found = crm.json("org", "find", "--segment", "cloud", "--country", "FR")
    assert [row["name"] for row in found] == ["Acme Satellites", "Beta Cloud", "Gamma"]
    assert [role["kind"] for role in crm.json("org", "show", "Gamma")["roles"]] == ["prospect"]


def test_a_file_may_come_through_a_pipe(crm):
    told = crm("--json", "import", "organizations", "-", *MAP, "--source-name", "pipe", stdin=ROWS)
    assert json.loads(told.stdout)["counts"]["create"] == 2


@pytest.mark.parametrize(
    ("options", "code", "named"),
    [
        (("--map", "name"), ExitCode.INVALID_INPUT, "equals sign"),
        (("--map", "country=HQ"), ExitCode.INVALID_INPUT, "name"),
        (("--map", "name=Company", "--map", "colour=HQ"), ExitCode.INVALID_INPUT, "colour"),
        (("--map", "name=Firm"), ExitCode.INVALID_INPUT, "Company"),
        ((*MAP, "--set", "country=FR"), ExitCode.INVALID_INPUT, "constant"),
        ((*MAP, "--set", "lei=1"), ExitCode.INVALID_INPUT, "same for every row"),
        ((*MAP, "--refused", "/nowhere/refused.csv"), ExitCode.INVALID_INPUT, "/nowhere/refused.csv"),
        (("--mapping", "/nowhere.toml"), ExitCode.NOT_FOUND, "/nowhere.toml"),
    ],
)
def test_what_is_wrong_with_a_mapping_is_named(crm, companies, options, code, named):
    said = crm("import", "organizations", companies, *options)
    assert said.exit_code == code
    assert named in said.stderr


def test_a_mapping_file_that_is_no_toml_is_refused(crm, companies, tmp_path):
    for text in ("name: Company", "columns = 5", "colums = {name = 'Company'}\n[columns]\nname='Company'"):
        mapping = tmp_path / "m.toml"
        mapping.write_text(text, encoding="utf-8")
        assert (
            crm("import", "organizations", companies, "--mapping", mapping).exit_code
            == ExitCode.INVALID_INPUT
        )
