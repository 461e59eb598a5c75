"""Finding what a key means: any reasonable key resolves, an ambiguous one raises with its candidates."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, false, func
from sqlmodel import Session, col, select

from crm.directory.addresses import normal_domain, parse_email
from crm.directory.lei import looks_like_lei, valid_lei
from crm.directory.merged import keepers_of, stands
from crm.directory.names import normal_name
from crm.directory.tables import Organization, OrganizationDomain, OrganizationKind, OrganizationName
from crm.errors import Ambiguous, InvalidInput, NotFound
from crm.reference.country import Country
from crm.store.records import by_id

OrganizationKey = int | str | Organization
_VERY_NEAR, _NEAR = 0.6, 0.35
_FEW = 6


def find_organization(session: Session, key: OrganizationKey) -> Organization:
    """The organisation that a key means; one that was merged into another leads to its keeper.

    Args:
        session: the session of the verb.
        key: the id, the object, an exact name or alias (case, accents and punctuation apart), an LEI, a domain,
            an e-mail address, or the ISO code of a Member State for its administration.

    Raises:
        NotFound: nothing answers to the key; names that look alike are the candidates.
        Ambiguous: several do.
    """
    found = answering(session, key)
    if len(found) == 1:
        return found[0]
    if found:
        raise Ambiguous(
            f"{len(found)} organisations answer to {key!r}.",
            field="organization",
            value=str(key),
            candidates=[label(o) for o in found[:_FEW]],
            hint="Use the id.",
        )
    raise NotFound(
        f"No organisation answers to {_shown(key)}.",
        field="organization",
        value=_shown(key),
        candidates=_alike(session, key),
        hint="Add it with book.organizations.add.",
    )


def answering(session: Session, key: OrganizationKey) -> list[Organization]:
    """All organisations that answer to a key: none, one or several."""
    return keepers_of(session, _by_key(session, key))


def label(organization: Organization) -> str:
    """How a candidate is listed: id, name and country."""
    return f"{organization.id} {organization.name} ({organization.country or 'no country'})"


def _by_key(session: Session, key: OrganizationKey) -> Sequence[Organization]:
    if isinstance(key, Organization):
        key = key.id
    if isinstance(key, int):
        return [row for row in [by_id(session, Organization, key)] if row]
    text = key.strip()
    numbered = _by_key(session, int(text)) if text.isdecimal() else []
    return numbered or _named(session, text) or _where(session, _meaning(text))


def _meaning(text: str) -> ColumnElement[bool]:
    """What a key that is no name asks for, told by its shape."""
    if looks_like_lei(text.upper()):
        return col(Organization.lei) == valid_lei(text)
    if "@" in text:
        return _writes_from(parse_email(text).domain)
    if len(text) in (2, 3) and text.isalpha() and text.isascii():
        return _administers(text.upper())
    return _writes_from(_domain(text)) if "." in text and " " not in text else false()


def _named(session: Session, text: str) -> Sequence[Organization]:
    ids = select(OrganizationName.organization_id).where(OrganizationName.normal == normal_name(text))
    return _where(session, col(Organization.id).in_(ids))


def _writes_from(domain: str) -> ColumnElement[bool]:
    ids = select(OrganizationDomain.organization_id).where(OrganizationDomain.domain == domain)
    return col(Organization.id).in_(ids)


def _administers(code: str) -> ColumnElement[bool]:
    countries = select(Country.code).where((Country.code == code) | (Country.alpha2 == code))
    administration = col(Organization.kind) == OrganizationKind.ADMINISTRATION
    return administration & col(Organization.country).in_(countries)


def _where(session: Session, condition: ColumnElement[bool]) -> Sequence[Organization]:
    return session.exec(select(Organization).where(condition).order_by(col(Organization.id))).all()


def _domain(text: str) -> str:
    try:
        return normal_domain(text)
    except InvalidInput:
        return ""


def _alike(session: Session, key: OrganizationKey) -> Sequence[str]:
    if not isinstance(key, str) or not normal_name(key):
        return []
    # The higher the threshold, the less of the index is read; mostly a name that is very near is the one that is meant.
    found = (_nearest(session, normal_name(key), near) for near in (_VERY_NEAR, _NEAR))
    return next((labels for labels in found if labels), [])


def _nearest(session: Session, name: str, near: float) -> Sequence[str]:
    session.exec(select(func.set_config("pg_trgm.similarity_threshold", str(near), True)))  # noqa: FBT003 - until the end of the transaction
    closeness = func.max(func.similarity(col(OrganizationName.normal), name))
    rows = session.exec(
        select(Organization)
        .join(OrganizationName)
        .where(col(OrganizationName.normal).op("%")(name), stands(Organization))
        .group_by(col(Organization.id))
        .order_by(closeness.desc(), col(Organization.id))
        .limit(_FEW)
    )
    return [label(row) for row in rows]


def _shown(key: OrganizationKey) -> str:
    return str(key.id) if isinstance(key, Organization) else str(key)
