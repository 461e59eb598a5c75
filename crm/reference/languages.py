"""The six official languages of the Union (ITU Constitution, Article 29)."""

from enum import StrEnum

from babel import Locale

from crm.errors import InvalidInput

_LOCALES = {"en": "en_GB", "zh": "zh_Hans"}
"""The languages whose bare code would bring American or unspecified customs; the United Nations write the day before the month."""


class Language(StrEnum):
    """A language of correspondence, by its ISO 639-1 code."""

    ARABIC = "ar"
    CHINESE = "zh"
    ENGLISH = "en"
    FRENCH = "fr"
    RUSSIAN = "ru"
    SPANISH = "es"


def locale(language: str) -> Locale:
    """The customs for figures and days that go with a language; also with a tag such as ``pt-BR``."""
    return Locale.parse(_LOCALES.get(language, language.replace("-", "_")))


def known_language(text: str) -> Language:
    """The language that a code or name means, e.g. "fr", "FR-ch", "French" or "français".

    Raises:
        InvalidInput: it is none of the six.
    """
    wanted = text.strip().casefold()
    for language in Language:
        customs = Locale(language.value)
        names = {language.value, customs.get_display_name("en"), customs.get_display_name(language.value)}
        if (
            wanted in {str(name).casefold() for name in names}
            or wanted.split("-")[0].split("_")[0] == language.value
        ):
            return language
    raise InvalidInput(
        f"{text!r} is not one of the six languages.",
        field="language",
        value=text,
        candidates=[lang.value for lang in Language],
    )
