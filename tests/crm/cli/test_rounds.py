"""`crm contribution` and `crm round`: classes of contribution and the rounds in which they are announced."""

import pytest


@pytest.fixture
def asked(crm):
    crm.json(
        "round", "open", "2028-2031 provisional", "--circular", "CL-25/36", "--period", "2028-2031",
        "--deadline", "2026-12-31", "--on", "2026-07-01",
    )  # fmt: skip
    return crm.json("round", "ask", "CL-25/36", "--on", "2026-07-01")


def test_a_class_is_shown_with_where_it_is_known_from(crm):
    assert "reference, derived" in crm("contribution", "show", "FRA").stdout
    assert len(crm.json("contribution", "show", "--on", "2024-12-31")) == 194
    said = crm("contribution", "history", "China").stdout
    assert said.index("14") < said.index("20")
    total = crm.json("contribution", "total", "--year", "2024")
    assert (total["units"], total["states"]) == ("8543/24", 194)
    assert "6,625.00" in crm("contribution", "assessed", "Palau", "2024").stdout


def test_a_rule_warns_and_the_way_past_it_is_told_in_options(crm):
    warned = crm("contribution", "check", "CAN", "8", "--on", "2028-01-01").stdout
    assert "8 is less than 9" in warned
    assert "No rule warns." in crm("contribution", "check", "CAN", "9", "--on", "2028-01-01").stdout
    words = ("contribution", "choose", "CAN", "8", "--on", "2028-01-01", "--reason", "PP-26")
    refused = crm(*words)
    assert refused.exit_code == 6
    assert "--override …" in refused.stderr
    chosen = crm(*words, "--override", "authorised by the Conference")
    assert "Warning: 8 is less than 9" in chosen.stderr
    assert "authorised" in crm("contribution", "recorded", "CAN").stdout
    crm("contribution", "withdraw", "CAN", "--on", "2028-01-01", "--reason", "A try")
    assert crm.json("contribution", "show", "CAN", "--on", "2028-01-01")[0]["units"] == "11"


def test_a_round_from_the_letter_to_the_definitive_choice(crm, asked):
    assert len(asked) == 194
    assert crm.json("round", "answer", "CL-25/36", "FRA", "--on", "2026-09-01")["units"] == "21"
    far = crm("round", "answer", "CL-25/36", "LBY", "1/16", "--on", "2026-09-02")
    assert far.stderr.count("Warning:") == 2
    again = crm("round", "answer", "CL-25/36", "FRA", "20", "--on", "2026-09-01")
    assert "`crm round correct`" in again.stderr
    crm.json("round", "correct", "CL-25/36", "FRA", "18", "--reason", "misread")
    said = " ".join(crm("round", "show", "CL-25/36", "--answers", "--lower", "0.1").stdout.split())
    for words in ("answered 2 (1.0% of 194 asked)", "lowers", "silent 192", "10 per cent go down", "France"):
        assert words in said
    assert crm.json("round", "show", "CL-25/36", "--on", "2026-08-31")["answered"] == 0
    assert len(crm.json("round", "reminders")) == 192
    crm.json("round", "move-deadline", "CL-25/36", "2027-06-30", "--reason", "more time")
    assert "No reminder is due." in crm("round", "reminders").stdout
    crm.json(
        "round", "open", "definitive", "--circular", "PP-26", "--period", "2028", "--kind", "definitive",
        "--deadline", "2026-11-27", "--on", "2026-11-09",
    )  # fmt: skip
    crm.json("round", "answer", "definitive", "FRA", "19", "--channel", "conference", "--on", "2026-11-20")
    beside = crm("round", "compare", "CL-25/36", "definitive").stdout
    assert "1 higher" in beside
    assert crm("round", "take-over", "definitive").exit_code == 6
    crm.json("round", "close", "definitive", "--reason", "the Conference ended", "--on", "2026-11-24")
    assert crm.json("round", "take-over", "definitive", "--dry-run")[0]["units"] == "19"
    assert "France" not in crm("round", "take-over", "definitive").stderr
    assert "Nothing is left" in crm("round", "take-over", "definitive").stdout
    assert crm.json("contribution", "show", "FRA", "--on", "2028-01-01")[0]["units"] == "19"
    assert [row["name"] for row in crm.json("round", "list")] == ["definitive", "2028-2031 provisional"]


def test_the_report_of_a_round_is_a_command(crm, asked):
    said = crm("report", "contribution-round", "--region", "Africa", "--lower", "0.2").stdout
    assert "194 were asked" in said
    assert "20 per cent go down" in said
