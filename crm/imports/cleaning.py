"""Reading a row: each cell is checked by the rule of its field, and no cell's fault hides another's."""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final, TypeVar

from crm.directory.addresses import normal_domain
from crm.directory.lei import valid_lei
from crm.directory.names import clean_name
from crm.directory.tables import OrganizationKind, Size
from crm.errors import AccordError, InvalidInput, NotFound
from crm.imports.classification import Classification
from crm.imports.draft import Draft
from crm.imports.lines import Line
from crm.imports.mapping import OrganizationField, OrganizationMapping
from crm.imports.numbers import employees
from crm.imports.places import Place, Places
from crm.imports.verdicts import NoteKind, Problem, ProblemKind, clipped
from crm.reference.spelling import plain

_LOST = "\N{REPLACEMENT CHARACTER}"
_ERRORS = re.compile(r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SPILL!)", re.IGNORECASE)
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_LONGEST_WEBSITE = 500
_LONGEST_KEY = 200

Field = OrganizationField
# What cannot be read here is left out with a note: it is no reason to miss the organisation.
_SOFT = {Field.INDUSTRIES, Field.EMPLOYEES, Field.WEBSITE}
M = TypeVar("M", bound=StrEnum)


class Cleaning:
    """Reads the rows of one file.

    Args:
        mapping: how the file is to be read.
        positions: where each field stands in a row.
        places: knows the countries.
        classification: knows the segments.
    """

    def __init__(
        self,
        mapping: OrganizationMapping,
        positions: Mapping[OrganizationField, int],
        *,
        places: Places,
        classification: Classification,
    ) -> None:
        self.places = places
        self.classification = classification
        self.separator = mapping.separator
        self._constants = tuple(mapping.constants.items())
        # A stated segment counts more than one concluded from industries, so it is read first.
        self._positions = sorted(positions.items(), key=lambda item: list(OrganizationField).index(item[0]))
        self._name_position = positions[Field.NAME]
        self._has_country = Field.COUNTRY in positions or Field.COUNTRY in mapping.constants

    def draft(self, line: Line) -> Draft:
        """The organisation that a row states, as far as it can be read."""
        draft = Draft(line.row, line.cells)
        if line.problem:
            draft.problems.append(line.problem)
            draft.name = self._raw_name(line)
            return draft
        for field, value in self._constants:
            self._read(draft, field, value)
        for field, position in self._positions:
            self._read(draft, field, line.cells[position].strip())
        self._remark(draft, suspect=line.suspect)
        draft.name = draft.name or self._raw_name(line)
        return draft

    def parts(self, text: str) -> list[str]:
        """The values of a cell that holds several."""
        return [part for part in map(str.strip, text.split(self.separator)) if part]

    def _read(self, draft: Draft, field: OrganizationField, text: str) -> None:
        if not text:
            return
        try:
            if field not in _SOFT:
                _refuse_wreckage(text)
            if field.language:
                draft.names[field.language.value] = clean_name(text, field=field.value)
            else:
                _RULES[field](self, draft, text)
        except AccordError as error:
            draft.problems.append(Problem.of(error, field=field.value, value=text))

    def _raw_name(self, line: Line) -> str:
        position = self._name_position
        return line.cells[position].strip() if position < len(line.cells) else ""

    def _remark(self, draft: Draft, *, suspect: bool) -> None:
        if not draft.name and not any(problem.field == Field.NAME for problem in draft.problems):
            fix = "Give the organisation's legal name."
            draft.problems.append(
                Problem(ProblemKind.MISSING, Field.NAME.value, "", "The name is missing.", fix)
            )
        if self._has_country and draft.country is None:
            draft.note(NoteKind.MISSING, Field.COUNTRY, "", "The country is not stated.")
        if suspect:
            text = "A quotation mark was opened above and never closed: this row may have been part of that text."
            draft.note(NoteKind.CHECK, "", "", text)


def _refuse_wreckage(text: str) -> None:
    if _LOST in text:
        hint = "Write it again from the original: an earlier conversion lost letters."
        raise InvalidInput(f"{clipped(text)!r} has lost characters.", hint=hint)
    if _ERRORS.fullmatch(text):
        hint = "Mend the formula in the spreadsheet, or leave the cell empty."
        raise InvalidInput(f"{text!r} is a spreadsheet's error.", hint=hint)


