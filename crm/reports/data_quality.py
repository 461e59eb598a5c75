"""Data quality: what is missing where it is needed, counted with its denominator, and every record by name."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import Session, col

from crm.consent.bases import ContactBasis, stands_on
from crm.directory.merged import stands
from crm.directory.people import Person, Position, held_on
from crm.directory.staff import Staff
from crm.directory.tables import Organization
from crm.membership.contract.contract_tables import AccountStanding
from crm.membership.contract.standing_spans import standing_on
from crm.membership.ledger_tables import Term, running
from crm.reference.categories import Category
from crm.reference.study_groups import StudyGroup
from crm.reports.accounts import Place, accounts, holds_term, is_prospect
from crm.reports.behind import Behind, behind_of
from crm.reports.chart import Chart
from crm.reports.columns import Cell, Column, ColumnKind
from crm.reports.notes import synthetic
from crm.reports.reader import Reader
from crm.reports.report import Report

_BEHIND = (
    Column(key="id", title="Id", kind=ColumnKind.ID),
    Column(key="name", title="Name"),
    Column(key="country", title="Country"),
    Column(key="owner", title="Account manager"),
    Column(key="found", title="On record"),
)


@dataclass(frozen=True, slots=True)
class _Check:
    """Something that ought to be on record.

    Attributes:
        of: what it is asked of: accounts, members, Sector Members, Associates or contacts.
        missing: whether it is missing; for queries over these.
        why: what goes wrong without it.
    """

    title: str
    of: str
    missing: ColumnElement[bool]
    why: str


def data_quality(
    reader: Reader, *, region: str | None = None, on: date | str | None = None, rows: bool = True
) -> Report:
    """What is missing: country, segment, manager, contacts, addresses, languages, grounds, standing, class, study group.

    Args:
        reader: reads the book.
        region: only accounts based in this development region, by slug or name; those without a country fall out.
        on: the day that is asked about; today where none is given.
        rows: whether the records themselves are read with their number, for `rows_behind`.

    Returns:
        One row a check, those without a finding included.

    Raises:
        NotFound: there is no such region.
    """
    as_of = reader.store.now()
    day = reader.day(on)
    with reader.store.reading() as session:
        place = Place(session, region)
        subjects = {name: place.narrowed(query) for name, query in _subjects(day).items()}
        checks = _checks(day)
        totals = {name: _counted(session, query) for name, query in subjects.items()}
        counted = [
            (check, totals[check.of], _counted(session, subjects[check.of].where(check.missing)))
            for check in checks
        ]
        behind = _behind(session, subjects, checks) if rows else None
        made_up = _counted(session, subjects["accounts"].where(col(Organization.synthetic)))
    return Report(
        name="data-quality",
        title="Data quality",
        definition="Accounts are organisations that are members or prospects on the day; contacts are people who hold a "
        "position at one of them then. Each check counts the records in which something is missing.",
        denominator="The column “Of” says how many there are of what each check is about.",
        as_of=as_of,
        on=day,
        filters=place.filters,
        columns=(
            Column(key="check", title="Missing"),
            Column(key="about", title="About"),
            Column(key="missing", title="Records", kind=ColumnKind.COUNT),
            Column(key="of", title="Of", kind=ColumnKind.COUNT),
            Column(key="share", title="Share", kind=ColumnKind.SHARE),
            Column(key="why", title="What goes wrong without it", kind=ColumnKind.NOTE),
        ),
        rows=tuple(_rows(counted)),
        behind=behind,
        notes=synthetic(made_up),
        chart=Chart(label="check", value="missing", empty="Complete"),
    )


def _subjects(day: date) -> dict[str, Select[Any]]:
    owner: Any = col(Staff.name).label("owner")
    nothing: Any = literal(None, Text).label("found")
    base = accounts(Organization.id, Organization.name, Organization.country, owner, nothing)
    base = base.outerjoin(Staff, col(Staff.id) == col(Organization.owner_id))
    account = base.where(or_(holds_term(day), is_prospect(day)))
    contacts = (
        account.join(Position, col(Position.organization_id) == col(Organization.id))
        .join(Person, col(Person.id) == col(Position.person_id))
        .where(held_on(day), stands(Person))
        .with_only_columns(col(Person.id), col(Person.name), col(Organization.country), owner, nothing)
        .ext(distinct_on(col(Person.id)))
        .order_by(col(Person.id), col(Organization.id))
    )
    return {
        "accounts": account,
        "members": base.where(holds_term(day)),
        "Sector Members": base.where(_holds(day, Category.SECTOR_MEMBER)),
        "Associates": base.where(_holds(day, Category.ASSOCIATE)).with_only_columns(
            col(Organization.id), col(Organization.name), col(Organization.country), owner, _groups_gone(day)
        ),
        "contacts": contacts,
    }


def _holds(day: date, category: Category, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    theirs = col(Term.organization_id) == col(Organization.id)
    return exists().where(theirs, running(day), col(Term.category) == category, *more)


def _gone(day: date) -> ColumnElement[bool]:
    """Whether the study group of a membership does not exist on a day."""
    its_own = col(StudyGroup.code) == col(Term.study_group)
    return its_own & or_(col(StudyGroup.valid_to) <= day, col(StudyGroup.valid_from) > day)


def _groups_gone(day: date) -> ColumnElement[Any]:
    """The study groups of an Associate that do not exist on a day, each with the one that took over its work."""
    told = col(StudyGroup.code) + func.coalesce(
        "; its work is now that of " + col(StudyGroup.succeeded_by), ""
    )
    mine = (col(Term.organization_id) == col(Organization.id), running(day), _gone(day))
    return select(func.string_agg(told, ", ")).where(*mine).scalar_subquery().label("found")


def _checks(day: date) -> tuple[_Check, ...]:
    someone = exists().where(
        col(Position.organization_id) == col(Organization.id),
        col(Person.id) == col(Position.person_id),
        stands(Person),
        held_on(day),
    )
    said = exists().where(
        col(AccountStanding.organization_id) == col(Organization.id),
        standing_on(day),
        col(AccountStanding.standing).is_not(None),
    )
    ground = exists().where(col(ContactBasis.person_id) == col(Person.id), *stands_on(day))
    return (
        _Check("Country", "accounts", col(Organization.country).is_(None), "it counts for no Member State"),
        _Check("Segment", "accounts", col(Organization.segment).is_(None), "no segment report knows it"),
        _Check(
            "Account manager", "accounts", col(Organization.owner_id).is_(None), "nobody is reminded of it"
        ),
        _Check(
            "Active account manager", "accounts", col(Staff.active).is_(False), "whoever is reminded has left"
        ),
        _Check("Contact", "accounts", ~someone, "nobody can be written to"),
        _Check("Standing", "members", ~said, "campaigns leave it out"),
        _Check(
            "Class of contribution",
            "Sector Members",
            _holds(day, Category.SECTOR_MEMBER, col(Term.units).is_(None)),
            "they are charged the lowest class",
        ),
        _Check(
            "Study group that exists",
            "Associates",
            _holds(day, Category.ASSOCIATE, _gone(day)),
            "they may take part in no work; `book.terms.correct` records the group that they pick",
        ),
        _Check("E-mail address", "contacts", col(Person.email).is_(None), "letters cannot reach them"),
        _Check(
            "Language", "contacts", col(Person.language).is_(None), "letters go out in the default language"
        ),
        _Check("Basis", "contacts", ~ground, "nothing on record says why we may write to them"),
    )


def _counted(session: Session, query: Select[Any]) -> int:
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _rows(counted: list[tuple[_Check, int, int]]) -> Iterator[tuple[Cell, ...]]:
    for check, of, missing in counted:
        share = Decimal(missing) / of if of else None
        yield (check.title, check.of, missing, of, share, check.why)


def _behind(session: Session, subjects: dict[str, Select[Any]], checks: tuple[_Check, ...]) -> Behind:
    found = ((check, session.execute(subjects[check.of].where(check.missing))) for check in checks)
    return behind_of(
        ("check",),
        _BEHIND,
        (((check.title,), ("missing",), tuple(row)) for check, rows in found for row in rows),
    )
