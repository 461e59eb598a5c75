"""An account manager's day on the command line: organisations, people, membership, conversations."""

from support.crm_command import DANA


def test_an_account_at_a_glance(crm, acme):
    crm.json("org", "mark", "acme.example", "prospect", "--source", "trade fair")
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
        "2026-01-01",
    )
    crm.json("standing", "record", acme["id"], "good", "--as-of", "2026-10-31", "--source", "finance extract")
    crm.json("log", "call", acme["id"], "They grow", "--next", "send the fee table", "--due", "14d")
    shown = crm("org", "show", "amina@acme.example").stdout
    for line in (
        "Acme Satellites",
        "KEN",
        "Dana Reyes",
        "prospect since 2026-11-24",
        "associate in T since 2026-01-01",
    ):
        assert line in shown
    for line in (
        "good as of 2026-10-31 (finance extract)",
        "send the fee table (by 2026-12-08)",
        "They grow",
    ):
        assert line in shown


def test_the_same_for_a_program(crm, acme):
    seen = crm.json("org", "show", acme["id"])
    assert seen["organization"] == acme
    assert seen["owner"]["email"] == DANA
    assert [person["name"] for person in seen["people"]] == ["Amina Odhiambo"]
    assert seen["standing"] is None


def test_organisations_are_found_by_part_of_a_name_or_any_key(crm, acme):
    crm.json("org", "add", "Acme Cloud", "--country", "FR")
    assert [row["name"] for row in crm.json("org", "find", "ACME")] == ["Acme Satellites", "Acme Cloud"]
    assert [row["name"] for row in crm.json("org", "find", "acme", "--country", "Kenya")] == [
        "Acme Satellites"
    ]
    assert [row["id"] for row in crm.json("org", "find", "acme.example")] == [acme["id"]]
    assert [row["id"] for row in crm.json("org", "find", "--owner", DANA)] == [acme["id"]]
    assert crm.json("org", "find", "acme", "--country", "CH") == []


def test_a_search_that_finds_nothing_tells_what_looks_alike(crm, acme):
    said = crm("org", "find", "Acme Satelites")
    assert said.exit_code != 0
    assert "Acme Satellites" in said.stderr


def test_a_change_keeps_the_former_name_and_is_on_the_trail(crm, acme):
    crm.json(
        "org",
        "change",
        acme["id"],
        "--name",
        "Acme Orbit",
        "--name-in",
        "fr=Acmé Orbite",
        "--reason",
        "merger",
    )
    names = {(name["kind"], name["name"]) for name in crm.json("org", "names", "Acme Orbit")}
    assert names == {("legal", "Acme Orbit"), ("alias", "Acme Satellites"), ("display", "Acmé Orbite")}
    last = crm.json("history", acme["id"])[-1]
    assert (last["verb"], last["reason"], last["before"]) == (
        "organization.changed",
        "merger",
        {"name": "Acme Satellites"},
    )


def test_a_corporate_group_is_listed_from_its_head(crm, acme):
    crm.json("org", "add", "Acme Kenya", "--parent", acme["id"])
    assert [row["name"] for row in crm.json("org", "group", "Acme Kenya")] == [
        "Acme Satellites",
        "Acme Kenya",
    ]


def test_a_prospect_is_marked_and_unmarked(crm, acme):
    crm.json("org", "mark", acme["id"], "prospect", "--since", "2026-01-01")
    ended = crm.json("org", "unmark", acme["id"], "prospect", "--reason", "joined", "--on", "yesterday")
    assert (ended["since_on"], ended["until_on"]) == ("2026-01-01", "2026-11-23")


def test_a_person_moves_to_another_organisation(crm, acme):
    crm.json("org", "add", "Other")
    crm.json("person", "leave", "amina@acme.example", acme["id"], "--on", "2026-11-30")
    crm.json("person", "join", "amina@acme.example", "Other", "--role", "Director", "--since", "2026-12-01")
    assert crm.json("person", "at", acme["id"], "--on", "2026-12-01") == []
    assert [p["name"] for p in crm.json("person", "at", "Other", "--on", "2026-12-01")] == ["Amina Odhiambo"]
    shown = crm("person", "show", "Amina Odhiambo").stdout
    assert "at (Acme Satellites) until 2026-11-30" in shown
    assert "Director (Other) since 2026-12-01" in shown


