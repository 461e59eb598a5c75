from decimal import Decimal

import pytest
from support.what_if import ON, assumed, member, memberships, schedule

from crm.membership.what_if.costs import Cost
from crm.membership.what_if.fee_changes import FeeChange
from crm.membership.what_if.groups import Dimension
from crm.membership.what_if.member_changes import CategoryChange
from crm.membership.what_if.members import Who
from crm.membership.what_if.ranges import Range
from crm.membership.what_if.simulating import Question, simulate

REGIONS = (("africa", "Africa"), ("europe", "Europe"), (None, "Not stated"))
HELD = memberships(
    member(),
    member(region="europe"),
    member(sector="D", development="developing", region="africa"),
    member("sector_member", units="1 1/2", region="europe"),
    member("academia", "RTD", development="developing", region="africa"),
)
TEN_MORE = FeeChange("associate-*", by="10%")


def asked(*changes, held=HELD, draws=50, costs=(), **stated):
    question = Question(changes=changes, on=ON, assumptions=assumed(**stated), costs=costs, draws=draws)
    return simulate(question, held, schedule(), REGIONS)


def amounts(results, dimension, figure="unanswered"):
    return {g.name: getattr(g, figure) for g in results.groups if g.dimension is dimension}


def test_without_an_answer_all_figures_are_exact_to_the_centime():
    results = asked(TEN_MORE)
    total = results.groups[0]
    today = Decimal(10600) * 2 + Decimal("1987.50") + Decimal(95400) + Decimal("1987.50")
    rise = Decimal(1060) * 2 + Decimal("198.75")
    assert (total.today, total.unanswered) == (today, today + rise)
    assert {total.without.p5, total.without.p50, total.without.p95, total.without.mean} == {today}
    assert {total.net.p5, total.net.p50, total.net.p95, total.net.mean} == {rise}
    assert results.spread == ((rise, 50),)


@pytest.mark.parametrize(
    ("dimension", "expected"),
    [
        (
            Dimension.CATEGORY,
            {"sector member": "95400", "associate": "25506.25", "academia": "1987.50"},
        ),
        (Dimension.SECTOR, {"R": "0", "T": "118720", "D": "2186.25", "RTD": "1987.50"}),
        (Dimension.REGION, {"Africa": "4173.75", "Europe": "107060", "Not stated": "11660"}),
        (Dimension.DEVELOPMENT, {"developed": "118720", "developing": "4173.75"}),
    ],
)
def test_every_membership_counts_once_in_each_dimension(dimension, expected):
    results = asked(TEN_MORE)
    found = amounts(results, dimension)
    assert found == {name: Decimal(amount) for name, amount in expected.items()}
    assert sum(found.values()) == results.groups[0].unanswered


def test_who_moves_pays_in_the_new_category():
    results = asked(upgrade_anyway=1)
    assert amounts(results, Dimension.CATEGORY, "with_changes")["associate"].p50 == 0
    # 95,400 and twice 31,800, and the lowest class of a developing country in ITU-D: 3,975.
    assert amounts(results, Dimension.CATEGORY, "with_changes")["sector member"].p50 == 162975
    assert amounts(results, Dimension.CATEGORY, "upgrades")["associate"].with_changes.mean == 3


def test_a_changed_category_counts_today_in_the_old_and_then_in_the_new():
    results = asked(CategoryChange(Who(category="associate", sector="D"), "sector_member"))
    today, then = amounts(results, Dimension.CATEGORY, "today"), amounts(results, Dimension.CATEGORY)
    assert (today["associate"], then["associate"]) == (Decimal("23187.50"), Decimal(21200))
    assert then["sector member"] == 95400 + 3975


def test_members_are_told_by_name_with_their_chances():
    first = asked(TEN_MORE, exit_anyway=0.04, exit_by_rise=0.5).members[0]
    assert (first.organization, first.before, first.after) == ("Member 1", 10600, 11660)
    assert first.change == 1060
    assert (first.exit_before, first.exit_after) == pytest.approx((0.04, 0.09))


def test_a_stated_cost_is_held_against_the_fees_of_those_who_cause_it():
    costs = (Cost(amount=23000, category="associate", sector="T"), Cost(amount=200_000))
    first, all_members = asked(TEN_MORE, costs=costs).costs
    assert (first.today, first.with_changes.p50) == (21200, 23320)
    assert (first.covered_without, first.covered_with) == (0, 1)
    assert (all_members.today, all_members.covered_with) == (Decimal(120575), 0)
    half = asked(held=HELD[:1], draws=4000, costs=(Cost(amount=1),), exit_anyway=0.5).costs[0]
    assert half.covered_without == pytest.approx(0.5, abs=0.05)


def test_what_matters_most_is_said_in_francs():
    swings = asked(TEN_MORE, exit_by_rise=Range(0, 0.1, 0.5)).swings
    assert swings[0].rate == "exit_by_rise"
    # A rise by a tenth, and 0.5 of that, leave with the 25,506.25 that all Associates would pay: 1,275.3125.
    assert (swings[0].at_low, swings[0].at_high) == (Decimal("2318.75"), Decimal("1043.44"))
    assert swings[0].width == Decimal("1275.31")


def test_the_spread_holds_every_draw():
    spread = asked(TEN_MORE, draws=500, exit_anyway=0.1, exit_by_rise=1).spread
    assert sum(number for _, number in spread) == 500
    assert len(spread) > 1


def test_nobody_at_all_is_no_mistake():
    results = asked(TEN_MORE, held=(), exit_anyway=0.1)
    assert (results.groups[0].net.p50, results.members, results.groups[0].memberships) == (0, (), 0)
