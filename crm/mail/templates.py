"""The letters on file: found by name and language, checked, and put into their frame."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any

from crm.errors import TemplateError
from crm.mail.appearance import Frame, dressed
from crm.mail.filters import ALLOWED, Part
from crm.mail.gating import check_template
from crm.mail.letter_files import read_text, read_toml
from crm.mail.letter_folders import META, LetterFolders, installed_folders
from crm.shown import Shown
from crm.templates_folder import templates_folder

SUBJECT, TEXT, HTML, SAMPLE = "subject.txt", "body.txt", "body.html", "sample.toml"
_BASE = "_base"
_WORDS = frozenset({"sender", "address", "stop_text", "stop_html"})


@dataclass(frozen=True, slots=True)
class TemplateMeta:
    """What is known about a letter besides its words.

    Args:
        purpose: what the letter is for, in one sentence.
        message_class: ``marketing`` or ``correspondence``; decides, among others, what the footer says.
        facts: the dotted fields that every letter needs, with what each means.
        optional: the dotted fields that it can do without.
        choices: the values that a field may take.
        reminds: whether it speaks of a letter that its reader has had.
    """

    purpose: str
    message_class: str
    facts: tuple[tuple[str, str], ...]
    optional: tuple[tuple[str, str], ...] = ()
    choices: tuple[tuple[str, tuple[str, ...]], ...] = ()
    reminds: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        """Every dotted field that the letter may read; the page for "no more letters" comes with the address for it."""
        named = tuple(name for name, _ in self.facts + self.optional)
        return (*named, "unsubscribe.page") if "unsubscribe.address" in named else named


@dataclass(frozen=True, slots=True)
class TemplateVersion(Shown):
    """One letter in one language, exactly as it stands: what an approval names and a message is rendered from.

    Args:
        name: the letter, such as ``associate_upgrade``.
        language: the language tag.
        subject: the template of the subject line.
        text: the template of the text, without its footer.
        footer: the template of the footer of the text.
        html: the template of the HTML inside its page, styles written onto the tags.
        layout: the HTML page around it.
        meta: purpose, message class and facts.
        reviewed_by: who read this wording and stands for it; empty if nobody has.
    """

    name: str
    language: str
    subject: str
    text: str
    footer: str
    html: str
    layout: str
    meta: TemplateMeta = field(compare=False)
    reviewed_by: str = field(default="", compare=False)
    sha256: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        content = json.dumps([self.name, self.language, *self.sources], ensure_ascii=True)
        object.__setattr__(self, "sha256", hashlib.sha256(content.encode()).hexdigest())

    @property
    def sources(self) -> tuple[str, str, str, str, str]:
        """Everything the letter is made of: subject, text, footer, HTML and page."""
        return self.subject, self.text, self.footer, self.html, self.layout

    @property
    def reviewed(self) -> bool:
        """Whether a person who knows the language stands for the wording."""
        return bool(self.reviewed_by)


class TemplateFolder:
    """A folder of letters: ``<name>/<language>/{subject.txt, body.txt, body.html}`` beside ``<name>/meta.toml``.

    Args:
        path: the folder; without one, the letters that come with Accord and those that installed packages bring.
        others: further folders, whose letters stand in the frame of the first.
    """

    def __init__(self, path: Path | None = None, *, others: Sequence[Path] | None = None) -> None:
        self.path = path or templates_folder() / "mail"
        self._others = () if path and others is None else others

    @cached_property
    def _folders(self) -> LetterFolders:
        # Asked of what is installed when the first letter is wanted: a broken package stops letters, not the book.
        others = installed_folders() if self._others is None else self._others
        return LetterFolders(self.path, tuple(others))

    def names(self) -> tuple[str, ...]:
        """The letters there are."""
        return self._folders.names()

    def languages(self, name: str) -> tuple[str, ...]:
        """The languages in which a letter is written.

        Args:
            name: the letter.

        Raises:
            TemplateError: if there is no such letter, or several folders bring one; the ones there are stand in `candidates`.
        """
        return tuple(sorted(found.parent.name for found in self._folders.folder(name).glob(f"*/{SUBJECT}")))

    def reviews(self, name: str) -> dict[str, str]:
        """Who has reviewed the wording of a letter in each language that it is written in; "" where nobody has.

        Args:
            name: the letter.

        Raises:
            TemplateError: if there is no such letter, or its meta.toml says nothing of a language.
        """
        folder = self._folders.folder(name)
        known = _Meta.read(folder / META)
        return {
            language: known.words(language, folder=folder / language)["reviewed_by"]
            for language in self.languages(name)
        }

    def version(self, name: str, language: str) -> TemplateVersion:
        """A letter in one language, checked from end to end.

        Args:
            name: the letter.
            language: the language tag; nothing else is tried when it is missing.

        Returns:
            The letter as it stands now.

        Raises:
            TemplateError: if a file is missing, or says what a letter may not say; file, line and remedy are named.
        """
        folder = self._language(name, language)
        known = _Meta.read(folder.parent / META)
        words = known.words(language, folder=folder)
        frame = self._frame(language, known.meta.message_class)
        check = partial(_checked, fields=known.meta.fields)
        letter, base = f"{name}/{language}", f"{_BASE}/{language}.toml"
        subject = check(read_text(folder / SUBJECT).strip(), f"{letter}/{SUBJECT}", "subject")
        text = check(read_text(folder / TEXT), f"{letter}/{TEXT}", "text")
        body = check(read_text(folder / HTML), f"{letter}/{HTML}", "html")
        reason = check(words["reason"], known.file, "text")
        preheader = check(words["preheader"], known.file, "html")
        check(dict(frame.words)["stop_html"], base, "html")
        html, layout = dressed(body, preheader=preheader, reason=reason, frame=frame, file=f"{letter}/{HTML}")
        return TemplateVersion(
            name=str(name),
            language=str(language),
            subject=subject,
            text=text,
            footer=check(_footer(frame, reason), base, "text"),
            html=check(html, f"{_BASE}/layout.html", "html"),
            layout=layout,
            meta=known.meta,
            reviewed_by=words["reviewed_by"],
        )

    def sample(self, name: str, language: str) -> dict[str, Any]:
        """Invented facts that show what a letter looks like.

        Args:
            name: the letter.
            language: the language tag.

        Returns:
            Facts for `render`.
        """
        facts = read_toml(self._folders.folder(name) / SAMPLE)
        return _merged(facts, facts.pop("languages", {}).get(language, {}))

    def _language(self, name: str, language: str) -> Path:
        languages = self.languages(name)
        if language not in languages:
            raise TemplateError(
                f"The letter {name} is not written in {language!r}.",
                subject=name,
                field="language",
                value=language,
                candidates=languages,
            )
        return self._folders.folder(name) / language

    def _frame(self, language: str, message_class: str) -> Frame:
        base = self.path / _BASE
        words = read_toml(base / f"{language}.toml")
        given = {**words, **words.get(message_class, {})}
        texts = {name: text for name, text in given.items() if isinstance(text, str)}
        if missing := sorted(_WORDS - texts.keys()):
            raise TemplateError(
                f"{_BASE}/{language}.toml lacks {', '.join(missing)} for {message_class} letters.",
                subject=f"{_BASE}/{language}.toml",
                field=missing[0],
            )
        return Frame(
            language,
            read_text(base / "layout.html"),
            read_text(base / "layout.css"),
            read_text(base / "screens.css"),
            tuple(sorted(texts.items())),
        )


@lru_cache(maxsize=8192)
def _checked(source: str, file: str, part: Part, *, fields: tuple[str, ...]) -> str:
    # Remembered by what it says, so that a letter loaded again costs the reading of its files alone; for more than all
    # letters in all languages, eight parts each, since who goes through them in turn would otherwise find none of them.
    check_template(source, file=file, filters=ALLOWED[part], facts=fields)
    return source


@dataclass(frozen=True, slots=True)
class _Meta:
    file: str
    meta: TemplateMeta
    languages: Mapping[str, Mapping[str, str]]

    @classmethod
    def read(cls, path: Path) -> _Meta:
        given = read_toml(path)
        file = f"{path.parent.name}/{META}"
        try:
            meta = TemplateMeta(
                purpose=str(given["purpose"]),
                message_class=str(given["message_class"]),
                facts=tuple(given["facts"].items()),
                optional=tuple(given.get("optional", {}).items()),
                choices=tuple((name, tuple(values)) for name, values in given.get("choices", {}).items()),
                reminds=bool(given.get("reminds", False)),
            )
        except (KeyError, AttributeError, TypeError) as error:
            raise TemplateError(
                f"{file} lacks or misstates {error}.",
                subject=file,
                hint="It holds purpose, message_class, [facts].",
            ) from error
        return cls(file, meta, given.get("languages", {}))

    def words(self, language: str, *, folder: Path) -> dict[str, str]:
        words = self.languages.get(language, {})
        wanted = ("reviewed_by", "preheader", "reason")
        if missing := [name for name in wanted if not isinstance(words.get(name), str)]:
            raise TemplateError(
                f"{self.file} lacks {', '.join(missing)} under [languages.{language}].",
                subject=self.file,
                field=missing[0],
                hint=f"{folder.name} has its letter, but nothing says why the reader gets it or who reviewed it.",
            )
        return {name: words[name] for name in wanted}


def _footer(frame: Frame, reason: str) -> str:
    words = dict(frame.words)
    return "\n".join((words["sender"], words["address"], reason, words["stop_text"]))


def _merged(facts: dict[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
    return facts | {name: {**facts.get(name, {}), **fields} for name, fields in others.items()}
