"""`crm contribution assess`, `vote` and `votes`, and what `crm dues` and `crm org show` then say. It is 24 November 2026."""

import pytest


@pytest.fixture
def ministry(crm):
    added = crm.json("org", "add", "Ministry", "--kind", "administration", "--country", "GHA", "--synthetic")
    assert "not_known" in crm.json("contribution", "vote", "GHA")
    for year in (2025, 2026):
        issued = ("--issued-on", f"{year - 1}-09-15")
        rehearsed = crm.json("contribution", "assess", year, *issued, "--dry-run")
        assert (rehearsed["invoices"], len(rehearsed["without_account"])) == (1, 193)
        assert crm.json("contribution", "assess", year, *issued)["amount"] == "79500.00"
    return added["id"]


def test_contributions_are_charged_once_paid_by_crm_dues_and_decide_on_the_vote(crm, ministry):
    assert crm.json("contribution", "assess", "2026")["invoices"] == 0
    assert [row["kind"] for row in crm.json("dues", "invoices", "GHA")] == ["contribution"] * 2
    assert "unit-member_state-2024" in crm("dues", "lines", "2026-000001").stdout
    vote = crm.json("contribution", "vote", "GHA")
    assert (vote["votes"], vote["lost_since"], vote["to_pay"]) == (False, "2026-04-01", "0.01")
    assert "Ghana has no vote on 2026-11-24" in crm("contribution", "vote", "GHA").output
    assert "no vote" in crm("org", "show", ministry).stdout
    assert crm.json("org", "show", ministry)["vote"]["certainty"] == "unverified"
    assert crm.json("contribution", "vote", "GHA", "--on", "2026-03-31")["votes"] is True
    assert [row["state"] for row in crm.json("contribution", "votes", "--lost")] == ["GHA"]
    crm.json("dues", "pay", "GHA", "0.01", "--on", "2026-11-24", "--reference", "G", "--synthetic")
    assert crm("contribution", "votes", "--lost").stdout.strip() == "No vote is lost."
    assert "Ghana" in crm("report", "arrears-of-member-states").stdout
    assert "Contributions" in crm("report", "contributions-forecast").stdout
