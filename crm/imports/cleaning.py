"""Reading a row: each cell is checked by the rule of its field, and no cell's fault hides another's."""

from collections.abc import Mapping
from typing import Generic

from crm.errors import AccordError
from crm.imports.cells import refuse_wreckage
from crm.imports.kind import D, Kind, Rules
from crm.imports.lines import Line
from crm.imports.mapping import ImportMapping
from crm.imports.verdicts import NoteKind, Problem, ProblemKind


class Cleaning(Generic[D]):
    """Reads the rows of one file.

    Args:
        kind: what the rows are.
        rules: the rules of the kind.
        mapping: how the file is to be read.
        positions: where each field stands in a row.
    """

    def __init__(
        self, kind: Kind, rules: Rules[D], mapping: ImportMapping, positions: Mapping[str, int]
    ) -> None:
        self._kind = kind
        self._rules = rules
        self._constants = tuple(mapping.constants.items())
        order = [field.value for field in kind.fields]
        self._positions = sorted(positions.items(), key=lambda item: order.index(item[0]))
        self._noted = kind.noted & {*positions, *mapping.constants}
        self._naming = [positions[field] for field in kind.needs[0] if field in positions]

    def draft(self, line: Line) -> D:
        """What a row states, as far as it can be read."""
        draft = self._rules.draft(line.row, line.cells)
        if line.problem:
            draft.problems.append(line.problem)
        else:
            self._read_all(draft, line)
        draft.name = draft.name or self._raw_name(line)
        return draft

    def _read_all(self, draft: D, line: Line) -> None:
        for field, value in self._constants:
            self._read(draft, field, value)
        for field, position in self._positions:
            if text := line.cells[position].strip():
                self._read(draft, field, text)
        if line.decided and self._kind.decides:
            self._read(draft, self._kind.decides, line.decided)
        for group in self._kind.needs:
            if draft.given.isdisjoint(group):
                draft.problems.append(_missing(group))
        for field in self._noted - draft.given:
            draft.note(NoteKind.MISSING, field, "", f"The {field} is not stated.")
        self._rules.complete(draft)
        if line.suspect:
            text = "A quotation mark was opened above and never closed: this row may have been part of that text."
            draft.note(NoteKind.CHECK, "", "", text)

    def _read(self, draft: D, field: str, text: str) -> None:
        draft.given.add(field)
        try:
            if field not in self._kind.soft:
                refuse_wreckage(text)
            self._rules.read(draft, field, text)
        except AccordError as error:
            draft.problems.append(Problem.of(error, field=field, value=text))

    def _raw_name(self, line: Line) -> str:
        named = (line.cells[at].strip() for at in self._naming if at < len(line.cells))
        return next(filter(None, named), "")


def _missing(group: tuple[str, ...]) -> Problem:
    what = " or the ".join(field.replace("_", " ") for field in group)
    fix = f"Give the {what}."
    return Problem(ProblemKind.MISSING, group[0], "", f"The {what} is missing.", fix)
