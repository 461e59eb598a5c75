"""Letters on one page, side by side, for people who judge them: each in a frame of its own that can neither run nor load."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from babel import Locale

from crm.mail.appearance import direction
from crm.mail.rendering import Rendered, render
from crm.mail.templates import TemplateFolder
from crm.shown import Shown
from crm.templates_folder import page_template

_FIRST = ("en", "fr", "es", "ru", "zh", "ar")


@dataclass(frozen=True, slots=True)
class ShownLetter(Shown):
    """A letter as it stands on the page.

    Attributes:
        heading: what tells it from the others.
        reviewed_by: who stands for the wording; empty if nobody does, which is marked.
    """

    heading: str
    language: str
    rendered: Rendered
    reviewed_by: str

    @property
    def direction(self) -> str:
        """The reading direction of its language."""
        return direction(self.language)


def sample_page(folder: TemplateFolder, name: str) -> str:
    """A letter in every language it is written in, filled with its sample, as one page.

    Args:
        folder: the letters.
        name: which.

    Raises:
        TemplateError: there is no such letter, or it says what it may not say.
    """
    versions = [folder.version(name, language) for language in _in_order(folder.languages(name))]
    letters = [
        ShownLetter(
            language_name(version.language),
            version.language,
            render(version, folder.sample(name, version.language)),
            version.reviewed_by,
        )
        for version in versions
    ]
    return letters_page(name, f"{versions[0].meta.purpose} Filled with invented facts.", letters)


def letters_page(title: str, purpose: str, letters: Sequence[ShownLetter]) -> str:
    """Letters side by side: one page that loads nothing, each letter with its subject, its text and its review mark.

    Args:
        title: of the page.
        purpose: what the reader looks at.
        letters: in the order in which they stand there.
    """
    unreviewed = [letter.heading for letter in letters if not letter.reviewed_by]
    page = page_template("page.html", "preview")
    return page.render(title=title, purpose=purpose, letters=letters, unreviewed=unreviewed)


def language_name(language: str) -> str:
    """The name of a language in English and, where it differs, in itself: "Arabic (العربية)"."""
    locale = Locale.parse(language)
    english, own = locale.get_display_name("en"), locale.get_display_name(language)
    return f"{english} ({own})" if own != english else str(english)


def _in_order(languages: Iterable[str]) -> list[str]:
    """The languages from left to right, with those that are read from right to left last."""
    return sorted(languages, key=lambda tag: (_FIRST.index(tag) if tag in _FIRST else len(_FIRST), tag))
