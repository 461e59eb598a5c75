import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.formulas import defused, restored

FORMULAS = [
    "=1+1",
    "+44 20",
    "-5",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1+1",
    "\ufeff=1",
    "  =1",
    "|calc",
    "=cmd@x.example",
    "﹢1",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_put_out_of_action_and_brought_back(text):
    assert defused(text) == "'" + text
    assert restored(defused(text)) == text


@pytest.mark.parametrize("text", ["", "Acme", "1+1", "a,=1", "'Acme'", "O'Hara", "1&1", "'s-Hertogenbosch"])
def test_other_text_stays_as_it_is(text):
    assert defused(text) == text
    assert restored(text) == text


def test_apostrophes_that_were_there_before_are_not_lost():
    assert restored(defused("'=1")) == "'=1"
    assert defused("'=1") == "''=1"


@given(st.text(st.sampled_from("'=+-@|a1 \t\ufeff＝,\n"), max_size=8))
def test_every_text_survives_the_way_out_and_back(text):
    assert restored(defused(text)) == text
    assert defused(text).lstrip(" \ufeff")[:1] not in {"=", "+", "-", "@", "|"}
