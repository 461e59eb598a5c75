"""Where the product's own templates are: letters, report pages and statements, and the fixed words on pages."""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from crm.errors import ConfigurationError, InvalidInput

PACKAGE = Path(__file__).resolve().parent


def templates_folder() -> Path:
    """The folder that holds the templates of letters and reports.

    An installed package carries them as `crm/_templates`; a checkout has them at its top level.

    Returns:
        The folder; `mail/`, `report/` and `statement/` are inside.

    Raises:
        ConfigurationError: neither place holds them.
    """
    for folder in (PACKAGE / "_templates", PACKAGE.parent / "templates"):
        if folder.is_dir():
            return folder
    raise ConfigurationError(
        "The templates of letters and reports are missing.",
        subject="templates",
        value=str(PACKAGE),
        hint="Install the package again, or run from a complete checkout.",
    )


@cache
def page_template(name: str, *folders: str) -> Template:
    """A page of our own: whatever it shows is escaped, and what it is not given is an error.

    Args:
        name: its file.
        folders: where it is, and what it includes, inside the folder of templates; e.g. "report".
    """
    pages = Environment(
        loader=FileSystemLoader([templates_folder() / folder for folder in folders]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return pages.get_template(name)


@cache
def words_in(folder: str, language: str) -> Mapping[str, str]:
    """The fixed words of a kind of page in one of the six languages of the Union.

    Args:
        folder: the folder of its templates, e.g. "report"; they are in its `words.csv`.
        language: "ar", "zh", "en", "fr", "ru" or "es".

    Returns:
        The words by name.

    Raises:
        InvalidInput: there are none in that language.
    """
    with (templates_folder() / folder / "words.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    languages = [name for name in lines[0] if name != "word"]
    if language not in languages:
        raise InvalidInput(
            f"A {folder} is not written in {language!r}.",
            field="language",
            value=language,
            candidates=languages,
        )
    return MappingProxyType({line["word"]: line[language] for line in lines})
