"""Who was in touch before a goal was reached: the first and the last touch of each account that reached it.

It says who was there, never what worked: an account that would have joined anyway was written to as well. What the
letters changed is told by the accounts that were held out.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, String, case, cast, select, union_all
from sqlmodel import Session, col

from crm.engagement.interactions import Interaction
from crm.insight.touches import noticed
from crm.outreach.draft_tables import LetterDraft, reminds
from crm.outreach.outbox_tables import WENT_OUT, Letter, MessageClass
from crm.outreach.run_tables import TOOK_PART, Arm, Enrolment, Run
from crm.outreach.runs.goals import reached_at
from crm.shown import Shown

LOOKING_BACK = timedelta(days=365)
"""Touches from before that count for nothing; our own choice, no source states one."""

THIS_RUN = "letter of this run"
OTHER_RUN = "letter of another campaign"
BY_HAND = "letter by hand"
REMINDER = "reminder"


@dataclass(frozen=True, slots=True)
class Credit(Shown):
    """How many accounts of an arm reached the goal after a touch of a kind.

    Attributes:
        touch: a letter of this run, of another campaign or by hand, a reminder that the program drafted, or a call, meeting,
            e-mail or event. A notice is none: it was asked for.
        first: accounts whose first touch it was, in the year before they reached the goal.
        last: accounts whose last touch it was.
    """

    arm: Arm
    touch: str
    first: int
    last: int


def credits_of(session: Session, run: Run, *, until: datetime) -> tuple[Credit, ...]:
    """Who was in touch with the accounts that reached a run's goal up to an instant, by arm and kind of touch."""
    reached = _reached(session, run, until)
    touches = _touches(session, run, reached)
    first = Counter((reached[number][0], kinds[0]) for number, kinds in touches.items())
    last = Counter((reached[number][0], kinds[-1]) for number, kinds in touches.items())
    keys = sorted({*first, *last}, key=lambda key: (list(Arm).index(key[0]), -last[key], key[1]))
    return tuple(Credit(*key, first[key], last[key]) for key in keys)


def _reached(session: Session, run: Run, until: datetime) -> dict[int, tuple[Arm, datetime]]:
    """The accounts that reached the goal: their arm, and when."""
    when = reached_at(run.approved.goal)
    query = (
        select(col(Enrolment.organization_id), col(Enrolment.arm), when)
        .join(Run, col(Run.id) == col(Enrolment.run_id))
        .where(col(Run.id) == run.id, col(Enrolment.state).in_(TOOK_PART), when <= until)
    )
    return {number: (arm, at) for number, arm, at in session.execute(query)}


def _touches(session: Session, run: Run, reached: Mapping[int, tuple[Arm, datetime]]) -> dict[int, list[str]]:
    """The kinds of the touches of each account in the year before it reached the goal, the earliest first."""
    rows = union_all(_letters(run, reached), _interactions(reached)).subquery()
    found: dict[int, list[str]] = defaultdict(list)
    for number, at, kind in session.execute(select(rows).order_by(rows.c.at, rows.c.kind)):
        if reached[number][1] - LOOKING_BACK <= at <= reached[number][1]:
            found[number].append(kind)
    return found


def _letters(run: Run, ids: Collection[int]) -> Select[*tuple[Any, ...]]:
    run_id = col(Letter.run_id)
    kind = case(
        (run_id == run.id, THIS_RUN), (run_id.is_not(None), OTHER_RUN), (reminds(), REMINDER), else_=BY_HAND
    )
    return (
        select(
            col(Letter.organization_id).label("account"),
            col(Letter.handed_at).label("at"),
            kind.label("kind"),
        )
        .outerjoin(LetterDraft, col(LetterDraft.outbox_id) == col(Letter.id))
        .where(col(Letter.organization_id).in_(ids), col(Letter.status).in_(WENT_OUT))
        .where(col(Letter.message_class) != MessageClass.NOTICE)
    )


def _interactions(ids: Collection[int]) -> Select[*tuple[Any, ...]]:
    return select(
        col(Interaction.organization_id), col(Interaction.at), cast(col(Interaction.kind), String)
    ).where(col(Interaction.organization_id).in_(ids), noticed())
