"""A letter filled with facts: subject, text and HTML, the same bytes each time."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from crm.errors import TemplateError
from crm.mail.appearance import LETTER_GOES_HERE
from crm.mail.facts import Value, fact, frozen
from crm.mail.gate import header_text
from crm.mail.sandbox import MOST_BYTES, Compiled, compiled_part, too_large
from crm.mail.skeleton import sanitized_pieces
from crm.mail.templates import TemplateFolder, TemplateVersion

_RULE = "-----"
_FRAME = "inline-size: 100%; block-size: 36rem; border: 1px solid; background: #fff"
_EMPTY_LINES = re.compile(r"\n{3,}")
_ISOLATES = re.compile("[\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter as it goes out.

    Args:
        subject: the subject line, fit for a header.
        text: the plain text, footer included.
        html: the whole HTML page.
    """

    subject: str
    text: str
    html: str

    def _repr_html_(self) -> str:
        frame = f'<iframe sandbox srcdoc="{escape(self.html)}" title="{escape(self.subject)}" style="{_FRAME}"></iframe>'
        return f"<p><strong><bdi>{escape(self.subject)}</bdi></strong></p>{frame}"


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter for a person to edit before it goes out as a `plain_letter`.

    Args:
        subject: the proposed subject line.
        text: the proposed text, without the footer.
    """

    subject: str
    text: str


def render(version: TemplateVersion, facts: Mapping[str, object]) -> Rendered:
    """Fill a letter with facts. The same version and facts give the same bytes.

    Args:
        version: the letter in one language.
        facts: the values it names, as its meta.toml describes them; what it does not name is never read.

    Returns:
        Subject, text and HTML.

    Raises:
        TemplateError: if a fact is missing, of a wrong kind, or makes the letter too large.
        InvalidInput: if the subject cannot stand in a header.
    """
    return filled(version, frozen(facts))


def filled(version: TemplateVersion, facts: Mapping[str, Value]) -> Rendered:
    """Fill a letter with facts that were frozen before; see `render`.

    Args:
        version: the letter in one language.
        facts: as `frozen` made them.
    """
    _check(version, facts)
    letter = _compiled(version.language, version.sources)
    return Rendered(
        subject=_subject(letter, facts),
        text=_tidy(f"{letter.text.filled(facts)}\n\n{_RULE}\n{letter.footer.filled(facts)}"),
        html=_within(letter.head + sanitized_pieces(letter.html.pieces(facts)) + letter.tail, "HTML"),
    )


def draft(version: TemplateVersion, facts: Mapping[str, object]) -> Draft:
    """Fill in the words of a letter for a person to edit; the footer comes with `plain_letter`.

    Args:
        version: the letter in one language.
        facts: the values it names.

    Returns:
        Subject and text.

    Raises:
        TemplateError: as `render`.
        InvalidInput: as `render`.
    """
    given = frozen(facts)
    _check(version, given)
    letter = _compiled(version.language, version.sources)
    return Draft(_subject(letter, given), _tidy(letter.text.filled(given)))


def plain_letter(
    subject: str, text: str, language: str, *, stop: str | None = None, folder: TemplateFolder | None = None
) -> Rendered:
    """Put a text that a person wrote into the frame of our letters.

    Nothing in the text is read as HTML or as a template, and addresses in it do not become links.

    Args:
        subject: the subject line.
        text: the words; an empty line begins a paragraph.
        language: the language of the text.
        stop: the address for "no more letters", if the footer shall name one.
        folder: where the frame is; without one, the frame that comes with Accord.

    Returns:
        Subject, text and HTML.

    Raises:
        TemplateError: if the language has no frame, or the letter is too large.
        InvalidInput: if the subject cannot stand in a header.
    """
    version = (folder or TemplateFolder()).version("plain_letter", language)
    return render(version, plain_facts(subject, text, stop=stop))


def plain_facts(subject: str, text: str, *, stop: str | None = None) -> dict[str, object]:
    """The facts of a `plain_letter`, for an outbox that stores facts and renders later.

    Args:
        subject: the subject line.
        text: the words.
        stop: the address for "no more letters".

    Returns:
        Facts for the letter ``plain_letter``.
    """
    facts: dict[str, object] = {"letter": {"subject": subject.strip(), "text": text.strip()}}
    return facts if stop is None else facts | {"unsubscribe": {"address": stop}}


@dataclass(frozen=True, slots=True)
class _Letter:
    subject: Compiled
    text: Compiled
    footer: Compiled
    html: Compiled
    head: str
    tail: str


@lru_cache(maxsize=512)
def _compiled(language: str, sources: tuple[str, str, str, str, str]) -> _Letter:
    # Keyed by the content that sha256 names: compiling costs a hundred times what filling does.
    subject, text, footer, html, layout = sources
    head, found, tail = layout.partition(LETTER_GOES_HERE)
    if not found:
        raise TemplateError("The page of the letter has no place for its words.", field="layout")
    return _Letter(
        compiled_part(subject, language, "subject"),
        compiled_part(text, language, "text"),
        compiled_part(footer, language, "text"),
        compiled_part(html, language, "html"),
        head,
        tail,
    )


def _check(version: TemplateVersion, given: Mapping[str, Value]) -> None:
    """Refuse facts of which one is missing, or of a wrong kind."""
    letter = f"{version.name}/{version.language}"
    missing = [name for name, _ in version.meta.facts if "[]" not in name and _blank(fact(given, name))]
    if missing:
        raise TemplateError(
            f"The letter {letter} lacks {', '.join(missing)}.",
            subject=letter,
            field=missing[0],
            hint="Its meta.toml says what each fact means.",
        )
    for name in version.meta.fields:
        if "[]" in name:
            _check_list(letter, name.partition("[]")[0], given)
    for name, choices in version.meta.choices:
        _check_choice(letter, name, fact(given, name), choices)


def _blank(value: Value | None) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _check_list(letter: str, name: str, given: Mapping[str, Value]) -> None:
    if not isinstance(fact(given, name), tuple | None):
        raise TemplateError(f"The letter {letter} needs a list of {name}.", subject=letter, field=name)


def _check_choice(letter: str, name: str, value: Value | None, choices: Sequence[str]) -> None:
    if value is not None and value not in choices:
        raise TemplateError(
            f"The letter {letter} has no words for {name} = {value!r}.",
            subject=letter,
            field=name,
            value=value,
            candidates=choices,
        )


def _subject(letter: _Letter, facts: Mapping[str, Value]) -> str:
    # Isolates are right in a text, but a header may not carry them.
    return header_text(_ISOLATES.sub("", letter.subject.filled(facts)).strip(), field="subject")


def _tidy(text: str) -> str:
    lines = "\n".join([line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")])
    return _within(_EMPTY_LINES.sub("\n\n", lines).strip("\n") + "\n", "text")


def _within(written: str, part: str) -> str:
    if len(written.encode()) > MOST_BYTES:
        raise too_large(part)
    return written
