"""The few words around a report's figures, in its language."""

from collections.abc import Mapping

from crm.templates_folder import words_in


def words(language: str) -> Mapping[str, str]:
    """The words that frame a report ("Definition", "Total" …) in one of the six languages of the Union.

    Args:
        language: "ar", "zh", "en", "fr", "ru" or "es".

    Returns:
        The words by name, from `templates/report/words.csv`.

    Raises:
        InvalidInput: reports are not written in that language.
    """
    return words_in("report", language)
