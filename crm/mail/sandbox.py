"""Where templates run: they see plain facts and a few filters, and can neither call, calculate nor grow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, NoReturn

import jinja2
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from crm.errors import TemplateError
from crm.mail.facts import Value
from crm.mail.filters import ALLOWED, Part, filters
from crm.mail.gating import TESTS, check_template

MOST_BYTES = 100_000
_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Compiled:
    """One part of a letter, ready to be filled.

    Args:
        part: the subject, the text or the HTML.
        template: what was compiled.
    """

    part: str
    template: jinja2.Template

    def filled(self, facts: Mapping[str, Value]) -> str:
        """The part with its facts.

        Args:
            facts: frozen facts.

        Raises:
            TemplateError: if a fact is missing or of the wrong kind, or the part grows too large.
        """
        return "".join(self.pieces(facts))

    def pieces(self, facts: Mapping[str, Value]) -> list[str]:
        """The part with its facts, piece by piece; in HTML what is no word of the template is `Markup`.

        Args:
            facts: frozen facts.

        Raises:
            TemplateError: as `filled`.
        """
        parts: list[str] = []
        size = 0
        try:
            generated = self.template.root_render_func(self.template.new_context(dict(facts)))
            # A few at a time, so that a loop is stopped while it grows and not after.
            while some := list(islice(generated, _AT_ONCE)):
                parts += some
                size += sum(map(len, some))
                if size > MOST_BYTES:
                    raise too_large(self.part)
        except (jinja2.TemplateError, TypeError, ValueError, ArithmeticError) as error:
            raise TemplateError(
                f"The {self.part} of the letter cannot be filled: {error}.",
                field=self.part,
                hint="Compare the facts with the letter's meta.toml.",
            ) from error
        return parts


def compiled_part(source: str, language: str, part: Part) -> Compiled:
    """Compile one part of a letter; costs a hundred times what filling it does.

    Args:
        source: the template.
        language: decides how dates and amounts are written.
        part: the subject, the text or the HTML.

    Returns:
        The part, ready to be filled.

    Raises:
        TemplateError: if it says what a letter may not say.
    """
    # Loading checked this already; a version that comes from elsewhere has not passed through loading.
    check_template(source, file=part, filters=ALLOWED[part])
    return Compiled(part, _environment(language, part).from_string(source))


@lru_cache(maxsize=64)
def _environment(language: str, part: Part) -> _Letters:
    letters = _Letters(
        autoescape=part == "html",
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    letters.globals.clear()
    letters.filters = dict(filters(language, part))
    letters.tests = {name: test for name, test in letters.tests.items() if name in TESTS}
    return letters


def too_large(part: str) -> TemplateError:
    """The refusal of a letter that has grown too large."""
    return TemplateError(
        f"The {part} of the letter passes {MOST_BYTES // 1000} KB, where some mail programs cut letters off.",
        field=part,
        hint="Shorten the letter or its facts.",
    )


class _Letters(ImmutableSandboxedEnvironment):
    """A sandbox in which templates reach the entries of plain mappings and lists, and no attribute or method."""

    intercepted_binops = frozenset(ImmutableSandboxedEnvironment.default_binop_table)
    intercepted_unops = frozenset(ImmutableSandboxedEnvironment.default_unop_table)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if type(obj) is dict and type(argument) is str and argument in obj:
            return obj[argument]
        if type(obj) is tuple and type(argument) is int and -len(obj) <= argument < len(obj):
            return obj[argument]
        return self.undefined(obj=obj, name=argument)

    getattr = getitem  # type: ignore[assignment]  # templates write a.b and a['b']; both are this

    def is_safe_attribute(self, *_: Any) -> bool:
        return False

    def is_safe_callable(self, _: Any) -> bool:
        return False

    def call_binop(self, _context: Any, operator: str, *_: Any) -> NoReturn:
        raise SecurityError(f"a letter does not calculate ({operator})")

    def call_unop(self, _context: Any, operator: str, *_: Any) -> NoReturn:
        raise SecurityError(f"a letter does not calculate ({operator})")
