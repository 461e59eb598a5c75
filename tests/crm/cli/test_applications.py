"""`crm application` and `crm report applications-stuck`."""

import pytest


@pytest.fixture
def applied(crm, acme):
    return crm.json(
        "application", "apply", acme["id"], "associate", "--sector", "T", "--study-group", "T-SG13",
        "--on", "2026-09-14", "--override", "Its articles are on file.",
    )  # fmt: skip


def test_an_application_from_entering_to_the_membership(crm, acme, applied):
    assert (applied["status"], applied["waits_for"], applied["days"]) == ("received", "us", 71)
    crm.json("application", "send-back", applied["id"], "--reason", "No signature", "--on", "2026-09-15")
    crm.json("application", "complete", applied["id"], "--on", "2026-09-20")
    crm.json("application", "forward", acme["id"], "--on", "2026-09-21")
    listed = crm("application", "list", "--party", "administration", "--state", "KE").stdout
    for said in ("Acme Satellites", "associate in ITU-T", "the administration of Kenya (none on file)", "64"):
        assert said in listed
    approval = ("application", "approve", applied["id"], "--on", "2026-11-20", "--starts-on", "2027-01-15")
    assert crm.json(*approval, "--dry-run")["amount"] == "10600.00"
    assert crm.json(*approval, "--no-invoice")["status"] == "approved"
    invoiced = crm.json("application", "invoice", applied["id"])
    assert (invoiced["waits_for"], invoiced["amount"]) == ("the applicant's payment", "10600.00")
    active = crm.json("application", "activate", applied["id"], "--reason", "paid elsewhere")
    assert (active["status"], active["starts_on"]) == ("active", "2027-01-01")
    assert crm.json("term", "list", acme["id"])[0]["since_on"] == "2027-01-01"
    assert "None is open." in crm("application", "list").stdout
    assert "active" in crm("application", "of", acme["id"]).stdout


def test_an_application_is_shown_with_its_steps_and_the_ask_beside_it(crm, acme, applied):
    ask = crm.json("opportunity", "add", acme["id"], "first_membership", "--sector", "T")
    crm.json("application", "refuse", applied["id"], "--reason", "No licence")
    shown = crm("application", "show", applied["id"])
    for said in ("No licence", "Its articles are on file.", "refused"):
        assert said in shown.stdout
    assert f"crm opportunity win {ask['id']}" in shown.stderr
    seen = crm.json("application", "show", applied["id"])
    assert [step["step"] for step in seen["history"]] == ["applied", "refused"]
    assert [one["id"] for one in seen["asks"]] == [ask["id"]]


def test_what_speaks_against_one_is_said_and_hints_speak_of_options(crm, acme, applied):
    said = crm("application", "warnings", acme["id"], "sector_member", "--sector", "D").stdout
    assert "no legal entity" in said
    refused = crm("application", "apply", acme["id"], "sector_member", "--sector", "D")
    assert refused.exit_code == 6
    assert "--override" in refused.stderr
    skipped = crm("application", "approve", applied["id"])
    assert "--reason" in skipped.stderr


def test_what_is_applied_for_changes_and_is_withdrawn(crm, applied):
    changed = crm.json(
        "application", "change", applied["id"], "--study-group", "T-SG17", "--reason", "its letter"
    )
    assert changed["study_group"] == "T-SG17"
    withdrawn = crm.json("application", "withdraw", applied["id"], "--reason", "no budget")
    assert withdrawn["status"] == "withdrawn"


def test_the_account_at_a_glance_says_whom_its_application_waits_for(crm, acme, applied):
    assert (
        "associate in ITU-T: waits for us since 14 September 2026 (71 days)"
        in crm("org", "show", acme["id"]).stdout
    )
    crm.json("application", "withdraw", applied["id"], "--reason", "no budget")
    assert crm.json("org", "show", acme["id"])["applications"] == []


def test_the_list_of_the_day_leads_to_the_application(crm, applied):
    assert f"crm application show {applied['id']}" in crm("today").stdout


def test_what_is_stuck_is_reported(crm, acme, applied, tmp_path):
    crm.json("application", "forward", acme["id"], "--on", "2026-09-21")
    page = tmp_path / "stuck.html"
    said = crm("report", "applications-stuck", "--days", "60", "--html", page).stdout
    assert "Kenya" in said
    assert "64" in said
    assert page.exists()
    behind = crm.json("report", "applications-stuck", "--behind", "KEN:stuck")
    assert behind["rows"][0]["organization"] == "Acme Satellites"
