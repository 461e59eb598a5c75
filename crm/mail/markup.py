"""The HTML that a letter may hold: paragraphs, lists, tables and links to mail. No script, no form, no image."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import nh3

from crm.errors import TemplateError

TAGS = frozenset(
    {
        "a",
        "b",
        "bdi",
        "bdo",
        "blockquote",
        "br",
        "caption",
        "code",
        "div",
        "em",
        "h1",
        "h2",
        "h3",
        "hr",
        "i",
        "li",
        "ol",
        "p",
        "pre",
        "span",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    }
)
VOID = frozenset({"br", "hr"})
ATTRIBUTES = {
    "*": frozenset({"class", "dir", "lang", "style", "align", "role", "aria-hidden"}),
    "a": frozenset({"href", "title"}),
    "ol": frozenset({"start"}),
    "table": frozenset({"border", "cellpadding", "cellspacing", "width"}),
    "td": frozenset({"colspan", "rowspan", "valign", "width"}),
    "th": frozenset({"colspan", "rowspan", "scope", "valign", "width"}),
}
SCHEMES = frozenset({"https", "mailto"})
# Nothing here takes an address, so nothing here can load one; position and z-index could cover the reader's own screen.
PROPERTIES = frozenset(
    {
        "background-color",
        "border",
        "border-collapse",
        "border-radius",
        "border-spacing",
        "color",
        "direction",
        "display",
        "font-family",
        "font-size",
        "font-style",
        "font-weight",
        "height",
        "letter-spacing",
        "line-height",
        "list-style-type",
        "max-height",
        "max-width",
        "opacity",
        "overflow",
        "overflow-wrap",
        "text-align",
        "text-decoration",
        "text-transform",
        "vertical-align",
        "white-space",
        "width",
    }
    | {
        f"{box}-{side}"
        for box in ("border", "margin", "padding")
        for side in ("top", "right", "bottom", "left")
    }
    | {"margin", "padding"}
)

_NO_WORDS = frozenset({"table", "thead", "tbody", "tfoot", "tr", "ul", "ol"})
_CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    clean_content_tags={"script", "style", "iframe", "object", "svg", "math", "template", "title"},
    attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
    url_schemes=set(SCHEMES),
    url_relative="deny",
    filter_style_properties=set(PROPERTIES),
    strip_comments=True,
    link_rel=None,
)
_LOADS = re.compile(r"url\s*\(|@import|expression\s*\(|\\", re.IGNORECASE)


def sanitized(html: str) -> str:
    """The same HTML with everything taken out that mail may not hold.

    Args:
        html: a fragment, the facts filled in.

    Returns:
        The fragment with allowed tags, attributes, styles and links only.
    """
    return _CLEANER.clean(html)


def check_styles(css: str, *, file: str) -> None:
    """Make sure that styles load nothing.

    Args:
        css: a style sheet or the value of a style attribute.
        file: the name shown in errors.

    Raises:
        TemplateError: where an address, an import or an escape appears.
    """
    if found := _LOADS.search(css):
        raise TemplateError(
            f"{file}: styles may not hold '{found.group()}'.",
            subject=file,
            value=found.group(),
            hint="A letter loads nothing; use colours, sizes and spaces.",
        )


def check_markup(html: str, *, file: str, fact: re.Pattern[str]) -> None:
    """Make sure that the HTML of a template holds only what a letter may hold.

    Args:
        html: the template with each of its tags replaced by a mark.
        file: the name shown in errors.
        fact: what such a mark looks like; a fact may stand in text, or be the whole of an href.

    Raises:
        TemplateError: with the line as row and what was found as value.
    """
    reader = _Reader(file, fact)
    reader.feed(html)
    reader.close()
    if reader.open:
        raise reader.refused(f"<{reader.open[-1]}> that is never closed", "Close every tag.")


class _Reader(HTMLParser):
    def __init__(self, file: str, fact: re.Pattern[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.file = file
        self.fact = fact
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            raise self.refused(f"<{tag}>", f"Allowed: {', '.join(sorted(TAGS))}.")
        for name, value in attrs:
            self.check(tag, name, value or "")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            raise self.refused(f"</{tag}>", "Close the tags in the order in which they were opened.")

    def handle_data(self, data: str) -> None:
        # HTML would move such words out of the table, in front of it.
        if self.open and self.open[-1] in _NO_WORDS and data.strip():
            raise self.refused(
                f"words straight inside <{self.open[-1]}>", "Inside a table, words stand in <td> or <th>."
            )

    def handle_decl(self, decl: str) -> None:
        raise self.refused(f"<!{decl}>", "Write the body alone; the frame comes from _base by itself.")

    def handle_pi(self, data: str) -> None:
        raise self.refused(f"<?{data}>", "Write HTML alone.")

    def unknown_decl(self, data: str) -> None:
        raise self.refused(f"<![{data}]>", "Write HTML alone.")

    def check(self, tag: str, name: str, value: str) -> None:
        if name not in ATTRIBUTES["*"] | ATTRIBUTES.get(tag, frozenset()):
            raise self.refused(
                f"{name}=", f"Not on <{tag}>; facts and loops stand between tags, not inside them."
            )
        whole = name == "href" and self.fact.fullmatch(value)
        if not whole and ("<!--" in value or self.fact.search(value)):
            raise self.refused(
                f"a fact in {name}=", 'Only a whole href may be a fact: href="{{ … | mailto }}".'
            )
        if name == "style":
            check_styles(value, file=self.file)
        if name == "href" and not whole and not value.startswith(tuple(f"{scheme}:" for scheme in SCHEMES)):
            raise self.refused(f"href={value}", f"A link begins with one of: {', '.join(sorted(SCHEMES))}.")

    def refused(self, found: str, hint: str) -> TemplateError:
        line = self.getpos()[0]
        message = f"{self.file}, line {line}: {found} is not allowed in a letter."
        return TemplateError(message, subject=self.file, row=line, value=found, hint=hint)
