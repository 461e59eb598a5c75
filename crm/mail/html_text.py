"""What an HTML message says, as plain text; quoted blocks keep their `>`.

One pass over the tags, whatever their order: nothing is fetched, run or nested, and no input makes it slow.
The result is text, not safe HTML: escape it wherever it is shown.
"""

import html
import re

_TAG = re.compile(r"(<!-->|<!--|-->|<[a-zA-Z/!?][^<>]*>)")
_NAME = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)(?![a-zA-Z0-9:])")
_SPACE = re.compile(r"[\s\xa0]+")
# html.unescape() refuses a number of more than 4,300 digits.
_HUGE_ENTITY = re.compile(r"&#[0-9]{8,};?")
_EMPTY_LINES = re.compile(r"\n{3,}")
_UNREAD = {"script", "style", "title", "template"}
_LINES = {
    "br", "p", "div", "tr", "table", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "pre", "blockquote", "section",
    "article", "header", "footer",
}  # fmt: skip
_DEEPEST_QUOTE = 5


def text_of(markup: str) -> str:
    """The text of an HTML document.

    Args:
        markup: HTML in any state of repair.

    Returns:
        Plain text, one line per block; lines of a `blockquote` begin with `> `.
    """
    page = _Page()
    for token in _TAG.split(markup):
        page.take(token)
    return page.text()


class _Page:
    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._quoted = 0
        self._until = ""  # the end of what is not read

    def take(self, token: str) -> None:
        if self._until:
            self._skip(token)
        elif token.startswith("<!--"):
            self._until = "" if token.endswith("-->") else "-->"
        elif _TAG.fullmatch(token):
            self._tag(token)
        else:
            self._line.append(html.unescape(_HUGE_ENTITY.sub("\ufffd", token)))

    def text(self) -> str:
        self._end_line(even_empty=False)
        return _EMPTY_LINES.sub("\n\n", "\n".join(self._lines)).strip()

    def _skip(self, token: str) -> None:
        if self._until in token.lower():
            self._until = ""

    def _tag(self, token: str) -> None:
        match = _NAME.match(token)
        closing, name = (bool(match[1]), match[2].lower()) if match else (False, "")
        if name in _UNREAD and not closing:
            self._until = "</" + name
        elif name in _LINES:
            self._end_line(even_empty=name == "br" or (name == "p" and closing))
        if name == "blockquote":
            self._quoted = max(0, min(_DEEPEST_QUOTE, self._quoted + (-1 if closing else 1)))

    def _end_line(self, *, even_empty: bool) -> None:
        line = _SPACE.sub(" ", "".join(self._line)).strip()
        self._line.clear()
        if line or even_empty:
            self._lines.append((">" * self._quoted + " " + line).strip() if self._quoted else line)
