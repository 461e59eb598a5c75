"""Ask before you write, on the command line: clearance, reservations, complaints, teams and hand-overs."""

import json

import pytest
from support.crm_command import DANA

from crm.cli.failures import ExitCode

LUCIA = "lucia@accord.example"


@pytest.fixture
def lucia(crm, acme):
    return crm.json("staff", "add", "Lucía Fernández", "--email", LUCIA, "--office", "TSB")


def test_a_clearance_says_why_and_ends_well_unless_it_is_to_be_strict(crm, acme, lucia):
    assert "Acme Satellites: clear\nNothing stands against it." in crm("clearance", "acme.example").stdout
    crm.json("log", "meeting", acme["id"], "Hello", "--staff", LUCIA, "--next", "send the fee table")
    told = crm("clearance", acme["id"], "--office", "BDT", "--purpose", "campaign")
    assert told.exit_code == 0
    assert "Acme Satellites: hold" in told.stdout
    assert "TSB owes it a next step (send the fee table)" in told.stdout
    assert crm("clearance", acme["id"], "--purpose", "campaign", "--strict").exit_code == ExitCode.REFUSED
    assert crm("clearance", acme["id"], "--strict").exit_code == 0
    strict = crm("--json", "clearance", acme["id"], "--purpose", "campaign", "--strict")
    found = json.loads(strict.stdout)
    assert strict.exit_code == ExitCode.REFUSED
    assert (found["verdict"], found["office"], found["purpose"]) == ("hold", "BDT", "campaign")
    assert [reason["reason"] for reason in found["reasons"]] == ["promise", "recent_contact"]


def test_an_account_is_reserved_overridden_and_released(crm, acme, lucia):
    reserved = crm.json("reserve", acme["id"], "--office", "TSB", "--reason", "Talks", "--until", "3m")
    assert reserved["until_on"] == "2027-02-24"
    refused = crm("reserve", acme["id"], "--reason", "Ours", "--until", "2w")
    assert refused.exit_code == ExitCode.REFUSED
    assert "TSB has reserved Acme Satellites until 24 February 2027 (Talks)." in refused.stderr
    assert crm.json("clearance", acme["id"])["verdict"] == "hold"
    crm.json("override-clearance", acme["id"], "--reason", "Agreed with the TSB", "--until", "1w")
    assert crm.json("clearance", acme["id"])["verdict"] == "caution"
    crm.json("end-override", acme["id"], "--reason", "They did not agree")
    assert crm.json("clearance", acme["id"])["verdict"] == "hold"
    assert crm.json("release", acme["id"], "--reason", "Signed")["released_at"]
    assert crm.json("clearance", acme["id"])["verdict"] == "clear"


def test_a_complaint_is_recorded_listed_and_resolved(crm, acme):
    complaint = crm.json(
        "complaint", "record", "Too many letters", "--source", "call", "--person", "amina@acme.example"
    )
    assert "Too many letters" in crm("complaint", "list").stdout
    assert crm.json("clearance", acme["id"])["verdict"] == "caution"
    crm.json("complaint", "resolve", complaint["id"], "--outcome", "Two a year")
    assert crm("complaint", "list").stdout == "None.\n"
    (kept,) = crm.json("complaint", "list", "--person", "amina@acme.example")
    assert kept["outcome"] == "Two a year"


def test_a_team_is_put_together_and_shown(crm, acme, lucia):
    crm.json("team", "join", acme["id"], "--office", "TSB", "--staff", LUCIA, "--lead")
    crm.json("team", "join", acme["id"], "--office", "RO-AFR")
    shown = crm("team", "show", acme["id"]).stdout
    assert "Lucía Fernández" in shown
    assert [seat["office"] for seat in crm.json("team", "show", acme["id"])] == ["TSB", "RO-AFR"]
    crm.json("team", "leave", acme["id"], "--office", "RO-AFR")
    assert [seat["office"] for seat in crm.json("team", "show", acme["id"])] == ["TSB"]


def test_an_account_at_a_glance_shows_team_reservation_and_clearance(crm, acme, lucia):
    crm.json("team", "join", acme["id"], "--office", "TSB", "--staff", LUCIA, "--lead")
    crm.json("reserve", acme["id"], "--office", "TSB", "--reason", "Talks", "--until", "3m")
    shown = crm("org", "show", acme["id"]).stdout
    for line in (
        "TSB, Lucía Fernández",
        "TSB (Lucía Fernández)",
        "TSB until 2027-02-24: Talks",
        "hold: TSB has reserved it",
    ):
        assert line in shown
    seen = crm.json("org", "show", acme["id"])
    assert (seen["lead"]["office"], seen["reservation"]["office"]) == ("TSB", "TSB")
    assert (seen["team"][0]["office"], seen["clearance"]["verdict"]) == ("TSB", "hold")


def test_a_portfolio_is_handed_over_and_back(crm, acme, lucia):
    hand_over = ("hand-over", DANA, LUCIA, "--reason", "moves to Bangkok")
    assert crm(*hand_over, "--dry-run").stdout == "From Dana Reyes to Lucía Fernández would go: accounts 1.\n"
    handed = crm.json(*hand_over, "--region", "Africa")
    assert handed["moved"] == {"accounts": 1}
    assert crm.json("org", "show", acme["id"])["owner"]["email"] == LUCIA
    assert "moves to Bangkok" in crm("staff", "hand-overs", DANA).stdout
    assert crm.json("hand-back", handed["id"], "--reason", "stays")["moved"] == {"accounts": 1}
    missing = crm("hand-back", "99999999", "--reason", "stays")
    assert missing.exit_code == ExitCode.NOT_FOUND
    assert "crm staff hand-overs" in missing.stderr


def test_who_retires_with_accounts_left_is_told_how_to_hand_them_over(crm, acme, lucia):
    retired = crm("staff", "retire", DANA, "--reason", "left")
    assert retired.stderr == "Still theirs: accounts 1. Hand them over with `crm hand-over`.\n"
    assert crm("staff", "retire", LUCIA, "--reason", "left").stderr == ""