def test_an_address_is_added_as_the_hint_says(crm, acme):
    person = crm.json("person", "add", "Jo", "--at", acme["id"])
    met = crm.json("log", "call", acme["id"], "hello", "--person", person["id"])
    said = crm("letter", "draft", met["interaction"]["id"])
    assert f"crm person change {person['id']} --email" in said.stderr
    crm.json("person", "change", person["id"], "--email", "jo@acme.example")
    assert crm("letter", "draft", met["interaction"]["id"]).exit_code == 0


def test_a_membership_from_joining_to_leaving(crm, acme):
    crm.json(
        "term",
        "join",
        acme["id"],
        "associate",
        "--sector",
        "T",
        "--study-group",
        "SG 13",
        "--on",
        "2024-01-01",
    )
    crm.json("term", "upgrade", acme["id"], "--sector", "T", "--on", "2025-01-01")
    crm.json("term", "denounce", acme["id"], "--sector", "T", "--on", "2026-01-01", "--reason", "budget")
    terms = crm.json("term", "list", acme["id"])
    assert [(t["category"], t["since_on"], t["until_on"]) for t in terms] == [
        ("associate", "2024-01-01", "2024-12-31"),
        ("sector_member", "2025-01-01", "2025-12-31"),
    ]
    assert [e["kind"] for e in crm.json("term", "ledger", acme["id"])] == ["join", "upgrade", "denunciation"]
    assert crm.json("term", "list", acme["id"], "--on", "today") == []


def test_a_further_sector_another_class_and_an_end_by_exclusion(crm, acme):
    crm.json(
        "term", "join", acme["id"], "sector_member", "--sector", "T", "--units", "1/2", "--on", "2024-01-01"
    )
    crm.json("term", "further-sector", acme["id"], "--sector", "D", "--units", "1/8", "--on", "2025-01-01")
    crm.json("term", "class-change", acme["id"], "--sector", "T", "--units", "1 1/2", "--on", "2025-01-01")
    low = ("term", "downgrade", acme["id"], "--sector", "T", "--study-group", "SG13", "--on", "2026-01-01")
    crm.json(*low)
    excluded = crm(
        "term", "exclude", acme["id"], "--sector", "D", "--on", "2026-01-01", "--reason", "arrears"
    )
    assert "--override" in excluded.stderr  # the ladder does not ask for it
    said = ["--reason", "arrears", "--override", "recorded late"]
    crm.json("term", "exclude", acme["id"], "--sector", "D", "--on", "2026-01-01", *said)
    terms = crm.json("term", "list", acme["id"])
    assert [(t["coverage"], t["category"], t["units"], t["ended_by"]) for t in terms] == [
        ("T", "sector_member", "1/2", "class_change"),
        ("D", "sector_member", "1/8", "exclusion"),
        ("T", "sector_member", "3/2", "downgrade"),
        ("T", "associate", None, None),
    ]
    assert "1 1/2" in crm("term", "list", acme["id"]).stdout


def test_a_rule_that_says_no_is_an_exit_code_of_its_own(crm, acme):
    join = ("term", "join", acme["id"], "sector_member", "--sector", "T", "--on", "2024-01-01")
    crm.json(*join)
    assert crm(*join).exit_code == 6


def test_standing_that_nobody_has_stated_is_said_to_be_unstated(crm, acme):
    assert "Nobody has said" in crm("standing", "show", acme["id"]).stdout
    assert crm.json("standing", "show", acme["id"]) is None


def test_participation_is_recorded_once(crm, acme):
    part = ("participation", "record", acme["id"], "T-SG13", "attended", "--on", "2026-10-01")
    crm.json(*part)
    assert crm(*part).exit_code == 9
    assert [p["study_group"] for p in crm.json("participation", "list", acme["id"])] == ["T-SG13"]


def test_an_interaction_is_logged_with_its_people_and_its_next_step(crm, acme):
    logged = crm.json(
        "log", "meeting", "acme.example", "Wants study group access", "--person", "amina@acme.example",
        "--next", "send the fee table", "--due", "14d", "--at", "2026-11-20T15:30+02:00",
    )  # fmt: skip
    assert logged["interaction"]["at"] == "2026-11-20T13:30:00+00:00"
    assert logged["interaction"]["office"] == "BDT"
    assert [person["name"] for person in logged["people"]] == ["Amina Odhiambo"]
    assert (logged["next"]["what"], logged["next"]["due_on"]) == ("send the fee table", "2026-12-08")


def test_the_timeline_is_newest_first_and_can_start_on_a_day(crm, acme):
    for day in ("2026-10-01", "2026-11-01", "yesterday"):
        crm.json("log", "note", acme["id"], f"on {day}", "--at", day)
    days = [happened["at"][:10] for happened in crm.json("timeline", acme["id"], "--kind", "interaction")]
    assert days == ["2026-11-23", "2026-11-01", "2026-10-01"]
    assert len(crm.json("timeline", acme["id"], "--since", "2026-11-01")) == 2
    assert "on yesterday" in crm("timeline", acme["id"], "--limit", "1").stdout


