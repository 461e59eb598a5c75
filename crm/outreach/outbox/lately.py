"""`book.lately`: what has gone out lately, to accounts and to people, and who was in touch."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Select, String, cast, func, literal, not_, true, union_all
from sqlmodel import col, select

from crm.directory.merged import among
from crm.directory.staff import Staff
from crm.engagement.interactions import Interaction
from crm.insight.candidate import Touch
from crm.insight.touches import noticed
from crm.outreach.draft_tables import LetterDraft
from crm.outreach.outbox_tables import NEVER_LEFT, WENT_OUT, Letter, MessageClass, of_campaign
from crm.store.store import Store


class Lately:
    """What has gone out lately, and who was in touch.

    Args:
        store: the door to the database.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def letters(self, since: datetime, *, to: int | None = None) -> dict[int, Touch]:
        """The latest letter to each account since an instant, sent or about to be; by the account's id.

        Args:
            since: the instant.
            to: look at this account alone.
        """
        at = func.coalesce(col(Letter.handed_at), col(Letter.queued_at))
        query = select(Letter.organization_id, func.max(at)).where(
            at >= since,
            col(Letter.status).not_in(NEVER_LEFT),
            true() if to is None else col(Letter.organization_id) == to,
        )
        with self._store.reading() as session:
            rows = session.exec(query.group_by(col(Letter.organization_id)))
            return {number: Touch(latest, "letter", None) for number, latest in rows if number is not None}

    def written(self, since: datetime, *, to: Collection[int] | None = None) -> dict[int, datetime]:
        """When a letter of any campaign last went to each person since an instant; by the person's id.

        Args:
            since: the instant.
            to: look at these people alone, by their ids.
        """
        query = select(Letter.person_id, func.max(col(Letter.handed_at))).where(
            of_campaign(Letter),
            col(Letter.status).in_(WENT_OUT),
            col(Letter.handed_at) > since,
            true() if to is None else among(col(Letter.person_id), to),
        )
        with self._store.reading() as session:
            rows = session.exec(query.group_by(col(Letter.person_id)))
            return {number: at for number, at in rows if number is not None and at is not None}

    def touches(
        self, accounts: Collection[int], *, since: datetime, but: Collection[int] = ()
    ) -> dict[int, tuple[Touch, ...]]:
        """Who was in touch with accounts since an instant, the latest of each office and kind; in one statement.

        Notices that a program writes because somebody asked for them are no touch. Letters of campaigns are of no office.

        Args:
            accounts: their ids.
            since: the instant.
            but: enrolments whose own letters do not count.
        """
        found: defaultdict[int, tuple[Touch, ...]] = defaultdict(tuple)
        with self._store.reading() as session:
            for number, *touch in session.execute(
                union_all(_met(accounts, since), _sent(accounts, since, but))
            ):
                found[number] += (Touch(*touch),)
        return dict(found)


def _met(accounts: Collection[int], since: datetime) -> Select[*tuple[Any, ...]]:
    what = col(Interaction.organization_id), cast(col(Interaction.kind), String), col(Interaction.office)
    number, kind, office = what
    query = select(number, func.max(col(Interaction.at)), kind, office)
    return query.where(among(number, accounts), col(Interaction.at) >= since, noticed()).group_by(*what)


def _sent(accounts: Collection[int], since: datetime, but: Collection[int]) -> Select[*tuple[Any, ...]]:
    number, at = col(Letter.organization_id), func.coalesce(col(Letter.handed_at), col(Letter.queued_at))
    own = func.coalesce(among(col(Letter.enrolment_id), but), False)
    return (
        select(number, func.max(at), literal("letter", String), col(Staff.office))
        .outerjoin(LetterDraft, col(LetterDraft.outbox_id) == col(Letter.id))
        .outerjoin(Staff, col(Staff.id) == col(LetterDraft.author_id))
        .where(among(number, accounts), at >= since, not_(own))
        .where(col(Letter.status).not_in(NEVER_LEFT), col(Letter.message_class) != MessageClass.NOTICE)
        .group_by(number, col(Staff.office))
    )
