"""Values of the book as JSON: one form for records, values and lists of them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from pathlib import Path

from pydantic import BaseModel, SecretStr

from crm.store.records import Record

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


def json_text(value: object) -> str:
    """A value as JSON, ended by a line end."""
    return json.dumps(plain(value), ensure_ascii=False, indent=2) + "\n"


def plain(value: object) -> Json:  # noqa: PLR0911 - one line for each kind of value
    """A value in nothing but texts, numbers, lists and mappings.

    Records and frozen values become objects by field name; days and instants ISO 8601; amounts texts, so that no
    digit is lost. Raw bytes are told by their length, secrets not at all.
    """
    match value:
        case Enum():
            return plain(value.value)
        case None | bool() | int() | float() | str():
            return value
        case date():
            return value.isoformat()
        case Decimal() | Path():
            return str(value)
        case bytes():
            return f"{len(value)} bytes"
        case SecretStr():
            return None
        case BaseModel():
            inner = value.derived if isinstance(value, Record) else ()
            return {
                name: plain(getattr(value, name)) for name in type(value).model_fields if name not in inner
            }
        case Mapping():
            return {str(plain(name)): plain(entry) for name, entry in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    return [plain(entry) for entry in value] if isinstance(value, Iterable) else str(value)
