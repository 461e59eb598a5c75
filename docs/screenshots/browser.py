"""Headless Chromium for one page at a time: a picture, a printed page, or the document as it stands in the end."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
_DARK = "--blink-settings=preferredColorScheme=0"
_PATIENCE_SECONDS = 180
_FRAME = """<!doctype html><meta charset="utf-8"><style>body {{ margin: 0; }} iframe {{ display: block; border: 0; }}</style>
<iframe src="{address}" width="{width}" height="{height}"></iframe>"""


def picture(
    page: Path, target: Path, *, width: int, height: int, dark: bool = False, place: str = ""
) -> None:
    """Take a picture of the beginning of a page, or of what a link to a place in it shows.

    A frame makes the page as narrow as it should be: Chromium's own window does not become as small as a telephone.
    """
    frame = page.with_name(f"{page.stem}-frame.html")
    frame.write_text(_FRAME.format(address=page.name + place, width=width, height=height), encoding="utf-8")
    _run(frame, f"--screenshot={target}", f"--window-size={width},{height}", *([_DARK] if dark else []))


def printed(page: Path, target: Path, *, sheet: int = 1) -> None:
    """Print a page as PDF and take a picture of one of its sheets."""
    paper = page.with_suffix(".pdf")
    _run(page, f"--print-to-pdf={paper}", "--no-pdf-header-footer")
    _found("pdftoppm", "CRM_PDFTOPPM", hint="It comes with poppler-utils.")
    numbers = ["-f", str(sheet), "-l", str(sheet)]
    subprocess.run(
        ["pdftoppm", "-png", "-r", "70", "-singlefile", *numbers, paper, target.with_suffix("")], check=True
    )


def document(page: Path, *, dark: bool = False, width: int = 1280) -> str:
    """The document as it stands once its scripts have run."""
    return _run(
        page,
        "--dump-dom",
        "--virtual-time-budget=120000",
        f"--window-size={width},900",
        *([_DARK] if dark else []),
    )


def chromium_command(profile: Path, *flags: str) -> list[str]:
    """How Chromium is started without a window, with a profile of its own."""
    chromium = _found("chromium", "CRM_CHROMIUM", hint="Install Chromium, or name it in CRM_CHROMIUM.")
    return [chromium, *_FLAGS, f"--user-data-dir={profile}", *flags]


def _run(page: Path, *flags: str) -> str:
    with tempfile.TemporaryDirectory(prefix="accord-chromium-", ignore_cleanup_errors=True) as profile:
        command = chromium_command(Path(profile), *flags, page.as_uri())
        ran = subprocess.run(command, check=True, capture_output=True, text=True, timeout=_PATIENCE_SECONDS)
    return ran.stdout


def _found(program: str, variable: str, *, hint: str) -> str:
    found = shutil.which(os.environ.get(variable) or program)
    if found is None:
        raise SystemExit(f"{program} is not on the PATH. {hint}")
    return found
