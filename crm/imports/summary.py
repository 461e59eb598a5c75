"""An import in one table: how many rows of each verdict, and why, with examples."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from crm.imports.verdicts import RowVerdict, Verdict

Examples = dict[str, list[str]]


def table(title: str, rows: Sequence[RowVerdict], *, examples: int) -> Table:
    """The summary as something rich prints."""
    grid = Table(title=Text(title, "bold"), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    grid.add_column("rows", justify="right", no_wrap=True)
    grid.add_column("what")
    grid.add_column("for example", overflow="fold")
    for group in (_verdicts(rows), _problems(rows), _notes(rows)):
        for what, found in sorted(group.items(), key=lambda item: -len(item[1])):
            grid.add_row(f"{len(found):,}", Text(what), Text("\n".join(found[:examples]), "dim"))
        grid.add_section()
    return grid


def _verdicts(rows: Sequence[RowVerdict]) -> Examples:
    return _grouped(
        (verdict.value, _named(row)) for verdict in Verdict for row in rows if row.verdict is verdict
    )


def _problems(rows: Sequence[RowVerdict]) -> Examples:
    return _grouped(
        (f"refused: {_about(p.field, p.kind)}", f"row {row.row}: {_tame(p.reason)}")
        for row in rows
        for p in row.problems
    )


def _notes(rows: Sequence[RowVerdict]) -> Examples:
    return _grouped(
        (_about(n.field, n.kind), f"row {row.row}: {_tame(n.text)}") for row in rows for n in row.notes
    )


def _grouped(entries: Iterator[tuple[str, str]]) -> Examples:
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for what, example in entries:
        groups[what].append(example)
    return groups


def _about(field: str, kind: str) -> str:
    return f"{field} {kind}" if field else kind


def _named(row: RowVerdict) -> str:
    return f"row {row.row}: {_tame(row.name)}"


def _tame(text: str) -> str:
    """A text that cannot steer a terminal."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
