"""One figure: what ours takes beside its ceiling, measured in the same run on the same machine."""

import gc
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from rich.console import Group
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Measured:
    """The values of several runs, in seconds unless another unit is named.

    Attributes:
        unit: "s" for seconds, "MB" for memory.
    """

    values: tuple[float, ...]
    unit: str = "s"

    @property
    def median(self) -> float:
        """The value that ratios are made of: neither a lucky run nor a disturbed one."""
        return median(self.values)

    @property
    def best(self) -> float:
        """The least disturbed run."""
        return min(self.values)

    @property
    def spread(self) -> float:
        """How far the worst run lies above the best one, as a share of the median."""
        return (max(self.values) - self.best) / self.median if self.median else 0.0

    def __str__(self) -> str:
        if self.unit != "s":
            return f"{self.median:,.1f} {self.unit}"
        return f"{self.median:,.2f} s" if self.median >= 1 else f"{self.median * 1000:,.1f} ms"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a benchmark.

    Attributes:
        name: what is measured, in a few words.
        ours: what the book takes.
        ceiling: what the best known way takes; None: the figure is stated for its own sake.
        allowed: how many times the ceiling ours may take.
        note: what a reader must know besides: how many rows, what the ceiling is.
        profile: where the profile of a missed figure stands.
    """

    name: str
    ours: Measured
    ceiling: Measured | None = None
    allowed: float | None = None
    note: str = ""
    profile: Path | None = None

    @property
    def ratio(self) -> float | None:
        """Ours over the ceiling, median over median."""
        return self.ours.median / self.ceiling.median if self.ceiling else None

    @property
    def met(self) -> bool | None:
        """Whether ours stays within what is allowed; None where nothing was set."""
        return None if self.ratio is None or self.allowed is None else self.ratio <= self.allowed


def seconds(call: Callable[[], object]) -> float:
    """How long one call takes; the garbage of others is swept up first."""
    gc.collect()
    started = perf_counter()
    call()
    return perf_counter() - started


def median_of(call: Callable[[], object], runs: int = 5) -> Measured:
    """Measure a call several times, after one run that is not counted."""
    call()
    return Measured(tuple(seconds(call) for _ in range(runs)))


def beside(
    ours: Callable[[], object], ceiling: Callable[[], object], runs: int = 5
) -> tuple[Measured, Measured]:
    """Measure two calls in turns, so that whatever else the machine does disturbs both alike."""
    ours()
    ceiling()
    pairs = [(seconds(ours), seconds(ceiling)) for _ in range(runs)]
    return Measured(tuple(pair[0] for pair in pairs)), Measured(tuple(pair[1] for pair in pairs))


def shown(figures: Sequence[Figure]) -> Group:
    """All figures for a terminal: a table, and below it what a reader must know besides."""
    profiles = (f"missed: {figure.name}: {figure.profile}" for figure in figures if figure.profile)
    return Group(_table(figures), *(f"{f.name}: {f.note}" for f in figures if f.note), *profiles)


def _table(figures: Iterable[Figure]) -> Table:
    found = Table(title="Benchmarks: median (spread of the runs)", title_justify="left")
    for title in ("figure", "ours", "ceiling", "ratio", "allowed", ""):
        found.add_column(title, justify="left" if title in {"figure", ""} else "right")
    for figure in figures:
        found.add_row(
            figure.name,
            _spread(figure.ours),
            _spread(figure.ceiling) if figure.ceiling else "",
            f"{figure.ratio:.2f}" if figure.ratio is not None else "",
            f"{figure.allowed:g}" if figure.allowed is not None else "",
            _verdict(figure),
        )
    return found


def as_json(figures: Iterable[Figure]) -> str:
    """All figures as JSON, with every run."""
    return json.dumps([_plain(figure) for figure in figures], indent=2)


def _spread(measured: Measured) -> str:
    return f"{measured} (±{measured.spread / 2:.0%})"


def _verdict(figure: Figure) -> str:
    if figure.met is None:
        return "stated"
    return "met" if figure.met else "missed"


def _plain(figure: Figure) -> dict[str, Any]:
    return {
        "name": figure.name,
        "ours": figure.ours.values,
        "ceiling": figure.ceiling and figure.ceiling.values,
        "unit": figure.ours.unit,
        "ratio": figure.ratio,
        "allowed": figure.allowed,
        "met": figure.met,
        "note": figure.note,
        "profile": figure.profile and str(figure.profile),
    }
