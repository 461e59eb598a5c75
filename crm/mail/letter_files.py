"""The files of a letter, read with errors that name the file and the remedy."""

import tomllib
from pathlib import Path
from typing import Any

from crm.errors import TemplateError


def read_text(path: Path) -> str:
    """What stands in a file of a letter.

    Raises:
        TemplateError: it is missing, where the files there are stand in `candidates`, or no UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        there = sorted(found.name for found in path.parent.glob("*"))
        raise TemplateError(
            f"{path.parent} has no {path.name}.", subject=str(path), field=path.name, candidates=there
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise TemplateError(f"{path} cannot be read as UTF-8.", subject=str(path)) from error


def read_toml(path: Path) -> dict[str, Any]:
    """What a TOML file of a letter says; see `read_text`."""
    try:
        return tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise TemplateError(f"{path} is no TOML: {error}.", subject=str(path)) from error
