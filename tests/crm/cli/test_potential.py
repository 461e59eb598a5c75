"""`crm potential` and `crm report potential`."""

import pytest


@pytest.fixture
def associate(crm, acme):
    crm.json(
        "term",
        "join",
        acme["id"],
        "associate",
        "--sector",
        "T",
        "--study-group",
        "T-SG13",
        "--on",
        "2020-01-01",
    )
    crm.json("standing", "record", acme["id"], "good", "--as-of", "2026-09-30", "--source", "finance")
    crm.json("participation", "record", acme["id"], "T-SG17", "asked", "--on", "2026-09-01")
    return acme


def test_the_potential_is_listed_with_its_reasons(crm, associate):
    listed = crm("potential", "list", "--region", "africa").stdout
    for said in ("Acme Satellites", "upgrade in ITU-T", "21,200.00", "+30: asked about T-SG17", "clear"):
        assert said in listed
    found = crm.json("potential", "list", "--kind", "upgrade", "--limit", "1")
    assert [(p["kind"], p["sector"], p["points"]) for p in found] == [("upgrade", "T", 30)]
    assert found[0]["yearly"]["amount"] == "21200.00"
    assert crm("potential", "list", "--segment", "gaming").stdout.strip() == "Nothing to ask for."


def test_one_account_is_shown_with_how_its_amounts_come_about(crm, associate):
    shown = crm("potential", "of", "acme.example").stdout
    assert "less yearly fee" in shown
    assert "unverified" in shown


def test_it_becomes_an_ask(crm, associate):
    ask = crm.json(
        "potential", "open", associate["id"], "upgrade", "--sector", "T", "--expected", "2027-03-01"
    )
    assert (ask["amount"], ask["source"], ask["expected_on"]) == (
        "21200.00",
        "Potential, 30 points",
        "2027-03-01",
    )
    listed = crm.json("potential", "list", "--held", "--kind", "upgrade")
    assert [reason["reason"] for reason in listed[0]["against"]] == ["asked"]
    assert crm.json("potential", "list", "--kind", "upgrade") == []


def test_the_model_says_why_it_does_not_rank(crm, associate):
    assert "The weights rank: it takes 200 asks" in " ".join(crm("potential", "model").stdout.split())
    assert crm.json("potential", "model")["used"] is False


def test_the_report_is_a_command(crm, associate):
    report = crm.json("report", "potential", "--kind", "upgrade")
    assert report["totals"]["amount"] == "21200.00"