def _name(_cleaning: Cleaning, draft: Draft, text: str) -> None:
    draft.call(clean_name(text))


def _country(cleaning: Cleaning, draft: Draft, text: str) -> None:
    found = cleaning.places.place(text)
    if isinstance(found, Place):
        draft.country = found.code
        if found.correction:
            draft.note(NoteKind.CORRECTED, Field.COUNTRY, text, found.correction)
    else:
        draft.problems.append(found)


def _kind(_cleaning: Cleaning, draft: Draft, text: str) -> None:
    draft.kind = _member(OrganizationKind, text, what="kind of organisation")


def _size(_cleaning: Cleaning, draft: Draft, text: str) -> None:
    draft.size = _member(Size, text, what="size")


def _segment(cleaning: Cleaning, draft: Draft, text: str) -> None:
    draft.segment = cleaning.classification.stated(text)


def _industries(cleaning: Cleaning, draft: Draft, text: str) -> None:
    if draft.segment is not None:
        return
    match list(cleaning.classification.pointed_to(cleaning.parts(text)).items()):
        case []:
            draft.note(NoteKind.LEFT_OUT, Field.INDUSTRIES, text, "No industry points to a segment.")
        case [(slug, keyword)]:
            draft.segment = slug
            said = f"The segment is {slug}: the industries say {keyword!r}."
            draft.note(NoteKind.DERIVED, Field.SEGMENT, text, said)
        case several:
            found = ", ".join(f"{slug} ({keyword!r})" for slug, keyword in several)
            said = f"The industries point to several segments: {found}."
            draft.note(NoteKind.LEFT_OUT, Field.INDUSTRIES, text, said)


def _employees(_cleaning: Cleaning, draft: Draft, text: str) -> None:
    match employees(text):
        case None:
            said = f"{clipped(text)!r} is not one number of employees."
            draft.note(NoteKind.LEFT_OUT, Field.EMPLOYEES, text, said)
        case number, exactly:
            draft.employees = number
            if not exactly:
                said = f"{clipped(text)!r} was read as {number} employees."
                draft.note(NoteKind.CORRECTED, Field.EMPLOYEES, text, said)


def _website(_cleaning: Cleaning, draft: Draft, text: str) -> None:
    if _is_web_address(text):
        draft.website = text
    else:
        said = f"{clipped(text)!r} is not the address of a web page."
        draft.note(NoteKind.LEFT_OUT, Field.WEBSITE, text, said)


def _lei(_cleaning: Cleaning, draft: Draft, text: str) -> None:
    draft.lei = valid_lei(text)


def _key(_cleaning: Cleaning, draft: Draft, text: str) -> None:
    if len(text) > _LONGEST_KEY or not text.isprintable():
        raise InvalidInput(
            f"{clipped(text)!r} cannot be a key.", hint=f"A key has {_LONGEST_KEY} characters at the most."
        )
    draft.key = text


def _domains(cleaning: Cleaning, draft: Draft, text: str) -> None:
    draft.domains = tuple(dict.fromkeys(normal_domain(part) for part in cleaning.parts(text)))


def _aliases(cleaning: Cleaning, draft: Draft, text: str) -> None:
    draft.aliases = tuple(dict.fromkeys(clean_name(part, field="aliases") for part in cleaning.parts(text)))


def _is_web_address(text: str) -> bool:
    scheme = _SCHEME.match(text) if "://" in text else None
    if len(text) > _LONGEST_WEBSITE or (scheme and scheme[1].lower() not in {"http", "https"}):
        return False
    try:
        normal_domain(text)
    except InvalidInput:
        return False
    return text.isprintable() and " " not in text


def _member(kind: type[M], text: str, *, what: str) -> M:
    for member in kind:
        if plain(member.value) == plain(text):
            return member
    raise NotFound(f"There is no {what} {clipped(text)!r}.", candidates=[member.value for member in kind])


_RULES: Final[Mapping[OrganizationField, Callable[[Cleaning, Draft, str], None]]] = {
    Field.NAME: _name,
    Field.COUNTRY: _country,
    Field.KIND: _kind,
    Field.SIZE: _size,
    Field.SEGMENT: _segment,
    Field.INDUSTRIES: _industries,
    Field.EMPLOYEES: _employees,
    Field.WEBSITE: _website,
    Field.LEI: _lei,
    Field.KEY: _key,
    Field.DOMAINS: _domains,
    Field.ALIASES: _aliases,
}
