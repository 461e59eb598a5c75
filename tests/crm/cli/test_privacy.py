"""What a person may ask for, and the way back, on the command line."""

import json

from crm.cli.failures import ExitCode

AMINA = "amina@acme.example"


def test_a_person_is_shown_what_is_held_on_them(crm, acme, tmp_path):
    assert crm.json("person", "export", AMINA)["held"]["person"]["rows"][0]["name"] == "Amina Odhiambo"
    assert "position: What a person does at an organisation" in crm("person", "export", AMINA).stdout
    file = tmp_path / "amina.json"
    assert str(file) in crm("person", "export", AMINA, "--to", file).stdout
    assert json.loads(file.read_text())["name"] == "Amina Odhiambo"


def test_a_person_is_erased_once_the_count_is_named(crm, acme):
    looked = crm("person", "erase", AMINA, "--reason", "asked by letter")
    assert "would be erased" in looked.stdout
    count = crm.json("person", "erase", AMINA, "--reason", "asked by letter")["count"]
    assert f"--confirm {count}" in looked.stderr
    wrong = crm("person", "erase", AMINA, "--reason", "asked by letter", "--confirm", "1")
    assert wrong.exit_code == ExitCode.REFUSED
    assert f"Look without --confirm, then say --confirm {count}" in wrong.stderr
    done = crm("person", "erase", AMINA, "--reason", "asked", "--confirm", count)
    assert "values erased" in done.stdout
    assert crm("person", "show", AMINA).exit_code == ExitCode.NOT_FOUND
    assert crm.json("suppression", "show", AMINA)[0]["scope"] == "campaigns"


def test_what_has_been_kept_for_long_enough_is_looked_at_and_cleared(crm, acme):
    seen = crm.json("retention", "preview")
    assert {line["rule"]: line["rows"] for line in seen["report"]["rules"]}["answers_raw"] == 0
    assert "Received messages as they arrived" in crm("retention", "preview").stdout
    assert "--confirm 0" in crm("retention", "preview").stderr
    assert crm.json("retention", "apply", "--confirm", seen["count"])["report"]["applied"]
    refused = crm("retention", "apply", "--confirm", 3, "--rule", "answers_raw")
    assert refused.exit_code == ExitCode.REFUSED
    assert "`crm retention preview`" in refused.stderr


def test_a_change_is_undone_by_the_number_of_its_line(crm, acme):
    crm.json("org", "change", acme["id"], "--country", "UG", "--reason", "moved")
    line = crm.json("history", acme["id"], "--field", "country", "--since", "today")[-1]
    assert (line["before"], line["after"]) == ({"country": "KEN"}, {"country": "UGA"})
    shown = crm("history", acme["id"])
    assert "country KEN → UGA" in shown.stdout
    assert "normal" not in shown.stdout
    would = crm("restore", line["id"], "--reason", "a mistake", "--dry-run")
    assert "country UGA → KEN (a dry run: nothing was written)" in would.stdout
    assert crm.json("restore", line["id"], "--reason", "a mistake")["after"] == {"country": "KEN"}
    assert crm.json("org", "show", acme["id"])["organization"]["country"] == "KEN"
    again = crm("restore", line["id"], "--reason", "a mistake")
    assert again.exit_code == ExitCode.REFUSED
    assert "Say --force" in again.stderr


def test_a_field_is_put_back_as_it_was_at_a_time(crm, acme):
    refused = crm("restore", "Acme Satellites", "--field", "country", "--reason", "why")
    assert refused.exit_code == ExitCode.INVALID_INPUT
    assert "--field …, --at …" in refused.stderr
    found = crm.json("restore", "Acme Satellites", "--field", "country", "--at", "today", "--reason", "why")
    assert (found["before"], found["after"]) == ({}, {})


def test_the_history_of_anything_is_found_by_its_number(crm, acme):
    step = crm.json("follow-up", "plan", acme["id"], "call")
    assert [line["verb"] for line in crm.json("history", step["id"])] == ["follow_up.planned"]
