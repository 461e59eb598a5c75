"""The cells of a row of organisations: how each field is read."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from crm.directory.addresses import normal_domain
from crm.directory.lei import valid_lei
from crm.directory.names import clean_name
from crm.directory.tables import OrganizationKind, Size
from crm.errors import InvalidInput
from crm.imports.cells import member_of, parts_of
from crm.imports.classification import Classification
from crm.imports.numbers import employees
from crm.imports.organization_draft import OrganizationDraft
from crm.imports.places import Place, Places
from crm.imports.verdicts import NoteKind, clipped

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_LONGEST_WEBSITE = 500
_LONGEST_KEY = 200
_LANGUAGE = "name_"


class OrganizationCells:
    """Reads the cells of one file.

    Args:
        places: knows the countries.
        classification: knows the segments.
        separator: what stands between several values in one cell.
    """

    def __init__(self, places: Places, classification: Classification, *, separator: str) -> None:
        self.places = places
        self.classification = classification
        self._separator = separator

    def read(self, draft: OrganizationDraft, field: str, text: str) -> None:
        """Read one cell that is not empty."""
        if field.startswith(_LANGUAGE):
            draft.names[field.removeprefix(_LANGUAGE)] = clean_name(text, field=field)
        else:
            _RULES[field](self, draft, text)

    def parts(self, text: str) -> list[str]:
        """The values of a cell that holds several."""
        return list(parts_of(text, self._separator))


def _name(_cells: OrganizationCells, draft: OrganizationDraft, text: str) -> None:
    draft.call(clean_name(text))


def _country(cells: OrganizationCells, draft: OrganizationDraft, text: str) -> None:
    found = cells.places.place(text)
    if isinstance(found, Place):
        draft.country = found.code
        if found.correction:
            draft.note(NoteKind.CORRECTED, "country", text, found.correction)
    else:
        draft.problems.append(found)


def _kind(_cells: OrganizationCells, draft: OrganizationDraft, text: str) -> None:
    draft.kind = member_of(OrganizationKind, text, what="kind of organisation")


def _size(_cells: OrganizationCells, draft: OrganizationDraft, text: str) -> None:
    draft.size = member_of(Size, text, what="size")


def _segment(cells: OrganizationCells, draft: OrganizationDraft, text: str) -> None:
    draft.segment = cells.classification.stated(text)


def _industries(cells: OrganizationCells, draft: OrganizationDraft, text: str) -> None:
    if draft.segment is not None:
        return
    match list(cells.classification.pointed_to(cells.parts(text)).items()):
        case []:
            draft.note(NoteKind.LEFT_OUT, "industries", text, "No industry points to a segment.")
        case [(slug, keyword)]:
            draft.segment = slug
            said = f"The segment is {slug}: the industries say {keyword!r}."
            draft.note(NoteKind.DERIVED, "segment", text, said)
        case several:
            found = ", ".join(f"{slug} ({keyword!r})" for slug, keyword in several)
            said = f"The industries point to several segments: {found}."
            draft.note(NoteKind.LEFT_OUT, "industries", text, said)


def _employees(_cells: OrganizationCells, draft: OrganizationDraft, text: str) -> None:
    match employees(text):
        case None:
            said = f"{clipped(text)!r} is not one number of employees."
            draft.note(NoteKind.LEFT_OUT, "employees", text, said)
        case number, exactly:
            draft.employees = number
            if not exactly:
                said = f"{clipped(text)!r} was read as {number} employees."
                draft.note(NoteKind.CORRECTED, "employees", text, said)


def _website(_cells: OrganizationCells, draft: OrganizationDraft, text: str) -> None:
    if _is_web_address(text):
        draft.website = text
    else:
        said = f"{clipped(text)!r} is not the address of a web page."
        draft.note(NoteKind.LEFT_OUT, "website", text, said)


def _lei(_cells: OrganizationCells, draft: OrganizationDraft, text: str) -> None:
    draft.lei = valid_lei(text)


def _key(_cells: OrganizationCells, draft: OrganizationDraft, text: str) -> None:
    if len(text) > _LONGEST_KEY or not text.isprintable():
        raise InvalidInput(
            f"{clipped(text)!r} cannot be a key.", hint=f"A key has {_LONGEST_KEY} characters at the most."
        )
    draft.key = text


def _id(_cells: OrganizationCells, draft: OrganizationDraft, text: str) -> None:
    draft.decided = text


def _domains(cells: OrganizationCells, draft: OrganizationDraft, text: str) -> None:
    draft.domains = tuple(dict.fromkeys(normal_domain(part) for part in cells.parts(text)))


def _aliases(cells: OrganizationCells, draft: OrganizationDraft, text: str) -> None:
    draft.aliases = tuple(dict.fromkeys(clean_name(part, field="aliases") for part in cells.parts(text)))


def _is_web_address(text: str) -> bool:
    scheme = _SCHEME.match(text) if "://" in text else None
    if len(text) > _LONGEST_WEBSITE or (scheme and scheme[1].lower() not in {"http", "https"}):
        return False
    try:
        normal_domain(text)
    except InvalidInput:
        return False
    return text.isprintable() and " " not in text


_RULES: Final[Mapping[str, Callable[[OrganizationCells, OrganizationDraft, str], None]]] = {
    "name": _name,
    "country": _country,
    "kind": _kind,
    "size": _size,
    "segment": _segment,
    "industries": _industries,
    "employees": _employees,
    "website": _website,
    "lei": _lei,
    "key": _key,
    "domains": _domains,
    "aliases": _aliases,
    "id": _id,
}
