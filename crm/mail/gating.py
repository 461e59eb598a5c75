"""What a letter's template may say: fields, conditions, short loops, and a few filters. Nothing else.

A sandbox alone stops neither public methods of objects nor templates that burn time and memory, so the syntax
tree is held to a list of what is allowed before anything is compiled, let alone approved. Its work is counted, too:
each part as often as the loops around it may run. A filter stands only at the end of what is written, where the size
of the letter bounds it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

import jinja2
from jinja2 import nodes

from crm.errors import TemplateError
from crm.mail.facts import MOST_ENTRIES
from crm.mail.filters import MOST_PARAGRAPHS

TESTS = frozenset({"defined"})
LISTS = frozenset({"paragraphs"})
MOST_CHARACTERS = 64_000
MOST_NODES = 5_000
MOST_LOOPS = 2
MOST_LEVELS = 40
MOST_WORK = 1_000_000
"""In steps of a microsecond at the most, with the longest texts that facts may hold: a second for a part of a letter."""

_RESERVED = frozenset({"self", "super", "loop", "caller", "varargs", "kwargs"})
_PLAIN = (
    nodes.Template,
    nodes.TemplateData,
    nodes.Const,
    nodes.If,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Concat,
    nodes.Compare,
    nodes.Operand,
    nodes.Keyword,
)
_FOUND = {
    nodes.Call: ("a call", "A letter calls nothing; put the finished value among the facts."),
    nodes.Include: ("an include", "Write the words in this file; the frame comes from _base by itself."),
    nodes.Import: ("an import", "Write the words in this file."),
    nodes.FromImport: ("an import", "Write the words in this file."),
    nodes.Extends: ("an extends", "The frame comes from _base by itself."),
    nodes.Block: ("a block", "The frame comes from _base by itself."),
    nodes.Macro: ("a macro", "Write the words where they are read."),
    nodes.Assign: ("a set", "Put the value among the facts."),
    nodes.CondExpr: ("an if inside an expression", "Use {% if … %} … {% endif %}."),
}
_OTHERWISE = "A letter holds text, facts, if, for, comparisons, and/or/not, ~ and the listed filters."

# The parser only: nothing is ever rendered with it.
_SYNTAX = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)


def check_template(
    source: str,
    *,
    file: str,
    filters: Collection[str],
    facts: Collection[str] | None = None,
) -> None:
    """Make sure that a template says nothing that a letter may not say.

    Args:
        source: the text of the template.
        file: the name shown in errors, such as ``associate_upgrade/fr/body.html``.
        filters: the filters allowed in this part of a letter.
        facts: the dotted fields it may read (``person.name``; ``groups[].code`` for the entries of a list);
            None checks the syntax alone.

    Raises:
        TemplateError: with the file as subject, the line as row, what was found as value, and how to mend it.
    """
    allowed = None if facts is None else frozenset(facts)
    try:
        _Reader(file, frozenset(filters), allowed).read(_parsed(source, file))
    except RecursionError as error:
        raise TemplateError(
            f"{file} nests too deeply to be read.", subject=file, hint="Write it more simply."
        ) from error


def _parsed(source: str, file: str) -> nodes.Template:
    if len(source) > MOST_CHARACTERS:
        raise TemplateError(
            f"{file} is longer than {MOST_CHARACTERS:,} characters.", subject=file, hint="Shorten the letter."
        )
    try:
        return _SYNTAX.parse(source)
    except jinja2.TemplateSyntaxError as error:
        raise TemplateError(
            f"{file}, line {error.lineno}: {error.message}",
            subject=file,
            row=error.lineno,
            hint="Mend the braces or the tag on that line.",
        ) from error
    except ValueError as error:
        raise TemplateError(
            f"{file} cannot be read as a template.", subject=file, hint="Write it more simply."
        ) from error


@dataclass(slots=True)
class _Reader:
    """Walks one syntax tree and refuses the first thing that is not on the list."""

    file: str
    filters: frozenset[str]
    facts: frozenset[str] | None
    loops: dict[str, str | None] = field(default_factory=dict)
    depth: int = 0
    level: int = 0
    seen: int = 0
    times: int = 1
    work: int = 0
    written: nodes.Node | None = None

    def read(self, node: nodes.Node) -> None:
        self.seen += 1
        self.level += 1
        if self.level > MOST_LEVELS or self.seen > MOST_NODES:
            raise self.refused(node, "too much nesting or too many parts", "Write it more simply.")
        self.work += self.times * _steps(node)
        if self.work > MOST_WORK:
            raise self.refused(node, "so much work", "Put less into loops, above all into a loop in a loop.")
        if reader := _READERS.get(type(node)):
            reader(self, node)
        elif isinstance(node, _PLAIN):
            self.read_all(node.iter_child_nodes())
        else:
            raise self.refused(node, *_FOUND.get(type(node), (f"a {type(node).__name__}", _OTHERWISE)))
        self.level -= 1

    def read_all(self, parts: Iterator[nodes.Node]) -> None:
        for part in parts:
            self.read(part)

    def read_fact(self, node: nodes.Node) -> None:
        path = self.path(node)
        if path is not None and self.facts is not None and path not in self.facts:
            raise self.unknown(node, path)

    def read_test(self, node: nodes.Test) -> None:
        if node.name not in TESTS or node.args or node.kwargs:
            raise self.refused(node, f"the test '{node.name}'", "Only 'is defined' is allowed.")
        self.check_covered(node, self.path(node.node))

    def read_output(self, node: nodes.Output) -> None:
        for part in node.nodes:
            self.written = part
            self.read(part)

    def read_filter(self, node: nodes.Filter) -> None:
        if node is not self.written:
            hint = "A filter is the last thing in {{ … }}: compare the fact itself."
            raise self.refused(node, f"the filter '{node.name}' inside an expression", hint)
        if node.name not in self.filters or node.node is None:
            hint = f"Allowed here: {', '.join(sorted(self.filters))}."
            raise self.refused(node, f"the filter '{node.name}'", hint)
        if node.dyn_args or node.dyn_kwargs:
            raise self.refused(node, "unpacked arguments", "Name each argument.")
        self.written = None if node.name in LISTS else node.node
        self.read_all(node.iter_child_nodes())

    def read_loop(self, node: nodes.For) -> None:
        if node.recursive or self.depth == MOST_LOOPS:
            raise self.refused(
                node, "a loop that nests too deeply", f"At most {MOST_LOOPS} loops, never recursive."
            )
        if not isinstance(node.target, nodes.Name) or node.target.name in _RESERVED:
            raise self.refused(node, "a loop over several names", "Loop over one name.")
        before, times = dict(self.loops), self.times
        self.depth += 1
        self.loops[node.target.name] = self.entries(node.iter)
        self.times *= MOST_PARAGRAPHS if isinstance(node.iter, nodes.Filter) else MOST_ENTRIES
        self.read_all(part for part in node.iter_child_nodes(exclude=("target", "iter")))
        self.loops, self.times = before, times
        self.depth -= 1

    def entries(self, node: nodes.Node) -> str | None:
        # Lists only: a loop over the letters of a text would run for long without writing anything.
        if isinstance(node, nodes.Filter) and node.name in LISTS:
            self.written = node
            self.read(node)
            return None
        if not isinstance(node, nodes.Name | nodes.Getattr | nodes.Getitem):
            raise self.refused(node, "a loop over this", "Loop over a list among the facts.")
        path = self.path(node)
        inside = None if path is None else f"{path}[]"
        self.check_covered(node, inside)
        return inside

    def check_covered(self, node: nodes.Node, path: str | None) -> None:
        if self.facts is None or path is None:
            return
        if not any(fact == path or fact.startswith((f"{path}.", f"{path}[]")) for fact in self.facts):
            raise self.unknown(node, path)

    def path(self, node: nodes.Node) -> str | None:
        """The dotted field that an expression reads; None for a value made by a filter."""
        if isinstance(node, nodes.Name):
            return self.root(node)
        if isinstance(node, nodes.Getattr):
            return self.below(node, node.attr)
        if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
            return self.below(node, node.arg.value)
        if isinstance(node, nodes.Getitem):
            raise self.refused(node, "a computed key", "Name the field itself.")
        raise self.refused(node, "a field of something that is no fact", "Read fields of facts only.")

    def root(self, node: nodes.Name) -> str | None:
        if node.ctx != "load" or node.name in _RESERVED:
            raise self.refused(node, f"'{node.name}'", _OTHERWISE)
        return self.loops.get(node.name, node.name)

    def below(self, node: nodes.Getattr | nodes.Getitem, key: object) -> str | None:
        base = self.path(node.node)
        if isinstance(key, str) and not key.startswith("_") and base is not None:
            return f"{base}.{key}"
        if type(key) is int and base is not None:
            return f"{base}[]"
        raise self.refused(node, f"the key {key!r}", "Read a field of a fact by its name.")

    def refused(self, node: nodes.Node, found: str, hint: str) -> TemplateError:
        message = f"{self.file}, line {node.lineno}: {found} is not allowed in a letter."
        return TemplateError(message, subject=self.file, row=node.lineno, value=found, hint=hint)

    def unknown(self, node: nodes.Node, path: str) -> TemplateError:
        return TemplateError(
            f"{self.file}, line {node.lineno}: '{path}' is not among the facts of this letter.",
            subject=self.file,
            row=node.lineno,
            value=path,
            hint="Use a field listed in its meta.toml, or list it there.",
            candidates=sorted(self.facts or ()),
        )


def _steps(node: nodes.Node) -> int:
    """What a part costs each time: most of them next to nothing, a few look through all of a text."""
    match node:
        case nodes.Filter():
            return 3_000 if node.name in LISTS else 20
        case nodes.For():
            return 20
        case nodes.Concat():
            return 3 * len(node.nodes) ** 2  # what stands together takes its memory at once
        case nodes.Operand(op="in" | "notin"):
            return 100
        case _:
            return 1


_READERS: Mapping[type[nodes.Node], Callable[[_Reader, nodes.Node], None]] = {
    nodes.Name: _Reader.read_fact,
    nodes.Getattr: _Reader.read_fact,
    nodes.Getitem: _Reader.read_fact,
    nodes.Test: _Reader.read_test,  # type: ignore[dict-item]
    nodes.Output: _Reader.read_output,  # type: ignore[dict-item]
    nodes.Filter: _Reader.read_filter,  # type: ignore[dict-item]
    nodes.For: _Reader.read_loop,  # type: ignore[dict-item]
}
