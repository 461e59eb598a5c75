from datetime import date
from decimal import Decimal

import pytest

from crm.errors import InvalidInput, NotFound
from crm.membership.what_if import Cost, EligibilityChange, FeeChange, MinimumChange, Range, Who
from crm.reference.response_assumptions import Rate
from crm.reports.what_if.simulation import TABLES

SINCE = date(2024, 1, 1)
TEN_MORE = FeeChange("associate-*", by="10%")
NOBODY_ANSWERS = {rate.value: 0.0 for rate in Rate}


@pytest.fixture
def members(book):
    """It is 24 November 2026: two Sector Members, three Associates, one university, and one that has left."""
    book.staff.add("Dana Novak", email="dana@accord.example", office="BDT")
    add, join = book.organizations.add, book.terms.join
    join(add("Alpha", country="CH"), "sector_member", sector="T", units="2", on=SINCE)
    join(add("Beta", country="KE"), "sector_member", sector="D", on=SINCE)
    join(add("Gamma", country="FR"), "associate", sector="T", study_group="T-SG13", on=SINCE)
    small = add("Delta", country="BR", size="sme")
    join(small, "associate", sector="T", study_group="T-SG13", on=SINCE)
    join(small, "associate", sector="D", study_group="D-SG1", on=SINCE)
    join(add("Epsilon University", kind="university"), "academia", on=SINCE, synthetic=True)
    gone = add("Zeta", country="CH")
    join(gone, "associate", sector="R", study_group="R-SG4", on=SINCE)
    book.terms.denounce(gone, sector="R", on=date(2025, 7, 1), reason="merged")
    return book


def cells(report, *keys):
    return [tuple(row[key] for key in keys) for row in report]


def test_without_an_answer_the_revenue_of_the_book_is_exact_to_the_centime(members):
    found = members.what_if(TEN_MORE, assumptions=NOBODY_ANSWERS, draws=10)
    # 2 units and 1/16; a full fee; the fee of a small enterprise in a developing country, and there in ITU-D; 1/16.
    today = Decimal(127200) + 3975 + 10600 + Decimal("1987.50") * 2 + 3975
    assert found.without.p50 == today
    assert found.net.p50 == Decimal(1060) + Decimal("198.75") * 2
    assert cells(found.table(), "what", "p50")[:2] == [
        ("Fees today", today),
        ("Fees after, if nobody answers", today + Decimal("1457.50")),
    ]


def test_nothing_is_written(members):
    before = len(list(members.trail.latest(limit=1000)))
    members.what_if(TEN_MORE, draws=10)
    assert len(list(members.trail.latest(limit=1000))) == before


def test_who_pays_more_is_told_with_the_accounts_behind_the_number(members):
    payers = members.what_if(TEN_MORE, draws=10).table("payers")
    assert cells(payers, "category", "line", "memberships") == [
        ("sector member", "pay more", 0),
        ("sector member", "pay the same", 2),
        ("sector member", "pay less", 0),
        ("associate", "pay more", 3),
        ("associate", "pay the same", 0),
        ("associate", "pay less", 0),
        ("academia", "pay more", 0),
        ("academia", "pay the same", 1),
        ("academia", "pay less", 0),
    ]
    behind = payers.rows_behind(("associate", "pay more"), "memberships")
    assert cells(behind, "name", "sector", "before", "change") == [
        ("Delta", "T", Decimal("1987.50"), Decimal("198.75")),
        ("Delta", "D", Decimal("1987.50"), Decimal("198.75")),
        ("Gamma", "T", Decimal(10600), Decimal(1060)),
    ]


def test_the_accounts_most_at_risk_stand_first_by_name(members):
    answers = NOBODY_ANSWERS | {"exit_anyway": 0.04, "exit_by_rise": 0.4}
    risk = members.what_if(TEN_MORE, assumptions=answers, draws=10).table("at-risk")
    assert cells(risk, "name", "memberships", "chance", "at_risk") == [
        ("Gamma", "associate T", Decimal("0.08"), Decimal("466.40")),
        ("Delta", "associate T, associate D", Decimal("0.08"), Decimal("174.90")),
    ]


def test_whoever_loses_a_reduction_is_meant_by_where_it_is_based(members):
    brazil = EligibilityChange("developing", granted=False, who=Who(income="upper-middle"))
    payers = members.what_if(brazil, draws=10).table("payers")
    behind = payers.rows_behind(("associate", "pay more"), "memberships")
    assert cells(behind, "name", "sector", "before", "after") == [
        ("Delta", sector, Decimal("1987.50"), Decimal("3975.00")) for sector in "TD"
    ]


