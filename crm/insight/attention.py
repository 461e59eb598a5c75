"""`book.attention`: whom must I see? What calls for somebody, wherever it is on record, the most urgent first."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar

from sqlmodel import Session, col, select

from crm.dates import day_of
from crm.directory.absences import standing_in
from crm.directory.merged import among, keeper_ids
from crm.directory.staff import Staff, find_staff, staff_at, today_of, zone_of
from crm.directory.tables import Organization
from crm.insight.attention_scope import AttentionScope, Source
from crm.insight.need import Need, NeedReason, Sign
from crm.insight.ranking import ranked
from crm.insight.signs_of_votes import votes_at_stake
from crm.insight.touches import TouchSource
from crm.reference.application_patience import application_patience
from crm.reference.attention_weights import attention_weights
from crm.reference.offices import Office, find_office
from crm.reference.regions import find_region
from crm.reference.senior_roles import senior_roles
from crm.store.columns import chosen
from crm.store.records import each
from crm.store.store import Store

R = TypeVar("R", Organization, Staff)


class Attention:
    """`book.attention`: the needs of accounts.

    Args:
        store: the door to the database.
        sources: what the rooms of the book have to say.
        touches: where touches stand on record.
    """

    def __init__(self, store: Store, *, sources: Sequence[Source], touches: Sequence[TouchSource]) -> None:
        self._store = store
        self._sources = tuple(sources)
        self._touches = tuple(touches)

    def of(
        self,
        *,
        owner: Staff | str | int | None = None,
        office: Office | str | None = None,
        region: str | None = None,
        on: str | date | None = None,
        kinds: NeedReason | str | Iterable[NeedReason | str] | None = None,
        limit: int | None = None,
    ) -> tuple[Need, ...]:
        """Whom to see, and why: the most urgent account first, and what concerns one account together.

        These are next steps that are due or overdue; accounts that nobody has touched for longer than their tier allows;
        those who came to us and wait for an answer; memberships that were denounced; new focal points and people in
        senior roles, and standings that have become worse, of the last 30 days; letters that wait for their author;
        campaigns that paused themselves, and letters that are held or in doubt;
        applications for membership that wait for us, or for somebody else for longer than is usual; Member States that have
        lost their vote by arrears, or will within 120 days.

        Args:
            owner: whose needs: theirs, and those of colleagues who are away and whose deputy they are; everybody's where
                nobody is named.
            office: only the needs of its staff.
            region: only accounts based in this development region, by slug or name.
            on: the day to look from, as a date or as people say it; today where the owner works, else where you do. What
                has been done counts as done.
            kinds: only these, e.g. ``{"overdue", "cold"}``.
            limit: how many at the most.

        Raises:
            NotFound: there is no such colleague, office or region.
            InvalidInput: there is no such kind, or the day is none.
        """
        wanted = frozenset(
            NeedReason if kinds is None else (chosen(NeedReason, k, field="kinds") for k in each(kinds))
        )
        with self._store.reading() as session:
            person = None if owner is None else find_staff(session, owner)
            scope = self._scope(session, person, wanted, office=office, region=region, on=on)
            signs = [sign for sign in self._signs(session, scope, wanted) if sign.reason in wanted]
            signs = _of_keepers(session, signs)
            found = ranked(signs, today=scope.on, weights=attention_weights(session))[:limit]
            return tuple(_needs(session, found, person))

    def _scope(
        self,
        session: Session,
        person: Staff | None,
        wanted: frozenset[NeedReason],
        *,
        office: Office | str | None,
        region: str | None,
        on: str | date | None,
    ) -> AttentionScope:
        whose = (person, self._store.actor)
        today = today_of(session, self._store.now(), *whose)
        day = today if on is None else day_of(on, today=today, field="on")
        staff = None if person is None else [person.id, *standing_in(session, person.id, day)]
        if office is not None:
            colleagues = staff_at(session, find_office(session, office))
            staff = [number for number in colleagues if staff is None or number in staff]
        return AttentionScope(
            on=day,
            zone=zone_of(session, *whose),
            touches=self._touches,
            staff=staff,
            region=find_region(session, region).slug if region else None,
            senior_roles=senior_roles(session),
            patience=application_patience(session),
            votes=votes_at_stake(session, day) if NeedReason.VOTE in wanted else {},
        )

    def _signs(
        self, session: Session, scope: AttentionScope, wanted: frozenset[NeedReason]
    ) -> Iterator[Sign]:
        for source in self._sources:
            if source.reasons & wanted:
                told = (source.told(row, scope) for row in session.execute(source.lines(scope), scope.values))
                yield from (sign for sign in told if sign is not None)


def _of_keepers(session: Session, signs: Sequence[Sign]) -> list[Sign]:
    """The signs with the accounts that they lead to, where one was merged into another."""
    keepers = keeper_ids(session, Organization, {sign.organization_id for sign in signs})
    return [
        replace(sign, organization_id=keepers[sign.organization_id])
        if sign.organization_id in keepers
        else sign
        for sign in signs
    ]


def _needs(session: Session, found: Sequence[tuple[Sign, int]], person: Staff | None) -> Iterator[Need]:
    accounts = _by_id(session, Organization, (sign.organization_id for sign, _ in found))
    staff = _by_id(session, Staff, (sign.owner_id for sign, _ in found))
    for sign, weight in found:
        yield Need(
            organization=accounts[sign.organization_id],
            reason=sign.reason,
            words=sign.words,
            weight=weight,
            refers_to=sign.refers_to,
            since_on=sign.since_on,
            due_on=sign.due_on,
            owner=staff.get(sign.owner_id) if sign.owner_id else None,
            stands_in=person is not None and sign.owner_id != person.id,
        )


def _by_id(session: Session, kind: type[R], ids: Iterable[int | None]) -> dict[int, R]:
    wanted = {number for number in ids if number is not None}
    return {row.id: row for row in session.exec(select(kind).where(among(col(kind.id), wanted)))}
