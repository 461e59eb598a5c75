"""`python -m benchmarks`: run the benchmarks and print their figures."""

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

import benchmarks
from benchmarks.bench import Bench
from benchmarks.figure import Figure, as_json, shown
from crm.store.postgres import default_folder, open_server

_PROFILES = Path("build/benchmarks")
# A laptop's server as it comes, but for the room that filling a large book takes.
_SETTINGS = {"max_wal_size": "4GB"}


def benchmarks_by_name() -> dict[str, Callable[[Bench], Iterable[Figure]]]:
    """Every benchmark by the name of its module."""
    names = sorted(
        module.name for module in pkgutil.iter_modules(benchmarks.__path__) if module.name != "__main__"
    )
    modules = {name: importlib.import_module(f"benchmarks.{name}") for name in names}
    return {name: module.figures for name, module in modules.items() if hasattr(module, "figures")}


def main(
    only: Annotated[list[str] | None, typer.Option(help="Only this benchmark; may be repeated.")] = None,
    size: Annotated[int, typer.Option(min=100, help="How many organisations the book has.")] = 1_000_000,
    runs: Annotated[int, typer.Option(min=1, help="How often each call is measured.")] = 5,
    folder: Annotated[Path | None, typer.Option(help="Where the books are kept between runs.")] = None,
    as_json_: Annotated[bool, typer.Option("--json", help="Print JSON with every run.")] = False,  # noqa: FBT002 - a flag
    list_: Annotated[bool, typer.Option("--list", help="Only name the benchmarks.")] = False,  # noqa: FBT002
) -> None:
    """Measure what the book takes, each time beside its ceiling."""
    known = benchmarks_by_name()
    if unknown := set(only or ()) - known.keys():
        raise typer.BadParameter(f"{min(unknown)}: there are {', '.join(known)}.", param_hint="--only")
    if list_:
        print("\n".join(known))
        return
    server = open_server(folder or default_folder().with_name("accord-benchmarks"), settings=_SETTINGS)
    try:
        with Bench(server, size=size, runs=runs, profiles=_PROFILES) as bench:
            found = [figure for name in only or known for figure in _figures(known[name], bench, name)]
    finally:
        server.close()
    if as_json_:
        print(as_json(found))
    else:
        Console().print(shown(found))


def _figures(benchmark: Callable[[Bench], Iterable[Figure]], bench: Bench, name: str) -> Iterable[Figure]:
    """The figures of one benchmark, each told as soon as it is there: a large book takes its time."""
    console = Console(stderr=True)
    with console.status(name):
        for figure in benchmark(bench):
            console.print(f"{figure.name}: {figure.ours}", highlight=False)
            yield figure


if __name__ == "__main__":
    typer.run(main)
