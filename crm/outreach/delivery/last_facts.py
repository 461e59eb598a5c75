"""What the last look decides on, read for a window of letters at once.

The statements are put together once: their text is the same whatever the window, so that the database keeps their plans.
"""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Select, any_, bindparam, exists, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from crm.consent.bases import ContactBasis
from crm.consent.suppressions import suppressed
from crm.directory.people import Person
from crm.directory.tables import Organization
from crm.insight.permissions import relation
from crm.keyring import KeyRing
from crm.outreach.outbox_tables import WENT_OUT, Letter, MessageStatus, of_campaign
from crm.outreach.outgoing import mail_goes_out
from crm.outreach.run_tables import Enrolment, EnrolmentState, Run, RunStatus
from crm.reference.consent_rules import Relation
from crm.store.columns import UtcDateTime

_THESE = any_(bindparam("ids", type_=ARRAY(BigInteger)))


class LetterSeen(NamedTuple):
    """A letter with what belongs to it: its run and enrolment, its reader and its account, where it has them.

    Attributes:
        fence: who holds it, and `status` whether anybody still does.
        run: where the run stands, and `about` the purpose that its letters serve.
        state: where the enrolment stands, and `reason` why it ended.
        look_at: when its account is to be looked at next: whether its journey goes on is decided then.
        erased: whether the reader has been erased.
        on_record: whether anything is on record about writing to the reader.
        country: of the account, and `time_zone` of the reader where it is on record.
        relation: how the account stands to us.
        written_at: when a letter of another campaign last went to the reader.
        mail_goes_out: whether no stop of all mail stands.
    """

    id: int
    fence: int
    status: MessageStatus
    person_id: int | None
    run: RunStatus | None
    about: str | None
    state: EnrolmentState | None
    reason: str | None
    look_at: datetime | None
    erased: bool
    on_record: bool
    country: str | None
    time_zone: str | None
    relation: Relation
    written_at: datetime | None
    mail_goes_out: bool


def hindered(session: Session, letters: Sequence[Letter], *, keys: KeyRing) -> list[Letter]:
    """Those of some letters that most likely need no connection to a mail server: the last look would stop them.

    Nothing is locked for it, and nothing decided: what comes up in between is seen by the last look.
    """
    if not letters:
        return []
    ended = set(session.scalars(_ended(), {"ids": [letter.id for letter in letters]}))
    refused = suppressed(session, {letter.to_address for letter in letters}, keys=keys)
    return [letter for letter in letters if letter.id in ended or letter.to_address in refused]


def letters_seen(
    session: Session, letters: Sequence[Letter], *, on: date, since: datetime
) -> dict[int, LetterSeen]:
    """Some letters with what belongs to them, by their ids.

    Args:
        session: the transaction that holds them, their readers and their runs locked.
        letters: the letters.
        on: the day.
        since: from when on letters of other campaigns count.
    """
    given = {"ids": [letter.id for letter in letters], "since": since}
    rows = session.execute(_letters(on), given)
    return {row[0]: LetterSeen._make(row) for row in rows}


@cache
def _ended() -> Select[int]:
    over = (col(Enrolment.state) != EnrolmentState.ENROLLED) | (col(Run.status) == RunStatus.CANCELLED)
    return (
        select(col(Letter.id))
        .outerjoin(Enrolment, col(Enrolment.id) == col(Letter.enrolment_id))
        .outerjoin(Run, col(Run.id) == col(Letter.run_id))
        .where(col(Letter.id) == _THESE, over)
    )


@lru_cache(maxsize=2)  # today and, around midnight, yesterday
def _letters(on: date) -> Select[*tuple[Any, ...]]:
    columns: dict[str, Any] = {
        "id": col(Letter.id),
        "fence": col(Letter.fence),
        "status": col(Letter.status),
        "person_id": col(Letter.person_id),
        "run": col(Run.status),
        "about": col(Run.content)["about"].astext,
        "state": col(Enrolment.state),
        "reason": col(Enrolment.reason),
        "look_at": col(Enrolment.due_at),
        "erased": col(Person.erased_at).is_not(None),
        "on_record": exists().where(col(ContactBasis.person_id) == col(Letter.person_id)),
        "country": col(Organization.country),
        "time_zone": col(Person.time_zone),
        "relation": relation(on),
        "written_at": _written_at(),
        "mail_goes_out": mail_goes_out(),
    }
    query: Select[*tuple[Any, ...]] = (
        select(*(columns[name].label(name) for name in LetterSeen._fields))
        .select_from(Letter)
        .outerjoin(Run, col(Run.id) == col(Letter.run_id))
        .outerjoin(Enrolment, col(Enrolment.id) == col(Letter.enrolment_id))
        .outerjoin(Person, col(Person.id) == col(Letter.person_id))
        .outerjoin(Organization, col(Organization.id) == col(Letter.organization_id))
        .where(col(Letter.id) == _THESE)
    )
    return query


def _written_at() -> ColumnElement[datetime | None]:
    other = aliased(Letter)
    query = select(func.max(col(other.handed_at))).where(
        col(other.person_id) == col(Letter.person_id),
        col(other.run_id).is_distinct_from(col(Letter.run_id)),
        of_campaign(other),
        # With IN its text would be made anew each time.
        or_(*(col(other.status) == status for status in WENT_OUT)),
        col(other.handed_at) > bindparam("since", type_=UtcDateTime),
    )
    return query.correlate(Letter).scalar_subquery()
