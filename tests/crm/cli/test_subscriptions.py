"""`crm subscription`: reports by mail."""

from support.crm_command import DANA


def test_a_subscription_is_added_listed_previewed_and_ended(crm, acme):
    added = crm.json(
        *("subscription", "add", DANA, "prospects-by-state", "--every", "weekly:friday", "--at", "07:30"),
        *("--form", "csv", "--filter", "region=africa", "--only-if-rows"),
    )
    assert (added["every"], added["at"], added["filters"]) == (
        "weekly:friday",
        "07:30:00",
        {"region": "africa"},
    )
    listed = crm("subscription", "list").stdout
    assert "Dana Reyes" in listed
    assert "weekly, friday at 07:30" in listed
    assert "not due yet" in listed
    assert len(crm.json("subscription", "preview", added["id"])["rows"]) == 44
    assert crm.json("subscription", "days", added["id"]) == []
    assert crm.json("subscription", "end", added["id"], "--reason", "enough")["ended_at"]
    assert crm.json("subscription", "list") == []


def test_what_makes_no_sense_is_refused_with_the_next_command(crm, acme):
    said = crm("subscription", "add", DANA, "gossip")
    assert said.exit_code == 3
    assert "prospects-by-state" in said.stderr
    assert crm("subscription", "add", DANA, "prospects-by-state", "--filter", "africa").exit_code == 5
    assert "crm subscription list" in crm("subscription", "end", "404").stderr
