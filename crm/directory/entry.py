"""Writing organisations down: the checks and steps that `book.organizations` and the importer share."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, select

from crm.directory.addresses import normal_domain
from crm.directory.lei import valid_lei
from crm.directory.merged import refuse_merged
from crm.directory.names import clean_name, forms_of_name
from crm.directory.resolve import find_organization, label
from crm.directory.staff import find_staff
from crm.directory.tables import (
    NameKind,
    Organization,
    OrganizationDomain,
    OrganizationKind,
    OrganizationName,
    Size,
)
from crm.errors import InvalidInput
from crm.reference.countries import find_country
from crm.reference.legal_forms import legal_forms_of
from crm.reference.segments import find_segment
from crm.reference.tiers import find_tier
from crm.store.columns import chosen
from crm.store.records import each
from crm.store.restoring import restores
from crm.store.store import Change
from crm.store.turns import take_turns

_LANGUAGE_CODE = re.compile("[a-z]{2,3}")
_FIELDS = {
    "kind",
    "country",
    "segment",
    "size",
    "employees",
    "parent",
    "lei",
    "website",
    "owner",
    "tier",
    "source",
    "synthetic",
}


_KEPT_BY_ID = {"owner", "parent"}

# How a field is understood where it is more than its value.
_READINGS: Mapping[str, Callable[[Session, Any], Any]] = {
    "name": lambda _, text: clean_name(text),
    "country": lambda session, key: find_country(session, key).code,
    "segment": lambda session, key: find_segment(session, key).slug,
    "kind": lambda _, text: chosen(OrganizationKind, text, field="kind"),
    "size": lambda _, text: chosen(Size, text, field="size"),
    "lei": lambda _, text: valid_lei(text),
    "owner": lambda session, key: find_staff(session, key).id,
    "tier": lambda session, key: find_tier(session, key).slug,
}


def add_organization(change: Change, name: str, fields: Mapping[str, Any]) -> Organization:
    """Put a new organisation with its legal name into the book."""
    values = _values(change.session, {"name": name, **fields})
    row = change.add(Organization.model_validate({**values, "created_at": change.now}))
    _put_name(change.session, row, row.name, NameKind.LEGAL, None)
    return row


def change_organization(session: Session, row: Organization, fields: Mapping[str, Any]) -> None:
    """Take over changed fields of an organisation; a new legal name keeps the old one as an alias."""
    values = _values(session, fields, of=row)
    if values.get("name", row.name) != row.name:
        _put_name(session, row, values["name"], NameKind.LEGAL, None)
    row.amend(values)
    session.flush()
    if "group_id" in values:
        regroup(session, row)


def _put_back(change: Change, row: Organization, values: Mapping[str, Any]) -> None:
    refuse_merged(row)
    change_organization(
        change.session, row, {field.removesuffix("_id"): value for field, value in values.items()}
    )


restores(
    Organization,
    *(f"{field}_id" if field in _KEPT_BY_ID else field for field in ("name", *sorted(_FIELDS))),
    through=_put_back,
)


def add_names(
    session: Session, row: Organization, names: Mapping[str, str], aliases: str | Iterable[str]
) -> None:
    """Add display names by language and aliases; what is there already is left as it is."""
    for language, name in names.items():
        _put_name(session, row, clean_name(name, field="names"), NameKind.DISPLAY, _language_code(language))
    for alias in each(aliases):
        _put_name(session, row, clean_name(alias, field="aliases"), NameKind.ALIAS, None)
    session.flush()


def add_domains(session: Session, row: Organization, domains: str | Iterable[str]) -> None:
    """Add the domains that an organisation writes from."""
    for domain in dict.fromkeys(normal_domain(given, field="domains") for given in each(domains)):
        if session.get(OrganizationDomain, (row.id, domain)) is None:
            session.add(OrganizationDomain(organization_id=row.id, domain=domain))
    session.flush()


def _language_code(text: str) -> str:
    if _LANGUAGE_CODE.fullmatch(text.casefold()):
        return text.casefold()
    raise InvalidInput(
        f"names: {text!r} is no code of a language.",
        field="names",
        value=text,
        hint='Write them by language, e.g. {"ar": "…"}.',
    )


def _values(session: Session, fields: Mapping[str, Any], *, of: Organization | None = None) -> dict[str, Any]:
    unknown = fields.keys() - _FIELDS - {"name"}
    if unknown:
        raise InvalidInput(
            f"An organisation has no field {min(unknown)!r}.",
            field=min(unknown),
            candidates=sorted(_FIELDS),
        )
    values = {
        field: _READINGS[field](session, given) if field in _READINGS and given is not None else given
        for field, given in fields.items()
    }
    if "owner" in values:
        values["owner_id"] = values.pop("owner")
    return values | (_parent(session, values.pop("parent"), of) if "parent" in values else {})


def _parent(session: Session, key: Any, child: Organization | None) -> dict[str, int | None]:
    if key is None and child is None:
        return {}
    lock_hierarchy(session)
    if key is None:
        return {"parent_id": None, "group_id": None}
    parent = find_organization(session, key)
    if child is not None and child.id in _upwards(session, parent):
        raise InvalidInput(
            f"{label(parent)} belongs to {label(child)} itself.",
            field="parent",
            value=label(parent),
            hint="Choose a parent outside it.",
        )
    return {"parent_id": parent.id, "group_id": parent.group_id or parent.id}


def _upwards(session: Session, start: Organization) -> Iterator[int]:
    row: Organization | None = start
    while row is not None:
        yield row.id
        row = session.get(Organization, row.parent_id) if row.parent_id else None


def _put_name(session: Session, row: Organization, name: str, kind: NameKind, language: str | None) -> None:
    known = session.exec(select(OrganizationName).where(OrganizationName.organization_id == row.id)).all()
    if kind is NameKind.LEGAL:
        _keep_as_alias(session, known)
    if not any((k.name, k.kind, k.language) == (name, kind, language) for k in known):
        values = {"organization_id": row.id, "kind": kind, "language": language}
        values |= forms_of_name(name, legal_forms_of(session))
        session.add(OrganizationName.model_validate(values))


def _keep_as_alias(session: Session, known: Sequence[OrganizationName]) -> None:
    """Make the former legal name an alias, unless there is one like it."""
    aliases = {name.name for name in known if name.kind is NameKind.ALIAS}
    for name in known:
        if name.kind is NameKind.LEGAL and name.name in aliases:
            session.delete(name)
        elif name.kind is NameKind.LEGAL:
            name.kind = NameKind.ALIAS
    session.flush()


def lock_hierarchy(session: Session) -> None:
    """Let one verb at a time move organisations: two at once could close a circle that neither of them sees."""
    take_turns(session, "hierarchy")


def regroup(session: Session, row: Organization) -> None:
    """Give all below an organisation that moved the head of its new corporate group."""
    session.execute(
        text(
            "WITH RECURSIVE below(id) AS (SELECT id FROM organization WHERE parent_id = :id"
            " UNION SELECT o.id FROM organization o JOIN below ON o.parent_id = below.id)"
            " UPDATE organization SET group_id = :head WHERE id IN (SELECT id FROM below)"
        ),
        {"id": row.id, "head": row.group_id or row.id},
    )
