"""Working the stored forms of every name out anew, when the list of legal forms has changed."""

from collections.abc import Sequence

from sqlalchemy import Row, bindparam, select, update
from sqlmodel import Session, col

from crm.directory.names import forms_of_name
from crm.directory.tables import OrganizationName
from crm.reference.legal_forms import LegalForms, present_legal_forms

_BLOCK = 5_000

_Stored = Row[tuple[int, str, str, list[int]]]


def respell(session: Session) -> int:
    """Bring the normal and bare forms and the keys of all names into line with the legal forms.

    They follow from the names, so they leave no trail.

    Returns:
        How many names have changed.
    """
    forms, last, changed = present_legal_forms(session), 0, 0
    while block := _after(session, last):
        changed += _write(session, block, forms)
        last = block[-1].id
    return changed


def _after(session: Session, last: int) -> Sequence[_Stored]:
    name = OrganizationName
    query = select(col(name.id), col(name.name), col(name.bare), col(name.keys)).where(col(name.id) > last)
    return session.execute(query.order_by(col(name.id)).limit(_BLOCK)).all()


def _write(session: Session, block: Sequence[_Stored], forms: LegalForms) -> int:
    renewed = [{"of": row.id, **forms_of_name(row.name, forms)} for row in block]
    stale = [
        new
        for row, new in zip(block, renewed, strict=True)
        if (row.bare, row.keys) != (new["bare"], new["keys"])
    ]
    if stale:
        row = update(OrganizationName).where(col(OrganizationName.id) == bindparam("of"))
        session.connection().execute(row, stale)
    return len(stale)
