"""`crm today`, absences and tiers on the command line."""

from datetime import timedelta

import pytest
from support.crm_command import DANA

LUCIA = "lucia@accord.example"


@pytest.fixture
def busy(crm, acme, clock):
    """A day with something to do of every group that the command can make."""
    logged = crm.json(
        "log", "call", acme["id"], "Hello", "--person", "amina@acme.example", "--at", "yesterday"
    )
    crm.json("letter", "draft", logged["interaction"]["id"])
    crm.json("follow-up", "plan", acme["id"], "Send the fee table", "--due", "yesterday")
    crm.json("follow-up", "plan", acme["id"], "Call Amina", "--due", "today")
    other = crm.json("org", "add", "Beta", "--owner", DANA, "--tier", "key", "--synthetic")
    crm.json("log", "email", other["id"], "When is the workshop?", "--inbound", "--at", "40d ago")
    crm.json("standing", "record", other["id"], "good", "--as-of", "3m ago", "--source", "finance")
    crm.json("standing", "record", other["id"], "arrears", "--as-of", "3d ago", "--source", "finance")
    return acme, other


def test_today_is_read_at_a_glance_with_the_next_command(crm, busy):
    _, beta = busy
    shown = crm("today").stdout
    assert shown.splitlines()[0] == "Tuesday 24 November 2026, Dana Reyes"
    for group in ("Overdue (1)", "Today (1)", "Waiting for an answer (1)", "Letters to approve (1)"):
        assert group in shown
    assert "Changes (1)" in shown
    assert "Going cold (1)" in shown
    assert shown.index("Overdue") < shown.index("Today (") < shown.index("Going cold")
    assert "Send the fee table, 1 day late" in shown
    assert "Beta [synthetic]" in shown
    assert f'crm log call {beta["id"]} "…"' in shown
    assert f"crm org show {beta['id']}" in shown


def test_each_next_command_does_what_it_says(crm, busy):
    for need in crm.json("today"):
        if '"…"' not in need["next"] and need["reason"] != "unanswered":
            done = crm(*need["next"].split()[1:])
            assert done.exit_code == 0, need["next"]
    assert {"due", "overdue"}.isdisjoint(need["reason"] for need in crm.json("today"))


def test_only_the_most_urgent_are_shown_and_the_rest_is_counted(crm, busy):
    said = crm("today", "--limit", 2)
    assert "4 more, less urgent: --limit 6 shows them." in said.stderr
    assert len(crm.json("today", "--limit", "2")) == 2


def test_a_day_without_anything_ends_with_a_friendly_line(crm, acme):
    assert crm("today").stdout == (
        "Tuesday 24 November 2026, Dana Reyes: nothing waits. A good day to call somebody.\n"
    )
    assert crm.json("today") == []


def test_the_deputy_is_shown_what_waits_for_a_colleague_who_is_away(crm, acme):
    crm.json("staff", "add", "Lucía Fernández", "--email", LUCIA, "--office", "TSB")
    crm.json("follow-up", "plan", acme["id"], "Call Amina", "--due", "today")
    crm("staff", "away", DANA, "--until", "friday", "--deputy", LUCIA, "--note", "in the field")

    assert "Call Amina, due today (for Dana Reyes)" in crm("today", "--owner", LUCIA).stdout
    assert crm("--actor", LUCIA, "today").stdout == crm("today", "--owner", LUCIA).stdout
    listed = crm("staff", "absences").stdout
    assert ["Dana", "Reyes", "2026-11-24", "2026-11-27", "Lucía", "Fernández", "in", "the", "field"] in [
        line.split() for line in listed.splitlines()
    ]

    assert "called off" in crm("staff", "back", DANA).stdout
    assert "nothing waits" in crm("today", "--owner", LUCIA).stdout
    assert crm("staff", "absences").stdout == "Nobody is away.\n"


def test_an_office_or_a_region_may_be_asked_about(crm, acme, clock):
    clock.advance(timedelta(days=100))
    assert "Thursday 4 March 2027, BDT" in crm("today", "--office", "BDT").stdout
    assert "Acme Satellites" in crm("today", "--office", "BDT", "--region", "africa").stdout
    assert "nothing waits" in crm("today", "--region", "europe").stdout


def test_who_is_not_on_the_staff_is_told_how_to_change_that(crm):
    said = crm("today")
    assert said.exit_code == 3
    assert "`crm staff add`" in said.stderr


def test_overlapping_absences_are_told_with_the_command_that_helps(crm, acme):
    crm("staff", "away", DANA, "--since", "monday")
    said = crm("staff", "away", DANA, "--since", "next friday")
    assert said.exit_code == 6
    assert "See `crm staff absences`; end the other one with `crm staff back`." in said.stderr


def test_the_tier_of_an_account_is_shown_and_the_default_one_is_marked(crm, acme):
    assert "Standard (the default; none is set): in touch within 90 days, 180 at the most" in (
        crm("org", "show", acme["id"]).stdout
    )
    crm.json("org", "change", acme["id"], "--tier", "Key account")
    assert "Key account: in touch within 30 days, 60 at the most" in crm("org", "show", acme["id"]).stdout
    assert crm.json("org", "show", acme["id"])["tier"]["slug"] == "key"
    assert [tier["slug"] for tier in crm.json("org", "tiers")] == ["key", "growth", "standard", "light"]
    said = crm("org", "change", acme["id"], "--tier", "platinum")
    assert said.exit_code == 3
    assert "growth" in said.stderr


def test_wish_14_days_on_the_command_line_are_those_where_one_works(crm, acme, clock):
    clock.at = clock.at.replace(hour=23, minute=30)  # half past midnight in Geneva
    step = crm.json("follow-up", "plan", acme["id"], "Call", "--due", "tomorrow")
    assert step["due_on"] == "2026-11-26"
    logged = crm.json("log", "call", acme["id"], "Hello", "--at", "yesterday")
    assert logged["interaction"]["at"] == "2026-11-24T11:00:00+00:00"
    assert (
        logged["interaction"]["at"]
        < crm.json("log", "call", acme["id"], "Now", "--at", "today")["interaction"]["at"]
    )
