from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from support.campaign_facts import assemble, campaign, candidate, circumstances, contact, reasons, took_part

from campaigns.arms import arm_of
from crm.membership.terms import Coverage

STRONG = {"participation": (took_part("T-SG17"),)}


def invited(*accounts, **around):
    audience = assemble(campaign(), accounts, circumstances(**around))
    return [row.account.organization_id for row in audience.invited], reasons(audience)


def test_every_account_stands_in_the_audience_exactly_once():
    accounts = [candidate(n, contacts=() if n % 3 else (contact(n),)) for n in range(1, 10)]
    enrolled, left_out = invited(*accounts)
    assert sorted([*enrolled, *left_out]) == list(range(1, 10))
    assert enrolled == [3, 6, 9]


def test_of_a_corporate_group_the_account_with_the_best_signal_is_enrolled():
    enrolled, left_out = invited(
        candidate(1, group_id=1), candidate(2, group_id=1, **STRONG), candidate(3, group_id=1)
    )
    assert enrolled == [2]
    assert left_out == {1: "group_enrolled", 3: "group_enrolled"}


def test_between_equals_the_longest_membership_wins_then_the_lowest_id():
    since = date(2015, 1, 1)
    assert invited(candidate(1, group_id=1), candidate(2, group_id=1, member_since_on=since))[0] == [2]
    assert invited(candidate(2, group_id=1), candidate(1, group_id=1))[0] == [1]


def test_an_account_that_is_left_out_does_not_stand_in_the_way_of_its_group():
    enrolled, left_out = invited(candidate(1, group_id=1, contacts=(), **STRONG), candidate(2, group_id=1))
    assert enrolled == [2]
    assert left_out == {1: "no_contact"}


def test_one_person_is_written_to_once_though_reached_through_two_accounts():
    both = (contact(900),)
    enrolled, left_out = invited(candidate(1, contacts=both), candidate(2, contacts=both, **STRONG))
    assert enrolled == [2]
    assert left_out == {1: "person_enrolled"}


def test_a_group_whose_best_account_shares_its_contact_is_reached_through_another():
    taken = (contact(900),)
    enrolled, left_out = invited(
        candidate(1, contacts=taken, **STRONG),
        candidate(2, group_id=2, contacts=taken),
        candidate(3, group_id=2, member_since_on=date(2024, 1, 1)),
    )
    assert enrolled == [1, 3]
    assert left_out == {2: "person_enrolled"}


def test_an_account_with_two_memberships_comes_in_with_the_one_that_speaks_for_it():
    other = {
        "coverage": Coverage.RADIO,
        "study_group": "R-SG4",
        "own_groups": frozenset({"R-SG4"}),
        "term_id": 1,
    }
    parts = {"participation": (took_part("T-SG17"),)}
    audience = assemble(campaign(), [candidate(1, **other, **parts), candidate(1, **parts)], circumstances())
    assert [(row.account.coverage, row.signal.kind) for row in audience.invited] == [
        (Coverage.STANDARDIZATION, "second_study_group")
    ]
    assert audience.left_out == ()


def test_the_arm_is_that_of_the_corporate_group():
    audience = assemble(campaign(), [candidate(n, group_id=n + 100) for n in range(200)], circumstances())
    share = campaign().hold_out
    assert {row.arm for row in audience.invited} == {"treatment", "hold_out"}
    for row in audience.invited:
        assert row.arm is arm_of(row.account.group_id, salt="associate_upgrade", share=share)


accounts = st.lists(
    st.builds(
        lambda n, group, person, strong: candidate(
            n, group_id=group, contacts=(contact(person),), **(STRONG if strong else {})
        ),
        st.integers(1, 12),
        st.integers(1, 5),
        st.integers(1, 5),
        st.booleans(),
    ),
    max_size=12,
    unique_by=lambda account: account.organization_id,
)


@given(accounts, st.randoms(use_true_random=False))
def test_the_audience_does_not_depend_on_the_order_in_which_accounts_are_read(rows, random):
    shuffled = rows[:]
    random.shuffle(shuffled)
    assert assemble(campaign(), rows, circumstances()) == assemble(campaign(), shuffled, circumstances())


@given(accounts)
def test_wish_13_no_group_and_no_person_is_ever_enrolled_twice(rows):
    audience = assemble(campaign(), rows, circumstances())
    groups = [row.account.group_id for row in audience.invited]
    people = [row.contact.person_id for row in audience.invited]
    assert len(set(groups)) == len(groups)
    assert len(set(people)) == len(people)
    assert len(audience.rows) == len(rows)
