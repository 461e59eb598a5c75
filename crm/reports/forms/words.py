"""The few words around a report's figures, in its language."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from crm.errors import InvalidInput
from crm.templates_folder import templates_folder


@cache
def words(language: str) -> Mapping[str, str]:
    """The words that frame a report ("Definition", "Total" …) in one of the six languages of the Union.

    Args:
        language: "ar", "zh", "en", "fr", "ru" or "es".

    Returns:
        The words by name, from `templates/report/words.csv`.

    Raises:
        InvalidInput: reports are not written in that language.
    """
    with (templates_folder() / "report" / "words.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    languages = [name for name in lines[0] if name != "word"]
    if language not in languages:
        raise InvalidInput(
            f"Reports are not written in {language!r}.",
            field="language",
            value=language,
            candidates=languages,
        )
    return MappingProxyType({line["word"]: line[language] for line in lines})
