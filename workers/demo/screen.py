"""What the audience sees: scenes, the Python that is being run, tables, and how far the work has come."""

import ast
import inspect
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import ParamSpec, TypeVar

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.syntax import Syntax
from rich.text import Text

P = ParamSpec("P")
R = TypeVar("R")
Advance = Callable[[int, int | None], None]
_WIDEST = 110


class Screen:
    """The audience's view, in colour on a terminal and as plain lines elsewhere.

    Args:
        console: where to write; the standard output where none is given.
    """

    def __init__(self, console: Console | None = None) -> None:
        if console is None:
            # What a terminal in another encoding cannot show becomes a question mark instead of an end.
            if isinstance(sys.stdout, TextIOWrapper):
                sys.stdout.reconfigure(errors="replace")
            console = Console(highlight=False)
        console.width = min(console.width, _WIDEST)
        self.console = console
        self.timings: dict[str, float] = {}
        self._began = time.monotonic()
        self._scene = ""
        self._scene_began = self._began

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return time.monotonic() - self._began

    def scene(self, title: str) -> None:
        """Open the next scene."""
        self.end_scene()
        self._scene, self._scene_began = title, time.monotonic()
        self.console.print()
        self.console.rule(f"[bold]{len(self.timings) + 1}. {escape(title)}", align="left")

    def end_scene(self) -> None:
        """Close the scene that is open, and note how long it took."""
        if self._scene:
            self.timings[self._scene] = time.monotonic() - self._scene_began
            self._scene = ""

    def say(self, words: str) -> None:
        """A sentence; may hold rich's markup."""
        self.console.print(words)

    def done(self, words: str) -> None:
        """A sentence about something that has come out well."""
        self.console.print(Text.assemble(("✓ ", "green"), words))

    def show(self, what: RenderableType) -> None:
        """A table, a report, anything that rich prints."""
        self.console.print(Padding(what, (0, 0, 0, 2)))

    def page(self, title: str, words: str) -> None:
        """A letter or another text as it is."""
        if self.console.is_terminal:
            self.console.print(
                Panel(Text(words.strip()), title=Text(title), title_align="left", padding=(1, 2))
            )
        else:
            self.console.print(Text(f"\n    {title}\n\n{textwrap.indent(words.strip(), '    ')}\n"))

    def run(self, deed: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Show the Python of a small function, run it, and hand out what it returns."""
        self.code_of(deed)
        return deed(*args, **kwargs)

    def code_of(self, deed: Callable[..., object]) -> None:
        """Show the Python of a small function, which is about to be run."""
        source = written(deed)
        if self.console.is_terminal:
            code = Syntax(source, "python", theme="ansi_dark", background_color="default", word_wrap=True)
            self.console.print(Panel(code, border_style="dim", padding=(0, 1)))
        else:
            self.console.print(Text(textwrap.indent(source, "    ")))

    @contextmanager
    def working(self, what: str, *, total: int | None = None) -> Iterator[Advance]:
        """Something that takes a while: says so at once, shows how far it has come, and how long it took.

        Args:
            what: what is being done, as in "Importing".
            total: how many there are to do, if that is known.
        """
        began = time.monotonic()
        if not self.console.is_terminal:
            self.console.print(f"… {what}")
        with self._progress() as progress:
            task = progress.add_task(what, total=total)

            def advance(completed: int, of: int | None = None) -> None:
                progress.update(task, completed=completed, total=of if of is not None else total)

            yield advance
        self.console.print(f"[green]✓[/] {escape(what)} [dim]{time.monotonic() - began:.1f} s[/]")

    def _progress(self) -> Progress:
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        hidden = not self.console.is_terminal
        return Progress(*columns, console=self.console, transient=True, disable=hidden)


def written(deed: Callable[..., object]) -> str:
    """The Python inside a function, as somebody would type it: what is shown is what is run.

    What the function returns gets its name: a function `_run` that returns ``desk.prepare(…)`` reads
    ``run = desk.prepare(…)``.
    """
    source = textwrap.dedent(inspect.getsource(deed))
    body = ast.parse(source).body[0].body  # type: ignore[attr-defined]
    lines = textwrap.dedent("\n".join(source.splitlines()[body[0].lineno - 1 :])).splitlines()
    last = body[-1]
    if isinstance(last, ast.Return):
        at = last.lineno - body[0].lineno
        lines[at] = f"{deed.__name__.strip('_')} = {lines[at].removeprefix('return ')}"
    return "\n".join(lines)
