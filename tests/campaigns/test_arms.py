from collections import Counter
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from campaigns.arms import arm_of, variant_of
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