def test_revenue_by_region_puts_whoever_has_no_country_on_a_line_of_its_own(members):
    report = members.what_if(TEN_MORE, draws=10).table("revenue-by-region")
    today = {row["group"]: row["p50"] for row in report if row["what"] == "Fees today"}
    assert today["Not stated"] == 3975
    assert today["Africa"] == 3975
    assert (
        sum(amount for group, amount in today.items() if group != "All memberships")
        == today["All memberships"]
    )


def test_a_stated_cost_is_held_against_fees_and_without_one_there_is_no_row(members):
    assert len(members.what_if(TEN_MORE, draws=10).table("costs")) == 0
    cost = Cost(amount=100_000, category="sector_member", sector="T", source="budget 2026")
    costs = members.what_if(TEN_MORE, draws=10, costs=[cost], assumptions=NOBODY_ANSWERS).table("costs")
    assert cells(costs, "whom", "today", "covered_today", "chance", "source") == [
        ("sector member in T", Decimal(127200), Decimal("1.272"), 1, "budget 2026")
    ]


def test_every_table_says_what_is_asked_what_is_assumed_and_that_it_is_not_verified(members):
    found = members.what_if([TEN_MORE, MinimumChange("sector-member-T", 3)], draws=10, seed=5)
    reports = found.tables()
    assert [report.name for report in reports] == [f"what-if-{name}" for name in TABLES]
    for report in reports:
        said = " ".join(report.notes)
        assert "Synthetic" in said
        assert "the fee associate-* +10%; the lowest class sector-member-T at 3" in said
        assert "none is verified" in said
        assert "exit by rise 0.1 to 0.8, likely 0.3" in said
        assert (report.filters["draws"], report.filters["seed"]) == (10, 5)


@pytest.mark.parametrize("name", TABLES)
def test_every_table_comes_out_in_every_form(members, name, tmp_path):
    report = members.what_if(TEN_MORE, draws=10, costs=[Cost(amount=1000, category="associate")]).table(name)
    assert report.to_csv(tmp_path / "table.csv").exists()
    assert report.to_xlsx(tmp_path / "table.xlsx").exists()
    assert "</html>" in report.to_html()
    assert len(str(report)) > 500


def test_the_same_seed_gives_the_same_answer(members):
    one, again, other = (members.what_if(TEN_MORE, draws=200, seed=seed) for seed in (3, 3, 4))
    assert one.results == again.results
    assert one.results != other.results


def test_what_is_assumed_changes_the_answer_and_is_printed_with_it(members):
    strong = {"exit_by_rise": Range(4, 5, 6)}
    found = members.what_if(TEN_MORE, draws=500, assumptions=strong)
    assert found.net.mean < members.what_if(TEN_MORE, draws=500).net.mean
    stated = {row["assumption"]: row["basis"] for row in found.table("assumptions")}
    assert stated["exit by rise"] == "triangular; stated with the question, unverified"
    assert stated["exit anyway"] == "triangular; assumption, unverified"


def test_another_day_has_another_membership(members):
    found = members.what_if(TEN_MORE, draws=10, on=date(2025, 1, 1))
    assert found.results.groups[0].memberships == 7


def test_a_notebook_shows_the_summary_and_pandas_gets_the_members(members):
    found = members.what_if(TEN_MORE, draws=10)
    assert "Fees today" in found._repr_html_()
    assert "Fees today" in str(found)
    assert "the fee associate-* +10%" in repr(found)
    frame = found.to_dataframe()
    assert frame.loc[frame["organization"] == "Gamma", "after"].tolist() == [Decimal("11660.00")]


@pytest.mark.parametrize(
    ("given", "field"),
    [({"draws": 0}, "draws"), ({"draws": 10**9}, "draws"), ({"seed": -1}, "seed")],
)
def test_what_makes_no_sense_is_refused_by_name(book, given, field):
    with pytest.raises(InvalidInput) as refused:
        book.what_if(TEN_MORE, **given)
    assert refused.value.field == field


def test_an_unknown_table_is_refused_with_those_there_are(book):
    with pytest.raises(NotFound) as refused:
        book.what_if(TEN_MORE, draws=1).table("weather")
    assert "at-risk" in refused.value.candidates
