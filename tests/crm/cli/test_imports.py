"""`crm import`: mappings from the command line and from a file, refused rows, standard input."""

import csv
import json

import pytest
from support.workbooks import workbook

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


def test_a_proposal_says_how_to_go_on(crm, companies):
    said = crm("import", "organizations", companies, "--suggest")
    assert "HQ" in said.stdout
    assert "--map name=Company --map country=HQ --dry-run" in said.stderr
    assert crm.json("import", "list") == []
    assert crm.json("import", "organizations", companies, "--suggest")["kind"] == "organizations"


def test_a_mapping_is_kept_under_a_name_and_used_again(crm, companies):
    crm.json("import", "organizations", companies, *MAP, "--dry-run", "--save-mapping", "company list")
    assert [row["name"] for row in crm.json("import", "mappings")] == ["company list"]
    assert crm.json("import", "mappings", "Company List")["mapping"]["columns"] == {
        "name": "Company",
        "country": "HQ",
    }
    told = crm.json("import", "organizations", companies, "--mapping", "company list")
    assert told["counts"]["create"] == 2
    assert (
        crm("import", "standing", companies, "--mapping", "company list").exit_code == ExitCode.INVALID_INPUT
    )
    said = crm("import", "organizations", companies, "--mapping", "nobody")
    assert (said.exit_code, "--save-mapping" in said.stderr) == (ExitCode.NOT_FOUND, True)


def test_a_policy_and_a_sheet_are_options(crm, tmp_path):
    path = tmp_path / "companies.xlsx"
    path.write_bytes(workbook(("Acme", "KE"), Second=[("Company", "HQ"), ("Beta", "FR")]).getvalue())
    told = crm.json("import", "organizations", path, *MAP, "--sheet", "Second", "--update", "overwrite")
    assert told["counts"]["create"] == 1
    assert [row["name"] for row in crm.json("org", "find")] == ["Beta"]


@pytest.mark.parametrize(
    ("kind", "text", "options"),
    [
        ("people", "N,At\nAmina,Acme\n", ("--map", "name=N", "--map", "organization=At")),
        (
            "terms",
            "M,S\nAcme,2020-01-01\n",
            ("--map", "organization=M", "--map", "since=S", "--set", "category=academia"),
        ),
        (
            "standing",
            "M,S\nAcme,good\n",
            ("--map", "organization=M", "--map", "standing=S", "--set", "as_of=2026-10-31"),
        ),
        (
            "interactions",
            "M,N\nAcme,Hello\n",
            ("--map", "organization=M", "--map", "summary=N", "--set", "kind=call", "--set", "at=2026-10-31"),
        ),
        (
            "participation",
            "M,D\nAcme,2026-09-08\n",
            (
                "--map",
                "organization=M",
                "--map",
                "on=D",
                "--set",
                "kind=attended",
                "--set",
                "study_group=T-SG13",
            ),
        ),
    ],
)
def test_every_kind_of_row_has_its_command(crm, tmp_path, kind, text, options):
    crm.json("org", "add", "Acme")
    path = tmp_path / "file.csv"
    path.write_text(text, encoding="utf-8")
    assert crm.json("import", kind, path, *options, "--dry-run")["counts"]["create"] == 1
    told = crm.json("import", kind, path, *options)
    assert (told["counts"]["create"], told["report"]["kind"]) == (1, kind)
    batch = told["report"]["batch_id"]
    assert crm.json("import", "resume", batch, path)["counts"]["create"] == 1
    assert crm.json("import", "revert", batch, "--reason", "a try")["rows"] == 1
    assert crm.json("import", "list")[0]["reverted_at"]


def test_a_revert_is_tried_first_and_told(crm, companies):
    told = crm.json("import", "organizations", companies, *MAP)
    batch = told["report"]["batch_id"]
    crm("log", "call", "Gamma", "hello")
    tried = crm("import", "revert", batch, "--reason", "a mistake", "--dry-run")
    assert "1 rows taken back, 1 stand" in tried.stdout
    assert "row 4: Gamma: interaction" in tried.stdout
    assert len(crm.json("org", "find")) == 2
    done = crm.json("import", "revert", batch, "--reason", "a mistake")
    assert [row["row"] for row in done["standing"]] == [4]
    assert [row["name"] for row in crm.json("org", "find")] == ["Gamma"]
