"""Real listed companies for the demonstration, as a CSV file for the ordinary importer.

They come from the package ``pytickersymbols`` (MIT), which collects them from Wikipedia. Nothing is cleaned here:
countries such as "Houston, Texas" and employees such as "c. 60,500 (2025)" are what the importer has to deal with.
None of them is a real contact, and none is a member because it is in this file.
"""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pytickersymbols import PyTickerSymbols

SOURCE = "pytickersymbols"
MAPPING: Mapping[str, str] = {
    "name": "Company",
    "country": "Country",
    "industries": "Industries",
    "employees": "Employees",
    "website": "Website",
    "key": "Symbol",
}
"""Which column is which field, for ``book.imports.organizations``."""


def write_companies_csv(path: Path | str, *, most: int | None = None) -> int:
    """Write the companies to a CSV file.

    Args:
        path: where to; a file that is there is replaced.
        most: only the first so many.

    Returns:
        How many companies there are.
    """
    rows = list(_rows())[:most]
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(MAPPING.values()))
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


def _rows() -> Iterator[dict[str, str]]:
    for stock in PyTickerSymbols().get_all_stocks():
        more: dict[str, Any] = stock.get("metadata") or {}
        yield {
            "Company": stock["name"],
            "Country": stock.get("country") or "",
            "Industries": ";".join(stock.get("industries") or ()),
            "Employees": str(more.get("employees") or ""),
            "Website": more.get("website") or "",
            "Symbol": stock.get("symbol") or "",
        }
