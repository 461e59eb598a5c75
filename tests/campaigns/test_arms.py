from decimal import Decimal

from campaigns.arms import arm_of
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
