"""What merging asks of organisations besides moving rows: names, memberships and corporate groups."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlmodel import Session, col, select

from crm.directory.entry import lock_hierarchy, regroup
from crm.directory.resolve import label
from crm.directory.tables import NameKind, Organization, OrganizationName
from crm.errors import Refused
from crm.insight.moving import Journal
from crm.membership.ledger import project
from crm.membership.ledger_tables import Term
from crm.membership.terms import TermSpan, overlapping

NAMES = "organization_name.organization_id"
"""The reference that `move_names` sees to."""

CIRCLE = "merges.circle"


def refuse_unfit(session: Session, keeper: Organization, duplicate: Organization) -> None:
    """Refuse a merge that would leave two memberships at once, or an organisation below itself.

    Raises:
        Refused: naming both memberships, or both organisations, and what to do.
    """
    if _reaches(session, keeper.parent_id, duplicate.id):
        raise Refused(
            f"{label(keeper)} belongs to {label(duplicate)}: it would come to stand below itself.",
            rule=CIRCLE,
            hint="Merge them the other way round, or change the parent first.",
        )
    for one in _terms(session, keeper):
        for other in _terms(session, duplicate):
            if overlapping(_span(one), _span(other)):
                raise _two_memberships(keeper, one, duplicate, other)


def move_names(journal: Journal, keeper: Organization, duplicate: Organization) -> None:
    """Make the names of the duplicate names of its keeper; what had been its legal name becomes an alias."""
    theirs = _names(journal.session, keeper)
    known = {row.name for row in theirs}
    languages = {row.language for row in theirs if row.kind is NameKind.DISPLAY}
    for row in _names(journal.session, duplicate):
        if row.name in known:
            continue
        spare = row.kind is NameKind.DISPLAY and row.language in languages
        if (row.kind is NameKind.LEGAL or spare) and not journal.put([row], "kind", NameKind.ALIAS):
            continue
        journal.put([row], "organization_id", keeper.id)


def settle(session: Session, organizations: Sequence[Organization]) -> None:
    """Work out corporate groups and terms anew, once the rows stand where they belong.

    Raises:
        Refused: an organisation would belong to itself, or a ledger would not make sense on its own.
    """
    lock_hierarchy(session)
    session.flush()
    for row in organizations:
        if _reaches(session, row.parent_id, row.id):
            raise Refused(
                f"{label(row)} would come to stand below itself.",
                rule=CIRCLE,
                hint="Change its parent, or that of the organisation between, first.",
            )
        _regroup(session, row)
    for row in organizations:
        project(session, row)


def _regroup(session: Session, row: Organization) -> None:
    parent = row.parent_id and session.get_one(Organization, row.parent_id, populate_existing=True)
    row.group_id = (parent.group_id or parent.id) if parent else None
    session.flush()
    regroup(session, row)


def _reaches(session: Session, start: int | None, end: int) -> bool:
    """Whether the way up from an organisation comes past another."""
    upwards = text(
        "WITH RECURSIVE up(id) AS (SELECT CAST(:start AS bigint)"
        " UNION SELECT o.parent_id FROM organization o JOIN up ON o.id = up.id)"
        " SELECT EXISTS (SELECT FROM up WHERE id = :end)"
    )
    return bool(session.execute(upwards, {"start": start, "end": end}).scalar_one())


def _terms(session: Session, row: Organization) -> Sequence[Term]:
    query = select(Term).where(Term.organization_id == row.id).order_by(col(Term.since_on))
    return session.exec(query).all()


def _names(session: Session, row: Organization) -> Sequence[OrganizationName]:
    query = select(OrganizationName).where(OrganizationName.organization_id == row.id)
    return session.exec(query.order_by(col(OrganizationName.id))).all()


def _span(term: Term) -> TermSpan:
    return TermSpan(**{name: getattr(term, name) for name in TermSpan.__slots__})


def _two_memberships(keeper: Organization, one: Term, duplicate: Organization, other: Term) -> Refused:
    sector = "" if other.coverage == "RTD" else f'sector="{other.coverage}", '
    return Refused(
        f"{label(keeper)} is {_in_words(one)}, and {label(duplicate)} is {_in_words(other)}:"
        " one organisation cannot be both at once.",
        rule="merges.terms",
        hint=f"If it is the same membership, recorded twice, take one back from its first day:"
        f" book.terms.denounce({duplicate.id}, {sector}on=date({other.since_on:%Y, %-m, %-d}), reason=…).",
    )


def _in_words(term: Term) -> str:
    category = term.category.value.replace("_", " ")
    until = f"until {term.until_on:%-d %B %Y}" if term.until_on else "on"
    return f"{category} in {term.coverage} from {term.since_on:%-d %B %Y} {until}"
