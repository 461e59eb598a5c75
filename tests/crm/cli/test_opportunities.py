"""`crm opportunity`, `crm report pipeline` and `crm report forecast`."""

import pytest


@pytest.fixture
def ask(crm, acme):
    return crm.json(
        "opportunity", "add", acme["id"], "upgrade", "--sector", "T", "--amount", "21200",
        "--expected", "2027-03-01", "--note", "They asked",
    )  # fmt: skip


def test_an_ask_from_opening_to_winning(crm, ask):
    assert (ask["amount"], ask["probability"], ask["office"]) == ("21200.00", 10, "BDT")
    crm.json("opportunity", "move", ask["id"], "Proposal sent", "--note", "by post")
    changed = crm.json("opportunity", "change", ask["id"], "--probability", "80", "--expected", "2027-06-01")
    assert (changed["probability"], changed["basis"]) == (80, "stated")
    listed = crm("opportunity", "list", "--office", "BDT", "--kind", "upgrade").stdout
    for said in ("Acme Satellites", "21,200.00 CHF yearly", "80 % (stated)", "2027-06-01"):
        assert said in listed
    won = crm.json("opportunity", "win", ask["id"], "--on", "yesterday")
    assert (won["outcome"], won["closed_on"]) == ("won", "2026-11-23")
    shown = crm("opportunity", "show", ask["id"]).stdout
    assert "by post" in shown
    seen = crm.json("opportunity", "show", ask["id"])
    assert [step["kind"] for step in seen["history"]] == ["opened", "moved", "changed", "won"]


def test_an_ask_is_lost_and_opened_again(crm, ask):
    assert crm.json("opportunity", "lose", ask["id"], "--reason", "no budget")["outcome"] == "lost"
    refused = crm("opportunity", "move", ask["id"], "proposal_sent")
    assert refused.exit_code == 6
    assert "`crm opportunity reopen`" in refused.stderr
    assert crm.json("opportunity", "reopen", ask["id"], "--note", "new budget")["outcome"] == "open"
    assert "No ask is open." in crm("opportunity", "list", "--kind", "sponsorship").stdout


def test_hints_speak_of_options(crm, acme):
    said = crm("opportunity", "add", acme["id"], "upgrade").stderr
    assert "--sector T" in said


def test_the_stages_are_listed(crm):
    assert "Proposal sent" in crm("opportunity", "stages", "--kind", "upgrade").stdout
    assert {stage["certainty"] for stage in crm.json("opportunity", "stages")} == {"unverified"}


def test_the_pipeline_and_the_forecast(crm, ask, tmp_path):
    pipeline = crm.json("report", "pipeline", "--office", "BDT", "--region", "africa")
    assert pipeline["totals"]["asks"] == 1
    page = tmp_path / "forecast.html"
    said = crm("report", "forecast", "--by", "year", "--committed", "5", "--html", page)
    assert ["2027", "1", "21,200.00", "2,120.00", "21,200.00", "0.00"] in [
        line.split() for line in said.stdout.splitlines()
    ]
    assert page.exists()
