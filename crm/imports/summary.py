"""An import in one table: how many rows of each verdict, and why, with examples."""

from collections.abc import Mapping

from rich import box
from rich.table import Table
from rich.text import Text

from crm.imports.tally import Group, Tally


def table(title: str, tally: Tally, *, examples: int) -> Table:
    """The summary as something rich prints."""
    grid = Table(title=Text(tame(title), "bold"), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    grid.add_column("rows", justify="right", no_wrap=True)
    grid.add_column("what")
    grid.add_column("for example", overflow="fold")
    problems = {f"not taken: {about}": group for about, group in tally.problems.items()}
    for groups in (tally.verdicts, problems, tally.notes):
        _add(grid, groups, examples=examples)
        grid.add_section()
    return grid


def _add(grid: Table, groups: Mapping[str, Group], *, examples: int) -> None:
    for what, group in sorted(groups.items(), key=lambda item: -item[1].count):
        shown = "\n".join(map(tame, group.examples[:examples]))
        grid.add_row(f"{group.count:,}", Text(what), Text(shown, "dim"))


def tame(text: str) -> str:
    """A text that cannot steer a terminal."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