def test_follow_ups_are_planned_listed_and_done(crm, acme):
    planned = crm.json("follow-up", "plan", acme["id"], "call back", "--due", "2w")
    crm.json("follow-up", "plan", acme["id"], "invite", "--due", "2027-06-01")
    assert "call back" in crm("follow-up", "list", "--owner", DANA).stdout
    assert [step["what"] for step in crm.json("follow-up", "list", "--due-by", "30d")] == ["call back"]
    crm.json("follow-up", "done", planned["id"], "--outcome", "they agreed")
    assert [step["what"] for step in crm.json("follow-up", "list")] == ["invite"]
    assert crm("follow-up", "done", planned["id"]).exit_code == 6


def test_a_colleague_has_a_drop_address_of_their_own(crm, acme):
    crm.json("staff", "add", "Ola Berg", "--email", "ola@accord.example", "--office", "GS")
    mine, theirs = crm.json("staff", "drop-address"), crm.json("staff", "drop-address", "ola@accord.example")
    assert mine == crm.json("staff", "drop-address", DANA)
    assert mine != theirs
    assert mine.startswith("log+")


def test_staff_and_offices_are_listed(crm, acme):
    assert [person["email"] for person in crm.json("staff", "list")] == [DANA]
    assert not crm.json("staff", "retire", DANA, "--reason", "retired")["active"]
    assert [office["code"] for office in crm.json("office", "list")][:4] == ["GS", "BR", "TSB", "BDT"]


def test_suppression_is_added_shown_and_lifted(crm):
    assert "may be written to" in crm("suppression", "show", "amina@acme.example").stdout
    assert [e["reason"] for e in crm.json("suppression", "add", "amina@acme.example")] == ["asked"]
    assert crm.json("suppression", "lift", "Amina@acme.example", "--reason", "she asked") == {"lifted": 1}
    assert crm.json("suppression", "show", "amina@acme.example") == []


def test_every_id_has_its_history(crm, acme):
    met = crm.json("log", "call", acme["id"], "hello")
    assert [entry["verb"] for entry in crm.json("history", met["interaction"]["id"])] == [
        "interaction.logged"
    ]
    assert [entry["verb"] for entry in crm.json("history", "amina@acme.example")] == ["person.added"]
    assert crm.json("history", "--limit", "1")[0]["verb"] == "interaction.logged"


def test_what_is_made_up_says_so_wherever_it_shows(crm, acme):
    joined = (
        "term",
        "join",
        acme["id"],
        "associate",
        "--sector",
        "T",
        "--study-group",
        "T-SG13",
        "--on",
        "2026-01-01",
    )
    crm.json(*joined, "--synthetic")
    crm.json(
        "standing",
        "record",
        acme["id"],
        "good",
        "--as-of",
        "2026-10-31",
        "--source",
        "rehearsal",
        "--synthetic",
    )
    crm.json("participation", "record", acme["id"], "T-SG17", "attended", "--on", "2026-09-01", "--synthetic")

    card = crm("org", "show", acme["id"]).stdout
    assert "associate in T since 2026-01-01 [synthetic]" in card
    assert "good as of 2026-10-31 (rehearsal) [synthetic]" in card
    for group in ("term", "participation"):
        assert "synthetic" in crm(group, "list", acme["id"]).stdout
    assert "synthetic" in crm("term", "ledger", acme["id"]).stdout


def test_what_changes_a_membership_can_be_rehearsed(crm, acme):
    who = acme["id"]
    join = ("term", "join", who, "sector_member", "--sector", "T", "--on", "2024-01-01")
    right = ("term", "correct", who, "--units", "1", "--on", "2024-01-01", "--reason", "misread")
    notice = (
        "term",
        "give-notice",
        who,
        "--sector",
        "T",
        "--received-on",
        "2026-11-01",
        "--reason",
        "budget",
    )
    exempt = (
        "exemption",
        "grant",
        who,
        "--since",
        "2027-01-01",
        "--until",
        "2027-12-31",
        "--reason",
        "Council",
    )
    for command, listed in ((join, "term"), (right, "term"), (notice, "term"), (exempt, "exemption")):
        before = crm.json(listed, "list", who)
        crm.json(*command, "--dry-run")
        assert crm.json(listed, "list", who) == before
        crm.json(*command)
        assert crm.json(listed, "list", who) != before
