"""Writing a chunk of rows into the book at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from crm.directory.importing.draft import Draft
from crm.directory.importing.tables import ImportRow, SourceKey
from crm.directory.importing.verdicts import NOTES, PROBLEMS, RowVerdict
from crm.directory.names import forms_of_name
from crm.directory.roles import Role, RoleKind
from crm.directory.tables import (
    NameKind,
    Organization,
    OrganizationDomain,
    OrganizationKind,
    OrganizationName,
)
from crm.reference.legal_forms import LegalForms, legal_forms_of
from crm.store.records import Record

_SAME = ("name", "country", "segment", "size", "employees", "website", "lei")


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What all rows of a batch share.

    Attributes:
        batch_id: the batch; None for a dry run.
        source: what the source is called.
        now: when it happens.
        role: the role that new organisations are given.
        synthetic: whether they are made up.
    """

    batch_id: int | None
    source: str
    now: datetime
    role: RoleKind | None
    synthetic: bool


def write(
    session: Session,
    circumstances: Circumstances,
    *,
    new: Sequence[tuple[int, Draft]],
    verdicts: Sequence[tuple[RowVerdict, str]],
) -> None:
    """Put new organisations, each with its id, and the verdicts, each with the digest of its row, into the book."""
    _insert(session, Organization, (_organization(circumstances, *entry) for entry in new))
    forms = legal_forms_of(session)
    _insert(session, OrganizationName, (row for entry in new for row in _names(forms, *entry)))
    _insert(session, OrganizationDomain, (row for entry in new for row in _domains(*entry)))
    _insert(session, SourceKey, (row for entry in new for row in _keys(circumstances, *entry)))
    if circumstances.role:
        _insert(session, Role, (_role(circumstances, organization_id) for organization_id, _ in new))
    _insert(session, ImportRow, (_row(circumstances, *entry) for entry in verdicts))


def _insert(session: Session, table: type[Record], rows: Iterator[dict[str, Any]]) -> None:
    if values := list(rows):
        # Through the connection: the batch stands in the trail as one entry, not record by record.
        session.connection().execute(insert(table), values)


def _organization(circumstances: Circumstances, organization_id: int, draft: Draft) -> dict[str, Any]:
    values = {name: getattr(draft, name) for name in _SAME}
    values |= {"id": organization_id, "kind": draft.kind or OrganizationKind.COMPANY}
    return values | {
        "source": circumstances.source,
        "synthetic": circumstances.synthetic,
        "created_at": circumstances.now,
    }


def _names(forms: LegalForms, organization_id: int, draft: Draft) -> Iterator[dict[str, Any]]:
    def name(text: str, kind: NameKind, language: str | None = None) -> dict[str, Any]:
        row = {"organization_id": organization_id, "kind": kind, "language": language}
        return row | forms_of_name(text, forms)

    yield name(draft.name, NameKind.LEGAL)
    # A name that is the same in two languages stands once: names are unique within a kind.
    displayed = {text: language for language, text in reversed(draft.names.items())}
    yield from (name(text, NameKind.DISPLAY, language) for text, language in displayed.items())
    yield from (name(text, NameKind.ALIAS) for text in draft.aliases)


def _domains(organization_id: int, draft: Draft) -> Iterator[dict[str, Any]]:
    yield from ({"organization_id": organization_id, "domain": domain} for domain in draft.domains)


def _keys(circumstances: Circumstances, organization_id: int, draft: Draft) -> Iterator[dict[str, Any]]:
    if draft.key:
        yield {"source": circumstances.source, "key": draft.key, "organization_id": organization_id}


def _role(circumstances: Circumstances, organization_id: int) -> dict[str, Any]:
    since = circumstances.now.date()
    role = {"organization_id": organization_id, "kind": circumstances.role, "since_on": since}
    return role | {"source": circumstances.source}


def _row(circumstances: Circumstances, verdict: RowVerdict, digest: str) -> dict[str, Any]:
    return {
        "batch_id": circumstances.batch_id,
        "row": verdict.row,
        "verdict": verdict.verdict,
        "name": verdict.name,
        "subject_id": verdict.subject_id,
        "notes": NOTES.dump_python(verdict.notes, mode="json"),
        "problems": PROBLEMS.dump_python(verdict.problems, mode="json"),
        "cells": list(verdict.cells),
        "digest": digest,
    }
