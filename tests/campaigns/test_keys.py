from hypothesis import given
from hypothesis import strategies as st

from campaigns.keys import letter_key

numbers = st.integers(min_value=1, max_value=2**63 - 1)
letters = st.tuples(numbers, st.from_regex(r"[a-z][a-z0-9_]{0,40}", fullmatch=True), numbers)


@given(letters, letters)
def test_wish_13_two_letters_share_a_key_only_if_run_step_and_person_are_the_same(one, other):
    keys = [letter_key(run, step=step, person_id=person) for run, step, person in (one, other)]
    assert (keys[0] == keys[1]) == (one == other)
