"""Which column of a file holds which field of an organisation."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from crm.errors import InvalidInput
from crm.reference.languages import Language


class OrganizationField(StrEnum):
    """What of an organisation a file can hold.

    Attributes:
        NAME: the legal name.
        COUNTRY: an ISO code, a name in one of the six languages, or the end of an address.
        INDUSTRIES: free text, several separated; the segment is set where they point to exactly one.
        SEGMENT: a segment of the book, by slug or name.
        DOMAINS: the internet domains it writes from, several separated.
        ALIASES: other names, several separated.
        KEY: what the source itself calls the organisation; two keys of one source are two organisations.
        NAME_AR: the display name in Arabic, and so on for the six languages.
    """

    NAME = "name"
    COUNTRY = "country"
    KIND = "kind"
    SEGMENT = "segment"
    INDUSTRIES = "industries"
    SIZE = "size"
    EMPLOYEES = "employees"
    WEBSITE = "website"
    LEI = "lei"
    DOMAINS = "domains"
    ALIASES = "aliases"
    KEY = "key"
    NAME_AR = "name_ar"
    NAME_ZH = "name_zh"
    NAME_EN = "name_en"
    NAME_FR = "name_fr"
    NAME_RU = "name_ru"
    NAME_ES = "name_es"

    @property
    def language(self) -> Language | None:
        """The language of a display name; None for any other field."""
        return Language(self.value.removeprefix("name_")) if self.value.startswith("name_") else None


_FEW = 40
_CONSTANT = {
    OrganizationField.COUNTRY,
    OrganizationField.KIND,
    OrganizationField.SEGMENT,
    OrganizationField.SIZE,
}


class OrganizationMapping(BaseModel):
    """How to read a file of organisations.

    Attributes:
        columns: the header of the column for each field that the file holds.
        constants: a value for every row, for country, kind, segment or size.
        separator: what stands between several values in one cell.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    columns: Mapping[OrganizationField, str]
    constants: Mapping[OrganizationField, str] = {}
    separator: str = Field(default=";", min_length=1)

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if OrganizationField.NAME not in self.columns:
            raise ValueError("no column is given for the name")
        if wrong := sorted(self.constants.keys() - _CONSTANT):
            raise ValueError(f"{wrong[0].value} cannot be the same for every row")
        if twice := sorted(self.columns.keys() & self.constants.keys()):
            raise ValueError(f"{twice[0].value} is given as a column and as a constant")
        return self

    @classmethod
    def of(cls, mapping: Self | Mapping[str, str]) -> Self:
        """The mapping that a plain dictionary of field and column means.

        Raises:
            InvalidInput: a field does not exist, the name is missing, or a constant makes no sense.
        """
        if isinstance(mapping, cls):
            return mapping
        try:
            return cls.model_validate({"columns": dict(mapping)})
        except ValidationError as error:
            raise _mapping_refused(error) from error

    def positions(self, header: Sequence[str], *, file: str) -> dict[OrganizationField, int]:
        """Where each field stands in a row.

        Raises:
            InvalidInput: the file lacks a column; the ones it has are the candidates.
        """
        for field, column in self.columns.items():
            if column not in header:
                raise InvalidInput(
                    f"{file} has no column {column!r} for the {field.value}.",
                    subject=file,
                    field=field.value,
                    value=column,
                    row=1,
                    candidates=[name for name in header if name][:_FEW],
                    hint="Name the column as it stands in the header.",
                )
        return {field: header.index(column) for field, column in self.columns.items()}


def _mapping_refused(error: ValidationError) -> InvalidInput:
    first = error.errors(include_url=False)[0]
    place: tuple[Any, ...] = first["loc"]
    if first["type"] == "enum" and len(place) > 1:
        message = f"An organisation has no field {place[1]!r} to import into."
        candidates = [field.value for field in OrganizationField]
        return InvalidInput(message, field="mapping", value=str(place[1]), candidates=candidates)
    return InvalidInput(
        f"The mapping is wrong: {first['msg'].removeprefix('Value error, ')}.", field="mapping"
    )
