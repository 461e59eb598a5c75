from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.arms import arm_of, arms_of, variant_of
from campaigns.journey import LetterStep
from crm.outreach.run_tables import Arm


def held_out(share: str, *, salt: str = "associate_upgrade") -> set[int]:
    return {n for n in range(10_000) if arm_of(n, salt=salt, share=Decimal(share)) is Arm.HOLD_OUT}


def test_a_group_has_the_same_arm_on_every_machine_and_in_every_year():
    assert sorted(held_out("0.1"))[:5] == [40, 66, 69, 75, 84]


def test_the_share_is_kept_within_what_a_hash_allows():
    assert 900 < len(held_out("0.1")) < 1100
    assert 1850 < len(held_out("0.2")) < 2150


def test_a_larger_share_keeps_everybody_who_was_held_out_before():
    assert held_out("0.1") < held_out("0.2")


def test_two_campaigns_do_not_hold_out_the_same_groups():
    both = held_out("0.1") & held_out("0.1", salt="cross_sell")
    assert len(both) < 200


def test_nobody_is_held_out_where_the_share_is_zero():
    assert held_out("0") == set()


def drawn(sizes: dict[str, int], share: str = "0.1", *, salt: str = "associate_upgrade") -> dict[str, int]:
    """How many groups of each stratum are held out."""
    strata, number = {}, 0
    for stratum, size in sizes.items():
        strata |= dict.fromkeys(range(number, number + size), stratum)
        number += size
    arms = arms_of(strata, salt=salt, share=Decimal(share))
    return {
        stratum: sum(arms[group] is Arm.HOLD_OUT for group, own in strata.items() if own == stratum)
        for stratum in sizes
    }


@pytest.mark.parametrize(
    ("sizes", "share", "whole"),
    [
        ({"large": 100, "active": 50}, "0.1", 15),
        ({"large": 14, "active": 11, "punctual": 13}, "0.1", 4),
        ({"large": 9}, "0.1", 1),
        ({"large": 4}, "0.1", 0),
        ({"large": 5}, "0.1", 1),
        ({}, "0.1", 0),
        ({"large": 40}, "0", 0),
        ({"large": 3, "active": 3}, "0.5", 3),
    ],
)
def test_the_share_is_kept_in_the_whole_and_in_each_stratum(sizes, share, whole):
    held = drawn(sizes, share)
    assert sum(held.values()) == whole
    for stratum, size in sizes.items():
        assert abs(held[stratum] - size * Decimal(share)) < 1


strata = st.dictionaries(st.integers(1, 10_000), st.sampled_from("abc"), min_size=2, max_size=80)


@given(strata, st.sampled_from(["0.1", "0.25", "0.5"]))
def test_one_group_less_changes_the_arms_of_a_few_groups_at_the_most(groups, share):
    fewer = dict(list(groups.items())[1:])
    before, after = (arms_of(some, salt="cross_sell", share=Decimal(share)) for some in (groups, fewer))
    assert sum(before[number] is not after[number] for number in fewer) <= 3


@given(strata)
def test_the_arms_do_not_depend_on_the_order_in_which_groups_are_read(groups):
    turned = dict(reversed(groups.items()))
    assert arms_of(groups, salt="x", share=Decimal("0.2")) == arms_of(turned, salt="x", share=Decimal("0.2"))


LETTER = LetterStep(name="letter", template="a", variants=("b", "c"))


def test_a_letter_without_variants_is_what_everybody_gets():
    assert variant_of(LetterStep(name="letter", template="a"), 7, salt="x") == "a"


@given(st.integers(1, 10**9))
def test_a_group_gets_the_same_variant_whenever_it_is_asked(group):
    assert variant_of(LETTER, group, salt="x") == variant_of(LETTER, group, salt="x")


def test_variants_share_the_groups_about_evenly_whatever_the_arm():
    treated = [n for n in range(3000) if arm_of(n, salt="x", share=Decimal("0.5")) is Arm.TREATMENT]
    counts = Counter(variant_of(LETTER, group, salt="x") for group in treated)
    assert set(counts) == {"a", "b", "c"}
    assert all(abs(count - len(treated) / 3) < len(treated) * 0.05 for count in counts.values())


def test_steps_and_campaigns_choose_apart():
    other = LetterStep(name="reminder", template="a", variants=("b", "c"))
    groups = range(200)
    first = [variant_of(LETTER, group, salt="x") for group in groups]
    assert first != [variant_of(other, group, salt="x") for group in groups]
    assert first != [variant_of(LETTER, group, salt="y") for group in groups]
