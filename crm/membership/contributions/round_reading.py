"""Rounds read out of the book, whole: the record, its lines, and every Member State with its classes."""

from datetime import date, timedelta
from typing import TypeVar

from sqlmodel import Session, col, or_, select

from crm.directory.administrations import state_administrations
from crm.errors import NotFound
from crm.membership.contributions.announcements import RoundState
from crm.membership.contributions.contribution_facts import class_rules, histories, period_began_on
from crm.membership.contributions.contribution_tables import AnnouncementRound, RoundAnswer, RoundAsk
from crm.membership.contributions.round_reminders import RoundReminder
from crm.membership.contributions.round_view import Round
from crm.reference.countries import is_member_state
from crm.reference.country import Country
from crm.reference.financial_periods import find_period
from crm.reference.keyed import one_of
from crm.reference.regions import Region
from crm.reference.round_reminders import reminder_steps
from crm.reference.small_class_states import former_grounds, small_class_grounds
from crm.reference.spelling import plain

RoundKey = str | int | AnnouncementRound | Round
L = TypeVar("L", RoundAsk, RoundAnswer)


def find_round(session: Session, key: RoundKey) -> AnnouncementRound:
    """The round that a key means: its name, its circular where that asks in one round alone, its number, or itself.

    Raises:
        NotFound: there is none; the candidates say which there are.
        Ambiguous: several rounds have this circular.
    """
    if isinstance(key, Round):
        key = key.record
    number = key.id if isinstance(key, AnnouncementRound) else key
    rounds = session.exec(select(AnnouncementRound).order_by(col(AnnouncementRound.id))).all()
    if isinstance(number, str):
        return one_of(
            rounds, number, what="round", spellings=lambda row: [row.name, row.circular, str(row.id)]
        )
    found = next((row for row in rounds if row.id == number), None)
    if found is None:
        raise NotFound(f"There is no round {number}.", field="round", value=number)
    return found


def read_round(session: Session, record: AnnouncementRound) -> Round:
    """A round with everything on record about it."""
    period = find_period(session, record.period)
    first_on = period.valid_from
    return Round(
        record=record,
        period=period,
        states=round_states(session, first_on),
        asks=_lines(session, RoundAsk, record),
        answers=_lines(session, RoundAnswer, record),
        rules=class_rules(session, first_on),
        earlier_began_on=period_began_on(session, first_on - timedelta(days=1)),
        steps=reminder_steps(session),
    )


def round_states(session: Session, first_on: date) -> tuple[RoundState, ...]:
    """Every Member State as a round finds it, by region and name.

    Args:
        session: reads the book.
        first_on: the first day of the financial period.
    """
    classes, grounds = histories(session), small_class_grounds(session, first_on)
    former, administrations = former_grounds(session, first_on), state_administrations(session)
    query = select(Country, Region.position).where(is_member_state())
    found = session.exec(query.outerjoin(Region, col(Region.slug) == col(Country.region))).all()
    in_order = sorted(found, key=lambda pair: (pair[1] is None, pair[1], plain(pair[0].name_en)))
    return tuple(
        RoundState(
            code=state.code,
            name=state.name_en,
            region=state.region,
            history=classes.get(state.code, ()),
            ground=grounds.get(state.code),
            former_ground=former.get(state.code, ""),
            organization_id=administrations.get(state.code),
        )
        for state, _ in in_order
    )


def reminders_due(session: Session, on: date, *, of: int | None = None) -> tuple[RoundReminder, ...]:
    """Every reminder that is due on a day, in all rounds that are open on it or in one; for whoever writes the letters."""
    is_open = or_(col(AnnouncementRound.closed_on).is_(None), col(AnnouncementRound.closed_on) > on)
    query = select(AnnouncementRound).where(is_open).order_by(col(AnnouncementRound.id))
    rounds = session.exec(query if of is None else query.where(AnnouncementRound.id == of))
    return tuple(due for record in rounds.all() for due in read_round(session, record).reminders_due(on))


def _lines(session: Session, kind: type[L], record: AnnouncementRound) -> tuple[L, ...]:
    return tuple(session.exec(select(kind).where(kind.round_id == record.id).order_by(col(kind.id))))
