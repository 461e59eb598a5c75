from collections import Counter

import pytest

from workers.demo_big.judging import quality
from workers.demo_big.slips import (
    SLIPS,
    a_word_short,
    by_ear,
    mistyped,
    reordered,
    without_form,
    written_again,
)

NAMES = [f"{word} Satellite Services Ltd" for word in ("Acme", "Zenith", "Borealis", "Cumulus", "Deneb")]


def bare(name):
    return name.removesuffix(" Ltd").casefold()


def test_a_name_is_written_again_the_same_way_each_time():
    assert [written_again(name, bare(name)) for name in NAMES] == [
        written_again(name, bare(name)) for name in NAMES
    ]


def test_every_slip_happens_about_as_often():
    names = [f"Acme Satellites {number}" for number in range(500)]
    counted = Counter(written_again(name, name.casefold())[1] for name in names)
    assert counted.keys() == SLIPS.keys()
    assert min(counted.values()) > 60


@pytest.mark.parametrize("name", NAMES)
def test_each_slip_does_what_it_says(name):
    assert without_form(name, bare(name)).casefold() == bare(name)
    assert abs(len(mistyped(name, bare(name))) - len(bare(name))) <= 1
    assert len(by_ear(name, bare(name))) == len(bare(name))
    again = reordered(name, bare(name)).casefold().split()
    assert again != bare(name).split()
    assert sorted(again) == sorted(bare(name).split())
    short = a_word_short(name, bare(name)).casefold().split()
    assert (len(short), short[0]) == (2, bare(name).split()[0])


def test_short_names_survive():
    for slip in SLIPS.values():
        assert len(slip("Xy", "xy").strip()) >= 1


def test_quality_is_what_was_found_of_what_there_is():
    known = {(1, 11): "with a slip", (2, 12): "with a slip", (3, 13): "by ear", (4, 14): "by ear"}
    judged = quality([(1, 11), (3, 13), (5, 6)], known)
    assert (judged.recall, judged.precision) == (0.5, 2 / 3)
    assert (judged.found, judged.wrong) == ({"with a slip": 1, "by ear": 1}, 1)
    assert str(judged) == "recall 50%, precision 67%"
    assert (quality([], {}).recall, quality([], {}).precision) == (0.0, 0.0)
