"""How columns are called in files of the field, in the six languages: a table of spellings for each field."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from crm.imports.kind import Kind
from crm.reference.spelling import plain


def headings(kind: Kind) -> dict[str, dict[str, str]]:
    """The spellings that mean each field of a kind, by their plain forms; the most usual first."""
    shared, own = _file().get("any", {}), _file().get(kind.name, {})
    found = {}
    for field in (field.value for field in kind.fields):
        spellings = (field.replace("_", " "), *own.get(field, ()), *shared.get(field, ()))
        found[field] = {plain(spelling): spelling for spelling in reversed(spellings)}
        found[field] = dict(reversed(found[field].items()))
    return found


@cache
def _file() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    text = files("crm.imports").joinpath("headings.csv").read_text("utf-8")
    for row in csv.DictReader(text.splitlines()):
        spellings = tuple(part.strip() for part in row["spellings"].split(";"))
        of_kind = found.setdefault(row["kind"], {})
        of_kind[row["field"]] = (*of_kind.get(row["field"], ()), *spellings)
    return found
