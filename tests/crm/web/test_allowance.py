import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.web.allowance import Allowance


class Seconds:
    def __init__(self):
        self.now = 1_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def seconds():
    return Seconds()


def test_so_many_at_once_and_then_one_more_every_so_often(seconds):
    allowance = Allowance(3, every=10, seconds=seconds)
    assert [allowance.spend("a") for _ in range(4)] == [0, 0, 0, 10]
    seconds.now += 4
    assert allowance.spend("a") == 6
    seconds.now += 6
    assert [allowance.spend("a") for _ in range(2)] == [0, 10]
    seconds.now += 1_000
    assert [allowance.spend("a") for _ in range(4)] == [0, 0, 0, 10]


def test_each_key_has_its_own(seconds):
    allowance = Allowance(1, every=10, seconds=seconds)
    assert [allowance.spend(key) for key in "aabb"] == [0, 10, 0, 10]


def test_it_keeps_no_more_keys_than_it_may(seconds):
    allowance = Allowance(1, every=10, keys=2, seconds=seconds)
    assert [allowance.spend(key) for key in "abc"] == [0, 0, 0]
    assert allowance.spend("c") == 10
    assert allowance.spend("b") == 10
    assert allowance.spend("a") == 0


@given(st.integers(1, 5), st.lists(st.floats(0, 30), max_size=60))
def test_in_no_stretch_of_time_is_more_allowed_than_stated(burst, pauses):
    seconds = Seconds()
    allowance = Allowance(burst, every=7, seconds=seconds)
    allowed = []
    for pause in pauses:
        seconds.now += pause
        if not allowance.spend("a"):
            allowed.append(seconds.now)
    for first, start in enumerate(allowed):
        for last, end in enumerate(allowed[first:], first):
            assert last - first + 1 <= burst + (end - start) / 7 + 1e-6
