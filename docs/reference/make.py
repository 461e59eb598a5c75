"""The reference: one page a module, out of the docstrings, into build/reference (`make reference`)."""

import importlib
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pdoc

ROOT = Path(__file__).resolve().parents[2]
_LEFT_OUT = ("!crm.__main__", "!crm.store.migrations", "!workers.__main__", "!workers.demo")


def pages(package: str) -> Iterator[str]:
    """What pdoc has to be told of a package: it finds what is below by itself, unless the package says what it exports."""
    yield package
    found = importlib.import_module(package)
    if hasattr(found, "__path__") and hasattr(found, "__all__"):
        for module in pkgutil.iter_modules(found.__path__, f"{package}."):
            if not module.name.endswith("__main__"):
                yield from pages(module.name)


def main(target: Path) -> None:
    """Write the pages.

    Args:
        target: the folder.
    """
    pdoc.pdoc(
        *(page for package in ("crm", "campaigns", "workers") for page in pages(package)),
        *_LEFT_OUT,
        output_directory=target,
    )
    sys.stdout.write(f"Written to {target / 'index.html'}.\n")


if __name__ == "__main__":
    main(ROOT / "build" / "reference")
