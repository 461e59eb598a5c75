"""`crm standing`, `crm plan`, `crm exemption` and `crm term give-notice`."""

from datetime import date

import pytest


@pytest.fixture
def member(crm, acme):
    crm.json(
        "term", "join", acme["id"], "sector_member", "--sector", "T", "--units", "1/2", "--on", "2020-01-01"
    )
    return acme["id"]


@pytest.fixture
def owing(make_book, member):
    """It owes the dues of 2026, which were invoiced in September 2025; it is 24 November 2026."""
    make_book().dues.assess(2026, issued_on=date(2025, 9, 15))
    return member


def test_the_ladder_on_the_command_line(crm, owing):
    shown = crm.json("standing", "show", owing)
    assert (shown["standing"], shown["step"], shown["since_on"]) == ("suspended", "suspended", "2026-09-27")
    assert crm.json("standing", "show", owing, "--on", "2026-04-01")["standing"] == "arrears"
    assert "send the notice of suspension" in crm("standing", "due").stdout
    crm.json("standing", "notify", owing, "--on", "2026-09-28", "--document", "CL 26/44")
    crm.json("standing", "notified", owing, "--on", "2026-10-01")
    assert "CL 26/44" in crm("standing", "notices", owing).stdout
    assert "Nothing is due." in crm("standing", "due").stdout
    (act,) = crm.json("standing", "due", "--on", "2026-12-30")
    assert (act["who"], act["since_on"]) == ("secretary_general", "2026-12-30")
    crm.json(
        "standing",
        "postpone",
        owing,
        "exclusion",
        "--on",
        "2026-11-20",
        "--until",
        "2027-02-01",
        "--reason",
        "War",
    )
    assert "War" in crm("standing", "postponed", owing).stdout
    assert crm.json("standing", "due", "--on", "2026-12-30") == []
    history = crm("standing", "history", owing).stdout
    for said in ("good", "arrears", "notified", "exclusion due", "was due on 31 March 2026"):
        assert said in history
    assert crm.json("standing", "settle") == {"accounts": 1}


def test_a_plan_on_the_command_line(crm, owing):
    terms = ["--on", "2026-11-20", "--reason", "Letter of 20 November"]
    even = crm.json("plan", "agree", owing, "--first", "2026-12-31", "--count", "2", *terms, "--dry-run")
    assert [part["amount"] for part in even["instalments"]] == ["15900.00", "15900.00"]
    assert crm.json("plan", "list", owing) == []
    parts = ["--instalment", "2026-12-31=10000", "--instalment", "2027-12-31=21800"]
    assert crm.json("plan", "agree", owing, *parts, *terms)["amount"] == "31800.00"
    assert crm.json("standing", "show", owing)["step"] == "on_plan"
    listed = " ".join(crm("plan", "list", owing).stdout.split())
    assert "2026-11-20 2026-12-31 10,000.00 10,000.00 kept; next: CHF 10,000.00 due by 31 December" in listed
    assert "2027-12-31 21,800.00 21,800.00" in listed
    crm.json("plan", "end", owing, "--on", "2026-11-24", "--reason", "Refused")
    assert crm.json("standing", "show", owing)["standing"] == "suspended"


def test_an_instalment_that_is_none_is_refused(crm, owing):
    none = crm("plan", "agree", owing, "--on", "2026-11-20", "--reason", "x")
    assert "--first DAY --count N" in none.output
    refused = crm("plan", "agree", owing, "--on", "2026-11-20", "--reason", "x", "--instalment", "2026-12-31")
    assert refused.exit_code
    assert "Write 2027-12-31=10000.00." in refused.output


def test_an_exemption_on_the_command_line(crm, member):
    span = ["--since", "2026-01-01", "--until", "2030-12-31"]
    crm.json("exemption", "grant", member, *span, "--reason", "Council 2025")
    assert "Council 2025" in crm("exemption", "list").stdout
    assert crm.json("standing", "show", member)["standing"] == "exempt"
    crm.json("exemption", "withdraw", member, "--on", "2026-11-23", "--reason", "No reciprocity")
    assert "No exemption." in crm("exemption", "list").stdout
    assert crm.json("exemption", "list", member)[0]["granted_until_on"] == "2030-12-31"


def test_notice_on_the_command_line(crm, member):
    term = crm.json(
        "term", "give-notice", member, "--sector", "T", "--received-on", "2026-11-20", "--reason", "Merged"
    )
    assert term["term"]["until_on"] == "2027-05-19"
    assert crm.json("standing", "show", member)["standing"] == "cancelling"
    assert "2026-11-20" in crm("term", "ledger", member).stdout
    crm.json("standing", "record", member, "good", "--as-of", "2026-06-01", "--source", "finance")
    assert crm.json("standing", "show", member, "--on", "2026-06-02")["source"] == "finance"
    assert "Nobody has said how it stands" in crm("standing", "show", member, "--on", "2026-05-01").stdout
