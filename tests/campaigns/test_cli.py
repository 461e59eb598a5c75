import json

import pytest
from support.associates import associate, staff
from support.books import SECRET
from typer.testing import CliRunner

from campaigns.catalog import CATALOG
from campaigns.cli import app
from crm.cli.session import Invocation
from crm.errors import InvalidInput, NotFound, Refused


@pytest.fixture
def crm(book, clock, database_url, monkeypatch):
    """Runs ``crm campaign …`` on this test's book; what it returns is what stands on standard output."""
    staff(book, "dana@accord.example", "joao@accord.example")
    monkeypatch.setenv("CRM_DATABASE_URL", database_url)
    monkeypatch.setenv("CRM_SECRET_KEY", SECRET.get_secret_value())

    def run(*arguments: object, actor: str = "dana@accord.example", as_json: bool = False) -> str:
        monkeypatch.setenv("CRM_ACTOR", actor)
        call = Invocation(clock=clock, as_json=as_json)
        result = CliRunner().invoke(app, [str(argument) for argument in arguments], obj=call)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


def test_the_campaigns_are_listed_with_their_steps(crm):
    assert "associate_upgrade" in crm("list")
    steps = {row["name"]: row["steps"] for row in json.loads(crm("list", as_json=True))}
    assert set(steps) == set(CATALOG)
    assert steps["associate_upgrade"][:2] == ["letter associate_upgrade", "wait 10 working days"]


def test_a_campaign_is_drawn_as_a_tree_as_json_and_as_a_page(crm, tmp_path):
    shown = crm("show", "associate_upgrade", "--html", tmp_path / "flow.html")
    assert "2 first_wait: wait 10 working days" in shown
    assert "the account has upgraded" in " ".join(shown.split())
    drawn = json.loads(crm("show", "associate-upgrade", as_json=True))
    assert drawn["goal"] == "upgraded"
    assert drawn["steps"][1]["leads_to"] == {"then": "reminder"}
    page = (tmp_path / "flow.html").read_text("utf-8")
    assert page.count("<rect") == len(drawn["steps"]) + 1
    assert "<script" not in page


def test_the_facts_that_a_branch_may_ask_for_are_listed(crm):
    rows = json.loads(crm("facts", as_json=True))
    assert {"name": "size", "says": "sme or large", "words": "its size"} in rows
    assert "has_answered" in crm("facts")


def test_a_preview_is_a_table_or_json_and_goes_into_files(crm, book, tmp_path):
    associate(book, "Acme")
    associate(book, "Owing", standing="arrears")
    shown = crm("preview", "associate_upgrade", "--csv", tmp_path / "a.csv", "--html", tmp_path / "a.html")
    assert "in arrears" in shown
    assert "Owing" in (tmp_path / "a.csv").read_text("utf-8")
    assert "in arrears" in (tmp_path / "a.html").read_text("utf-8")
    assert "Owing" in crm("preview", "associate_upgrade", "--accounts")
    assert json.loads(crm("preview", "associate_upgrade", as_json=True))["totals"]["accounts"] == 2
    assert "Not reviewed by any person" in shown
    assert "in arrears" not in crm("preview", "associate_upgrade", "--languages")


def test_the_letters_of_a_campaign_are_written_side_by_side(crm, book, tmp_path):
    associate(book, "Acme")
    associate(book, "Orbite", language="fr")
    associate(book, "Owing", standing="arrears")
    page = tmp_path / "letters.html"
    crm("preview", "associate_upgrade", "--letters", page)
    assert page.read_text("utf-8").count("<iframe sandbox srcdoc=") == 4
    crm("preview", "associate_upgrade", "--letters", page, "--account", "Owing")
    shown = page.read_text("utf-8")
    assert "Owing: associate_upgrade_reminder, English" in shown
    assert "Orbite" not in shown


def test_a_standing_version_is_prepared_with_what_the_options_say(crm, book):
    crm(
        "prepare",
        "associate_upgrade",
        "--standing",
        "--ceiling",
        20,
        "--every-hours",
        0,
        "--on",
        "term_started",
    )
    (run,) = book.runs.of("associate_upgrade")
    assert run.ceiling == 20
    assert run.content["entry"] == {
        "ceiling": 20,
        "period_days": 30,
        "every_hours": None,
        "on": ["term_started"],
        "again_after_days": None,
    }
    with pytest.raises(InvalidInput, match="Nobody says how many accounts may enter"):
        crm("prepare", "associate_upgrade", "--standing", "--again-after-days", 9)


