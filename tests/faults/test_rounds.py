"""A handful of rounds; `make faults` plays hundreds, with more letters each."""

from collections.abc import Iterator

import pytest
from faults.ground import Ground, ground
from faults.oracle import TAKEN
from faults.round import play

ACCOUNTS, LETTERS = 150, 135  # a tenth of the accounts is held out
SEEDS = (0, 3, 5)


@pytest.fixture(scope="module")
def accounts() -> Iterator[Ground]:
    with ground(accounts=ACCOUNTS) as found:
        yield found


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_dies_no_letter_goes_out_twice_and_none_is_lost(accounts, seed):
    outcome = play(seed, accounts, letters=LETTERS)
    assert outcome.breaches == (), f"seed {seed}\n{outcome.said}"
    # It was a round, and no walk: workers died, and most letters arrived all the same.
    assert outcome.evidence.kills >= 7
    assert sum(letter.status in TAKEN for letter in outcome.evidence.letters) > LETTERS / 2
