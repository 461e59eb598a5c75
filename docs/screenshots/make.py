"""Pictures of the reports for the documentation, and what axe-core says of each page: `make screenshots`.

It makes the reports from a synthetic book, shows them to headless Chromium in every variant that people meet (wide,
narrow, dark, Arabic, printed), and fails on a serious or critical fault. The pages that letters open are served, visited in
English and Arabic, and their buttons are clicked; it fails where that does not do what it says.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from browser import picture, printed
from faults import Fault, faults
from letters_web import letters_pages
from synthetic import announcements, forecast, proposal, synthetic_book, what_if

HERE = Path(__file__).resolve().parent
LARGEST_BYTES = 200_000
_NOTEBOOK = """<!doctype html><html lang="en"><meta charset="utf-8"><title>A proposal</title>
<body><main style="margin: 1.5rem"><h1 style="font: 600 1rem system-ui">Out [1]</h1>{card}</main></body></html>"""
NARROWEST = 500
"""The smallest window of Chromium itself; the narrow style begins at 640 pixels."""


def main() -> None:
    """Take the pictures and examine the pages."""
    asked = _asked()
    with tempfile.TemporaryDirectory(prefix="accord-look-") as name:
        folder = Path(name)
        # As root, PostgreSQL runs as another user, who must reach its own folder in here.
        folder.chmod(0o711)
        pages = _pages(folder)
        asked.into.mkdir(parents=True, exist_ok=True)
        for taken in _pictures(pages, asked.into):
            print(f"{taken.name}: {taken.stat().st_size // 1000} KB")
        found = [fault for page in pages.values() for fault in _examined(page, asked.axe, folder)]
        with letters_pages(folder / "letters") as web:
            found += web.looked_at(asked.into, asked.axe)
    too_large = [path.name for path in asked.into.glob("*.png") if path.stat().st_size > LARGEST_BYTES]
    if too_large:
        sys.exit(f"Larger than {LARGEST_BYTES // 1000} KB: {', '.join(too_large)}.")
    if any(fault.is_grave for fault in found):
        sys.exit("There are serious faults.")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--axe", type=Path, required=True, help="axe.min.js of axe-core")
    parser.add_argument("--into", type=Path, default=HERE.parent / "pictures", help="where the pictures go")
    return parser.parse_args()


def _pages(folder: Path) -> dict[str, Path]:
    with synthetic_book(folder / "book") as book:
        reports = {
            "prospects": book.reports.prospects_by_state(),
            "arabic": book.reports.prospects_by_state(language="ar"),
            "forecast": forecast(),
            "round": announcements(book),
        }
        reports |= {report.name: report for report in what_if(book).tables()}  # it adds members
        pages = {name: report.to_html(folder / f"{name}.html") for name, report in reports.items()}
        pages["proposal"] = folder / "proposal.html"
        pages["proposal"].write_text(_NOTEBOOK.format(card=proposal(book)._repr_html_()), encoding="utf-8")
        return pages


def _pictures(pages: dict[str, Path], into: Path) -> list[Path]:
    paths = {
        name: into / f"report-{name}.png"
        for name in ("wide", "rows", "narrow", "dark", "arabic", "columns", "printed")
    }
    prospects = pages["prospects"]
    picture(prospects, paths["wide"], width=1120, height=900)
    picture(prospects, paths["rows"], width=900, height=420, place=_rows_of(prospects, "Kenya"))
    picture(prospects, paths["narrow"], width=360, height=900)
    picture(prospects, paths["dark"], width=1120, height=900, dark=True)
    picture(pages["arabic"], paths["arabic"], width=1120, height=900)
    picture(pages["forecast"], paths["columns"], width=700, height=760)
    printed(prospects, paths["printed"])
    paths["round"] = into / "contribution-round.png"
    picture(pages["round"], paths["round"], width=1000, height=1120)
    card = into / "proposal-card.png"
    picture(pages["proposal"], card, width=1120, height=1000)
    what_ifs = {name: into / f"what-if-{name}.png" for name in ("tornado", "spread", "at-risk")}
    for name, path in what_ifs.items():
        picture(pages[f"what-if-{name}"], path, width=900, height=1120)
    return [*paths.values(), card, *what_ifs.values()]


def _rows_of(page: Path, state: str) -> str:
    """The place of a page where the rows behind a State's figure stand."""
    text = page.read_text(encoding="utf-8")
    after = text[text.index(f"<summary><bdi>{state}:") :]
    return "#" + after.partition('<div id="')[2].partition('"')[0]


def _examined(page: Path, axe: Path, folder: Path) -> list[Fault]:
    found = []
    for dark, width in ((False, 1280), (True, 1280), (False, NARROWEST)):
        for fault in faults(page, axe, folder, dark=dark, width=width):
            print(f"{page.name}, {width} px{', dark' if dark else ''}: {fault}")
            found.append(fault)
    return found


if __name__ == "__main__":
    main()