def test_any_letter_is_shown(crm, book):
    associate(book, "Acme")
    assert "full membership of ITU-T" in crm("letter", "associate_upgrade", "Acme")
    assert "wrote to you" in crm("letter", "associate_upgrade", "Acme", "--step", "reminder")
    assert "<html" in crm("letter", "associate_upgrade", "Acme", "--html")


def test_a_run_goes_from_its_preparation_to_its_end(crm, book, tmp_path):
    for n in range(8):
        associate(book, f"Account {n}")
    associate(book, "Owing", standing="arrears")
    prepared = crm("prepare", "associate_upgrade", as_json=True)
    number = json.loads(prepared)["results"]["run"]["id"]
    with pytest.raises(Refused, match="Who prepared a run cannot approve it"):
        crm("approve", number, "--count", 8)
    assert "approved by joao@accord.example" in crm(
        "approve", number, "--count", 8, actor="joao@accord.example"
    )
    assert "8 accounts enrolled" in crm("launch", number)
    listed = crm("accounts", number, "--csv", tmp_path / "audience.csv", "--html", tmp_path / "audience.html")
    assert "in arrears" in listed
    assert "Account 7" in (tmp_path / "audience.csv").read_text("utf-8")
    assert "Contact of Account 7" in (tmp_path / "audience.html").read_text("utf-8")
    (owing,) = json.loads(crm("accounts", number, "--state", "left_out", as_json=True))["rows"]
    assert (owing["account"], owing["stands"], owing["contact"]) == ("Owing", "Left out", None)
    assert "Written to" in crm("status", number)
    assert json.loads(crm("status", number, as_json=True))["totals"]["enrolled"] == 8
    assert "paused" in crm("pause", number, "--reason", "a complaint")
    told = json.loads(crm("status", number, as_json=True))
    assert (told["run"]["note"], told["left_out"], told["awaiting"]) == ("a complaint", {"arrears": 1}, 0)
    assert "running" in crm("resume", number)
    assert "cancelled" in crm("cancel", number, "--reason", "enough")
    assert "enough" in crm("runs", "associate_upgrade", "--status", "cancelled")


def test_a_run_that_is_not_there_is_not_found(crm):
    with pytest.raises(NotFound):
        crm("status", 4711)
    assert "No run yet" in crm("runs")


def test_an_account_is_explained(crm, book):
    associate(book, "Acme")
    associate(book, "Owing", standing="arrears")
    assert "enrolled" in crm("explain", "associate_upgrade", "Acme").splitlines()[0]
    shown = crm("explain", "associate_upgrade", "Owing")
    assert shown.startswith("Owing in associate_upgrade: left out: in arrears")
    assert (
        json.loads(crm("explain", "associate_upgrade", "Owing", as_json=True))["audience"]["member"] is True
    )


def test_a_rehearsal_lists_every_letter_and_a_test_letter_goes_to_staff(crm, book, tmp_path):
    associate(book, "Acme", owner="dana@accord.example")
    associate(book, "Owing", standing="arrears")
    shown = crm("rehearse", "associate_upgrade", "--csv", tmp_path / "rehearsal.csv")
    assert "All of them can be put together" in shown
    assert "Owing" in (tmp_path / "rehearsal.csv").read_text("utf-8")
    rows = json.loads(crm("rehearse", "associate_upgrade", as_json=True))["rows"]
    assert {row["account"] for row in rows} == {"Acme", "Owing"}
    test = json.loads(crm("test", "associate_upgrade", "Acme", "--to", "joao@accord.example", as_json=True))
    assert (test["to_address"], test["message_class"]) == ("joao@accord.example", "notice")


def test_the_status_of_a_run_says_that_all_mail_is_stopped(crm, book):
    associate(book, "Acme")
    number = json.loads(crm("prepare", "associate_upgrade", as_json=True))["results"]["run"]["id"]
    book.outgoing.stop(reason="a wrong figure")
    assert "All mail was stopped by dana@accord.example" in crm("status", number)
    assert "a wrong figure" in crm("status", number, as_json=True)
