"""How a letter looks: the frame around its words, and its styles written onto each tag.

Styles are inlined when a template is loaded, before any fact is filled in: inlining costs more than rendering.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from string import Template

import css_inline

from crm.errors import TemplateError
from crm.mail.markup import check_markup, check_styles
from crm.reference.languages import locale

LETTER_GOES_HERE = "<!--the letter-->"

_TAG = re.compile(r"\{%.*?%\}|\{#.*?#\}|\{\{.*?\}\}", re.DOTALL)
_MARK = re.compile(r"<!--zq(\d+)zq\n*-->|zq(\d+)zq")
_FACT = re.compile(r"zq\d+zq")
_BODY = re.compile(r"(.*<body[^>]*>)(.*)(</body>.*)", re.DOTALL)
_LOADS = re.compile(
    r"<(?:link|script|base|img|iframe|object|embed)\b|\bsrc\s*=|\bhttp-equiv\b", re.IGNORECASE
)
# No network and no files: the default would read both out of <link> and @import.
_INLINER = css_inline.CSSInliner(load_remote_stylesheets=False)


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around every letter in one language.

    Args:
        language: the tag that the HTML declares.
        page: the HTML page with ``$body`` and the other places to fill.
        styles: style rules written onto the tags.
        screens: rules for dark and small screens, which stay in the head.
        words: the fixed words of the language by name (sender, address, stop, …).
    """

    language: str
    page: str
    styles: str
    screens: str
    words: tuple[tuple[str, str], ...]


@lru_cache(maxsize=256)
def dressed(body: str, *, preheader: str, reason: str, frame: Frame, file: str) -> tuple[str, str]:
    """Put the words of a letter into its frame and write the styles onto its tags.

    Args:
        body: the HTML of the letter, its facts not yet filled in.
        preheader: the sentence that an inbox shows after the subject.
        reason: why the reader gets this letter.
        frame: what stands around it.
        file: the name shown in errors.

    Returns:
        The HTML to fill with facts, and the page around it with the mark `LETTER_GOES_HERE`.

    Raises:
        TemplateError: if the HTML holds what a letter may not hold, or the frame has a place without words.
    """
    marks = _Marks()
    check_markup(marks.hidden(body, file), file=file, fact=_FACT)
    head, inside, tail = _page(frame, body=body, preheader=preheader, reason=reason)
    marks = _Marks()
    hidden = marks.hidden(inside, file)
    check_markup(hidden, file="_base/layout.html", fact=_FACT)
    check_styles(frame.styles, file="_base/layout.css")
    check_styles(frame.screens, file="_base/screens.css")
    styles = _filled(frame.styles, _places(frame), file="_base/layout.css")
    return marks.shown(_INLINER.inline_fragment(hidden, styles), file), head + LETTER_GOES_HERE + tail


def direction(language: str) -> str:
    """The reading direction of a language: ``ltr`` or ``rtl``."""
    return str(locale(language).text_direction)


def _places(frame: Frame) -> dict[str, str]:
    way = direction(frame.language)
    start, end = ("right", "left") if way == "rtl" else ("left", "right")
    return dict(frame.words) | {"lang": frame.language, "dir": way, "start": start, "end": end}


def _filled(source: str, places: dict[str, str], *, file: str) -> str:
    try:
        return Template(source).substitute(places)
    except (KeyError, ValueError) as error:
        raise TemplateError(
            f"{file} has a place that nothing fills: {error}.",
            subject=file,
            candidates=sorted(places),
            hint="Write $$ for a dollar sign.",
        ) from error


def _page(frame: Frame, **words: str) -> tuple[str, str, str]:
    page = _filled(frame.page, _places(frame) | words | {"screens": frame.screens}, file="_base/layout.html")
    found = _BODY.fullmatch(page)
    if not found or _TAG.search(found[1] + found[3]):
        raise TemplateError(
            "_base/layout.html needs one <body>, and no facts outside it.", subject="_base/layout.html"
        )
    if loads := _LOADS.search(found[1] + found[3]):
        raise TemplateError(
            f"_base/layout.html may not hold '{loads.group()}': a letter loads nothing.",
            subject="_base/layout.html",
            value=loads.group(),
        )
    return found[1], found[2], found[3]


class _Marks:
    """Stands a mark in the place of each template tag, so that HTML tools leave the tag alone."""

    def __init__(self) -> None:
        self.tags: list[str] = []

    def hidden(self, source: str, file: str) -> str:
        if _FACT.search(source):
            raise TemplateError(
                f"{file} holds a word that Accord uses itself.", subject=file, hint="Reword zq…zq."
            )
        return _TAG.sub(self._mark, source)

    def _mark(self, found: re.Match[str]) -> str:
        tag = found.group()
        self.tags.append(tag)
        mark = f"zq{len(self.tags) - 1}zq"
        # Comments may stand anywhere, even between the rows of a table; line ends keep the line numbers right.
        return mark if tag.startswith("{{") else f"<!--{mark}{chr(10) * tag.count(chr(10))}-->"

    def shown(self, html: str, file: str) -> str:
        numbers = [int(found[1] or found[2]) for found in _MARK.finditer(html)]
        if numbers != list(range(len(self.tags))):
            raise TemplateError(
                f"{file}: a fact or a condition stands where HTML cannot hold it.",
                subject=file,
                hint="Inside a table, words stand in <td> or <th>.",
            )
        return _MARK.sub(lambda found: self.tags[int(found[1] or found[2])], html)
