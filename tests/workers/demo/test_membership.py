from datetime import date

import pytest

from crm.directory.tables import Organization
from crm.membership.contract.standing import Standing
from crm.reference.categories import Category
from workers.demo.chance import number, one_of, weighed
from workers.demo.membership import chosen_members, made_up_member

TODAY = date(2026, 11, 24)
GROUPS = {"T": ["T-SG2", "T-SG13", "T-SG17"], "R": ["R-SG4", "R-SG5"], "D": ["D-SG1", "D-SG2"]}


def company(n, segment=None):
    return Organization(id=n, name=f"Company {n}", segment=segment)


MEMBERS = [made_up_member(company(n), GROUPS, today=TODAY) for n in range(1000)]


def test_the_same_member_is_made_up_every_time():
    assert made_up_member(company(7), GROUPS, today=TODAY) == MEMBERS[7]


def test_every_standing_occurs_and_most_is_good():
    standings = [member.standing for member in MEMBERS]
    assert set(standings) == {*Standing}
    assert 0.75 < standings.count(Standing.GOOD) / len(standings) < 0.87


def test_only_associates_have_a_study_group_and_it_is_one_of_their_sector():
    for member in MEMBERS:
        assert (member.study_group is not None) == (member.category is Category.ASSOCIATE)
        assert member.study_group is None or member.study_group in GROUPS[member.sector]


def test_only_sector_members_have_chosen_a_class():
    for member in MEMBERS:
        assert (member.units is None) == (member.category is Category.ASSOCIATE)


def test_nothing_lies_in_the_future_and_nobody_leaves_before_joining():
    for member in MEMBERS:
        assert all(part.on < TODAY for part in member.parts)
        assert member.since_on < (member.left_on or TODAY) <= TODAY


def test_each_meeting_is_on_a_day_of_its_own():
    for member in MEMBERS:
        assert len({part.on for part in member.parts}) == len(member.parts)


def test_companies_of_the_digital_ecosystem_become_members_first():
    crowd = [company(n, segment="satellite" if n % 10 == 0 else None) for n in range(100)]
    chosen = chosen_members(crowd, count=12)
    assert [row.segment for row in chosen] == ["satellite"] * 10 + [None] * 2
    assert chosen_members(reversed(crowd), count=12) == chosen


def test_choices_are_spread_as_their_weights_say():
    drawn = [weighed({"often": 90, "seldom": 10, "never": 0}, "draw", n) for n in range(2000)]
    assert "never" not in drawn
    assert 0.87 < drawn.count("often") / len(drawn) < 0.93
    assert {one_of("abc", n) for n in range(50)} == set("abc")


@pytest.mark.parametrize("about", [("a", "bc"), ("ab", "c"), ("abc",)])
def test_what_is_decided_about_is_told_apart(about):
    assert number(*about) != number("a", "b", "c")
