from string import Formatter

import pytest

from crm.errors import InvalidInput
from crm.reports.forms.words import words
from crm.templates_folder import words_in


@pytest.mark.parametrize("language", ["ar", "zh", "en", "fr", "ru", "es"])
@pytest.mark.parametrize("folder", ["report", "statement"])
def test_every_word_is_there_in_the_six_languages(folder, language):
    said, english = words_in(folder, language), words_in(folder, "en")
    assert said.keys() == english.keys()
    assert all(said.values())
    assert {name: _blanks(text) for name, text in said.items()} == {
        name: _blanks(text) for name, text in english.items()
    }


def _blanks(text):
    """What is filled into a text: "{maximum}"."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_another_language_is_refused_with_those_there_are():
    with pytest.raises(InvalidInput) as refusal:
        words("tlh")
    assert set(refusal.value.candidates) == {"ar", "zh", "en", "fr", "ru", "es"}
