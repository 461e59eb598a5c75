"""Values of the book as a pandas DataFrame, for whoever has pandas: nothing else here needs it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from crm.errors import ConfigurationError
from crm.shown import fields_of, said

if TYPE_CHECKING:
    import pandas as pd

Scalar = (str, int, float, Decimal, date, type(None))


def dataframe(values: Iterable[object]) -> pd.DataFrame:
    """Any records or values of the book as a DataFrame: a row each, a column for each field.

    Whole numbers are Int64, days and instants datetime64, amounts Decimal, choices categories; what is not stated is
    missing. What stands for something else, such as a contact, is told by its name.

    Args:
        values: what a read of the book handed out, e.g. `book.timeline("KEN")`.

    Raises:
        ConfigurationError: pandas is not installed.
    """
    pandas, rows = needed(), [fields_of(value) for value in values]
    names = dict.fromkeys(name for row in rows for name in row)
    return pandas.DataFrame({name: typed([row.get(name) for row in rows]) for name in names})


def typed(values: Sequence[object]) -> pd.Series:
    """A column of values, as the type that all that are stated have in common."""
    pandas = needed()
    stated = [value for value in values if value is not None]
    plain = [value if isinstance(value, Scalar) else said(value) for value in values]
    for kind, dtype in _TYPES:
        if stated and all(isinstance(value, kind) for value in stated):
            return pandas.Series(_taken(plain, kind), dtype=dtype)
    return pandas.Series(plain, dtype=None if stated and all(isinstance(v, str) for v in plain) else object)


def needed() -> ModuleType:
    """Pandas, or an error that says how to get it."""
    try:
        return import_module("pandas")  # only whoever asks for a DataFrame needs it
    except ImportError as error:
        raise ConfigurationError(
            "A DataFrame needs pandas, which is not installed.",
            field="pandas",
            hint="Run: pip install pandas",
        ) from error


_TYPES = (
    (bool, "boolean"),
    (Enum, "category"),
    (int, "Int64"),
    (datetime, "datetime64[us, UTC]"),
    (date, "datetime64[s]"),
    (float, "Float64"),
)


def _taken(values: Sequence[object], kind: type) -> list[object]:
    return (
        [value.value if isinstance(value, Enum) else value for value in values]
        if kind is Enum
        else list(values)
    )
