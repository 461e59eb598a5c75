import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.directory.name_keys import name_keys, sound_of

WORDS = st.lists(st.text("abcdefghijklmnoprstuvz", min_size=5, max_size=9), min_size=1, max_size=6)

MEET = [
    ("acme satellites", "satellites acme"),
    ("north star energy", "northstar energy"),
    ("acme", "acme"),
    ("mohammed trading", "muhammad trading"),
    ("газпром нефть", "gazprom neft"),
    ("вымпелком", "vimpelcom"),
    ("الاتصالات السعودية", "al ittisalat al saudia"),
    ("muller bau", "mueller bau"),
    ("acme sattelite services", "acme satelite services"),
]


@pytest.mark.parametrize(("one", "other"), MEET)
def test_names_that_may_mean_the_same_share_a_key(one, other):
    assert set(name_keys(one)) & set(name_keys(other))


def test_names_of_a_trade_do_not_meet_by_its_word_alone():
    assert not set(name_keys("acme energy")) & set(name_keys("zenith energy"))


@given(WORDS, st.data())
def test_a_letter_less_leaves_a_key_unchanged(words, data):
    name = " ".join(words)
    at = data.draw(st.integers(0, len(name) - 1).filter(lambda n: name[n] != " "))
    assert set(name_keys(name)) & set(name_keys(name[:at] + name[at + 1 :]))


@given(WORDS.filter(lambda words: len(words) > 3), st.data())
def test_a_word_less_leaves_a_key_unchanged_in_longer_names(words, data):
    at = data.draw(st.integers(0, len(words) - 1))
    assert set(name_keys(" ".join(words))) & set(name_keys(" ".join(words[:at] + words[at + 1 :])))


@given(WORDS)
def test_keys_are_few_and_fit_the_database(words):
    name = " ".join(words)
    assert len(name_keys(name)) <= 3 + max(len(words), len(name))
    assert all(-(2**63) <= key < 2**63 for key in name_keys(name))


def test_keys_are_the_same_tomorrow():
    # They are stored: other ones for the same name are a change of the rules, and every name has to be respelled.
    assert name_keys("acme") == [3469556990258029185]


def test_a_sound_keeps_the_letters_of_scripts_without_one():
    assert sound_of("中国移动") == "中国移动"
