import json

import pytest

from crm.cli import what_if_words as words
from crm.errors import InvalidInput
from crm.membership.what_if import (
    CategoryChange,
    Cost,
    EligibilityChange,
    FeeChange,
    MinimumChange,
    NewFee,
    Range,
    UnitChange,
    Who,
)


@pytest.fixture
def members(crm, acme):
    crm("term", "join", "acme.example", "sector_member", "--sector", "T", "--on", "2026-01-01")
    return crm


@pytest.mark.parametrize(
    ("read", "text", "meant"),
    [
        (words.fee, "associate-T:12000", FeeChange("associate-T", 12000)),
        (words.fee, "associate-*:+10%", FeeChange("associate-*", by="10%")),
        (words.unit, "-5%", UnitChange(by="-0.05")),
        (words.minimum, "sector-member-T:1 1/2", MinimumChange("sector-member-T", "1 1/2")),
        (
            words.new_fee,
            "category=associate,sector=D,size=sme:1000",
            NewFee(category="associate", sector="D", size="sme", amount=1000),
        ),
        (
            words.category,
            "category=associate,sector=D:sector_member",
            CategoryChange(Who(category="associate", sector="D"), "sector_member"),
        ),
        (words.granted, "sme", EligibilityChange("sme", granted=True)),
        (
            words.withdrawn,
            "developing:income=upper-middle,ldc=no",
            EligibilityChange("developing", granted=False, who=Who(income="upper-middle", ldc=False)),
        ),
        (words.cost, "5000000", Cost(amount=5_000_000, source="command line")),
        (words.cost, "sector=T:900", Cost(amount=900, sector="T", source="command line")),
    ],
)
def test_a_change_is_read_as_it_is_written(read, text, meant):
    found = read(text)
    assert (found, str(found)) == (meant, str(meant))


def test_assumptions_are_ranges_or_certain():
    assert words.assumptions(["exit_by_rise:0.2/0.4/0.9", "exit_anyway:0.05"]) == {
        "exit_by_rise": Range(0.2, 0.4, 0.9),
        "exit_anyway": Range.certain(0.05),
    }


@pytest.mark.parametrize(
    ("read", "text", "field"),
    [
        (words.fee, "associate-T", "fee"),
        (words.fee, "associate-T:much", "amount"),
        (words.minimum, "sector-member-T", "minimum"),
        (words.new_fee, "colour=red:1000", "new-fee"),
        (words.new_fee, "associate:1000", "new-fee"),
        (words.withdrawn, "developing:income", "withdraw"),
        (words.withdrawn, "developing:income=odd", "income"),
        (lambda text: words.assumptions([text]), "exit_anyway:a/b", "assume"),
        (lambda text: words.assumptions([text]), "exit_anyway:0.1/0.2", "assume"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(read, text, field):
    with pytest.raises(InvalidInput) as refused:
        read(text)
    assert refused.value.field == field


def test_the_summary_is_shown_and_all_tables_are_written(members, tmp_path):
    said = members("what-if", "--unit", "+10%", "--draws", "20", "--into", tmp_path / "out")
    assert "34,980.00" in said.stdout
    assert "none is verified" in said.stdout
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"what-if-tornado.html", "what-if-at-risk.xlsx", "what-if-summary.csv"} <= names


def test_a_program_gets_the_table_it_asks_for(members, tmp_path):
    found = members.json(
        "what-if",
        "--minimum",
        "sector-member-T:1",
        "--assume",
        "exit_by_rise:1",
        "--draws",
        "20",
        "--table",
        "at-risk",
        "--csv",
        tmp_path / "risk.csv",
    )
    assert found["name"] == "what-if-at-risk"
    assert json.dumps(found).count("Acme Satellites") == 1
    assert "Acme Satellites" in (tmp_path / "risk.csv").read_text("utf-8")


def test_a_line_that_there_is_not_is_refused_with_those_there_are(members):
    said = members("what-if", "--fee", "associate-X:1")
    assert said.exit_code != 0
    assert "associate-T-sme-developed" in said.stderr
