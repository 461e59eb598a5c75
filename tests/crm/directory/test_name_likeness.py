import hashlib
from dataclasses import astuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.directory.name_likeness import THRESHOLDS, NameSign, Thresholds, name_sign
from crm.directory.weighing import RULES, WEIGHTS

ALIKE = [
    ("acme telecom", "acme telecom", NameSign.SAME),
    ("telecom acme", "acme telecom", NameSign.ORDER),
    ("north star energy", "northstar energy", NameSign.ORDER),
    ("mohammed trading", "muhammad trading", NameSign.SOUND),
    ("venkateswara rice", "venkateshwara rice", NameSign.SOUND),
    ("газпром нефть", "gazprom neft", NameSign.SOUND),
    ("caliber equipment", "kalibre equipment", NameSign.SOUND),
    ("carrington power", "carington power", NameSign.SOUND),
    ("kapsons industries", "kapzons industries", NameSign.SPELLING),
    ("acme satellites", "acme satelites", NameSign.SOUND),
    ("shiva industries", "shivam industries", NameSign.SHORT),
    ("acme rice mill industries", "acme rice industries", NameSign.LONGER),
]
APART = [
    ("icc wealth management", "randall wealth management"),
    ("van gent holding", "van roij holding"),
    ("solar park 8", "solar park 9"),
    ("oaktree fund ii", "oaktree fund iii"),
    ("housing associates lxxi", "housing associates lxxii"),
    ("cell a", "cell b"),
    ("bm agro industries", "bmn agro industries"),
    ("amokha green energy india", "green energy india"),
    ("acme telecom", "acme"),
    ("华为技术", "华为科技"),
]


@pytest.mark.parametrize(("one", "other", "sign"), ALIKE)
def test_names_are_alike_for_a_reason_that_can_be_told(one, other, sign):
    assert name_sign(one, other) is sign
    assert name_sign(other, one) is sign


@pytest.mark.parametrize(("one", "other"), APART)
def test_names_that_only_look_alike_are_not(one, other):
    assert name_sign(one, other) is None
    assert name_sign(other, one) is None


@given(st.text("ab 1", min_size=1), st.text("ab 1", min_size=1))
def test_it_does_not_matter_which_name_comes_first(one, other):
    assert name_sign(one, other) is name_sign(other, one)


def test_the_thresholds_are_values_that_can_be_tried():
    strict, loose = Thresholds(ratio=1.0), Thresholds(ratio=0.6)
    assert name_sign("kapsons industries", "kapzons industries", by=strict) is None
    assert name_sign("van bentum beheer", "van bertem beheer", by=loose) is NameSign.SPELLING


def test_other_weights_or_thresholds_are_another_version_of_the_rules():
    told = f"{RULES} {sorted(WEIGHTS.items())} {astuple(THRESHOLDS)}"
    assert hashlib.sha256(told.encode()).hexdigest()[:12] == "7f5cc398a7bd"
