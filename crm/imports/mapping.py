"""Which column of a file holds which field."""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from crm.errors import InvalidInput
from crm.imports.kind import Kind

_FEW = 40


class ImportMapping(BaseModel):
    """How to read a file.

    Attributes:
        columns: the header of the column for each field that the file holds.
        constants: a value for every row, for fields that may be the same in all of them.
        separator: what stands between several values in one cell.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    columns: Mapping[str, str]
    constants: Mapping[str, str] = {}
    separator: str = Field(default=";", min_length=1)

    @classmethod
    def of(cls, mapping: "ImportMapping | Mapping[str, object]", kind: Kind) -> "ImportMapping":
        """The mapping that somebody means, if it makes sense for a kind of row.

        Args:
            mapping: a mapping; a dictionary of field and column; or one with the keys `columns`, `constants` and
                `separator`.
            kind: what the rows are.

        Raises:
            InvalidInput: a field does not exist, one that is needed is missing, or a constant makes no sense.
        """
        try:
            given = mapping if isinstance(mapping, ImportMapping) else cls.model_validate(_whole(mapping))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(map(str, first["loc"]))
            raise _wrong(f"{where}: {first['msg']}") from error
        _make_sense(given, kind)
        return given

    def positions(self, header: Sequence[str], *, file: str) -> dict[str, int]:
        """Where each field stands in a row.

        Raises:
            InvalidInput: the file lacks a column; the ones it has are the candidates.
        """
        for field, column in self.columns.items():
            if column not in header:
                raise InvalidInput(
                    f"{file} has no column {column!r} for the {field}.",
                    subject=file,
                    field=field,
                    value=column,
                    row=1,
                    candidates=[name for name in header if name][:_FEW],
                    hint="Name the column as it stands in the header.",
                )
        return {field: header.index(column) for field, column in self.columns.items()}


def _make_sense(mapping: ImportMapping, kind: Kind) -> None:
    known = [field.value for field in kind.fields]
    for field in (*mapping.columns, *mapping.constants):
        if field not in known:
            raise InvalidInput(
                f"{kind.noun.capitalize()} has no field {field!r} to import into.",
                field="mapping",
                value=field,
                candidates=known,
            )
    if wrong := sorted(mapping.constants.keys() - kind.constants):
        raise _wrong(f"{wrong[0]} cannot be the same for every row")
    if twice := sorted(mapping.columns.keys() & mapping.constants.keys()):
        raise _wrong(f"{twice[0]} is given as a column and as a constant")
    for group in kind.needs:
        if not {*group} & {*mapping.columns, *mapping.constants}:
            raise _wrong(f"no column is given for the {' or the '.join(group)}")


def _whole(mapping: Mapping[str, object]) -> dict[str, object]:
    """A plain dictionary of field and column is the columns of a mapping."""
    if isinstance(mapping.get("columns"), Mapping):
        return dict(mapping)
    return {"columns": dict(mapping)}


def _wrong(what: str) -> InvalidInput:
    return InvalidInput(f"The mapping is wrong: {what}.", field="mapping")
