"""The pages as HTML: one frame, the words of six languages, nothing remote and no script."""

from __future__ import annotations

import base64
import hashlib
import tomllib
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from babel import Locale, negotiate_locale
from markupsafe import Markup

from crm.reference.languages import Language, locale
from crm.templates_folder import page_template, templates_folder

_FOLDER = templates_folder() / "web"
_NAMES = {language: Locale(language).get_display_name(language) for language in Language}
_MOST_ACCEPTED = 20


@cache
def words(language: Language) -> Mapping[str, str]:
    """The words of the pages in a language."""
    return MappingProxyType(tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8")))


def page(name: str, language: Language, *, sender: str, **facts: object) -> str:
    """A page in a language.

    Args:
        name: of its template, as in "unsubscribe".
        language: what its words are written in.
        sender: who we are, at its head.
        **facts: what the template names besides.
    """
    return page_template(f"{name}.html", "web").render(
        facts,
        language=language,
        direction=locale(language).text_direction,
        words=words(language),
        languages=_NAMES.items(),
        sender=sender,
        style=Markup(_style()),  # noqa: S704 - our own file
    )


def style_source() -> str:
    """The only style that a page may have, as a Content-Security-Policy names it (CSP 3, 2.3.1)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()}'"


def chosen_language(chosen: str | None, *, accepted: str, letter: Language | None = None) -> Language:
    """The language of a page: the one chosen on it, else that of the letter, else the best that the browser accepts.

    Args:
        chosen: what the address names.
        accepted: the Accept-Language header.
        letter: the language of the letter, if one is known.
    """
    if chosen in set(Language):
        return Language(chosen)
    wanted = [part.partition(";")[0].strip() for part in accepted.split(",")[:_MOST_ACCEPTED]]
    return letter or Language(negotiate_locale(wanted, list(Language), sep="-") or Language.ENGLISH)


@cache
def _style() -> str:
    return (_FOLDER / "page.css").read_text(encoding="utf-8")
