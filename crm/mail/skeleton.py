"""The HTML of a letter made safe at the cost of its facts: what stands around them is cleaned once for all letters.

A template writes its own words, and facts between them that autoescaping has made text. Cleaning the words with a mark
for each fact, and putting the facts where the marks stand, gives what cleaning the whole gives, in a tenth of the time.
Where that is not certain, the whole is cleaned: a mark that got lost, or stands in another attribute than a link to
write a mail (whatever checked the template, a fact in a `style` could bring in what the cleaner takes out).
"""

from collections.abc import Sequence
from functools import lru_cache
from html.parser import HTMLParser
from itertools import chain

from markupsafe import Markup

from crm.mail.markup import sanitized

_FACT = "\ue000"
_LINK = "mailto:"


def sanitized_pieces(pieces: Sequence[str]) -> str:
    """The same as `sanitized` makes of the pieces together.

    Args:
        pieces: as an autoescaping template yields them: its own words as text, facts as `Markup`.

    Returns:
        The fragment with allowed tags, attributes, styles and links only.
    """
    facts = [piece for piece in pieces if isinstance(piece, Markup)]
    frame = _frame("".join([_mark(piece) if isinstance(piece, Markup) else piece for piece in pieces]))
    written = _written(facts)
    if not len(frame) - 1 == len(facts) == len(written):
        return sanitized("".join(pieces))
    return "".join(chain.from_iterable(zip(frame, (*written, ""), strict=True)))


def _mark(fact: Markup) -> str:
    return _LINK + _FACT if fact.startswith(_LINK) else _FACT


def _written(facts: Sequence[Markup]) -> Sequence[str]:
    """Facts as the cleaner would have written them; more than there are if one holds the mark."""
    texts = _FACT.join([str(fact).removeprefix(_LINK) for fact in facts])
    texts = texts.replace("&#39;", "'").replace("&#34;", '"').replace("\N{NO-BREAK SPACE}", "&nbsp;")
    return texts.split(_FACT) if facts else ()


@lru_cache(maxsize=512)
def _frame(shape: str) -> tuple[str, ...]:
    """The cleaned words before, between and after the facts; nothing where a fact stands in an attribute."""
    cleaned = sanitized(shape)
    reader = _Attributes()
    reader.feed(cleaned)
    reader.close()
    return () if reader.found else tuple(cleaned.split(_FACT))


class _Attributes(HTMLParser):
    """Looks for facts in attributes other than a link to write a mail, and in whatever is not text."""

    found = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= _FACT in tag
        for name, value in attrs:
            whole = name == "href" and value == _LINK + _FACT
            self.found |= _FACT in name or (_FACT in (value or "") and not whole)
