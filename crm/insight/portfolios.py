"""`book.hand_over`: everything that a colleague keeps goes to another, in one go, and can go back."""

from collections.abc import Iterator
from contextlib import suppress

from sqlmodel import Session, col, select

from crm.directory.names import clean_name
from crm.directory.staff import Staff, find_staff
from crm.engagement.teams import TeamSeat, hand_seat_over
from crm.errors import NotFound, Refused
from crm.insight.portfolio import (
    HandedOver,
    HandOver,
    Kept,
    Part,
    count,
    kept_by,
    kind_of,
    owner_columns,
    remaining,
    seats_of,
)
from crm.store.records import Record, by_id
from crm.store.store import Change, Store
from crm.store.trail import name_of

StaffKey = Staff | str | int


class _Rehearsed(Exception):
    """Takes back what a dry run did."""


class Portfolios:
    """`book.portfolios`: what colleagues keep, and handing it over."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, staff: StaffKey) -> dict[str, int]:
        """How many open records of each kind a colleague keeps: accounts, follow-ups and so on.

        Raises:
            NotFound: nobody answers to the key.
        """
        with self._store.reading() as session:
            keeper = find_staff(session, staff)
            found = {
                kind_of(reference.record): count(session, kept_by(reference, keeper, Part()))
                for reference in owner_columns()
            }
            found[kind_of(TeamSeat)] = count(session, seats_of(keeper, Part()))
            return {kind: number for kind, number in sorted(found.items()) if number}

    def hand_over(
        self,
        giver: StaffKey,
        *,
        to: StaffKey,
        reason: str,
        region: str | None = None,
        country: str | None = None,
        segment: str | None = None,
        dry_run: bool = False,
    ) -> HandedOver:
        """Hand the portfolio of a colleague over to another: accounts, open follow-ups and opportunities, team seats.

        What is done stays with whoever did it. A seat goes to a colleague of its own office only.

        Args:
            giver: whose portfolio, also of somebody who no longer works here.
            to: who takes it over.
            reason: why, for the trail.
            region: only the accounts of this development region, with what belongs to them.
            country: only those based in this country.
            segment: only those of this part of the digital ecosystem.
            dry_run: only say what would happen.

        Returns:
            What moved, by kind, what stayed and why, and the number to hand it back with.

        Raises:
            Refused: whoever should take over no longer works here, or is the giver.
            NotFound: one of them, or the part, is not in the book.
        """
        why = clean_name(reason, field="reason")
        with suppress(_Rehearsed), self._store.changing("portfolio.handed_over", reason=why) as change:
            part = Part.of(change.session, region=region, country=country, segment=segment)
            pair = find_staff(change.session, giver), find_staff(change.session, to)
            result = _handed_over(change, *pair, part, why, dry_run=dry_run)
            if dry_run:
                raise _Rehearsed
        return result

    def hand_back(
        self, key: HandedOver | HandOver | int, *, reason: str, dry_run: bool = False
    ) -> HandedOver:
        """Undo a hand-over: what it moved and the taker still keeps goes back; what they kept before stays theirs.

        Args:
            key: the hand-over, or its number.
            reason: why, for the trail.
            dry_run: only say what would happen.

        Raises:
            NotFound: there is no such hand-over.
            Refused: the colleague whose it was no longer works here.
        """
        why = clean_name(reason, field="reason")
        with suppress(_Rehearsed), self._store.changing("portfolio.handed_back", reason=why) as change:
            former = _find(change.session, key)
            taker, giver = (change.session.get_one(Staff, n) for n in (former.taker_id, former.giver_id))
            result = _handed_over(change, taker, giver, Part(ids=former.moved), why, dry_run=dry_run)
            if dry_run:
                raise _Rehearsed
        return result

    def handed(self, staff: StaffKey | None = None) -> tuple[HandOver, ...]:
        """The hand-overs from or to a colleague, or all of them; the latest first."""
        with self._store.reading() as session:
            query = select(HandOver)
            if staff is not None:
                number = find_staff(session, staff).id
                query = query.where((HandOver.giver_id == number) | (HandOver.taker_id == number))
            return tuple(session.exec(query.order_by(col(HandOver.id).desc())))


def _handed_over(
    change: Change, giver: Staff, taker: Staff, part: Part, reason: str, *, dry_run: bool
) -> HandedOver:
    _refuse_taker(giver, taker)
    seats, stayed = _seats(change, giver, taker, part)
    moved: dict[type[Record], list[int]] = {**dict(_moved(change, giver, taker, part)), TeamSeat: seats}
    ids = {str(record.__tablename__): numbers for record, numbers in moved.items() if numbers}
    row = _written(change, giver, taker, ids, reason) if ids else None
    kept = sorted((*stayed, *remaining(change.session, giver, part)), key=lambda one: one.kind)
    return HandedOver(
        None if row is None or dry_run else row.id,
        giver.name,
        taker.name,
        dict(sorted((kind_of(record), len(numbers)) for record, numbers in moved.items() if numbers)),
        tuple(one for one in kept if one.count),
        dry_run,
    )


def _moved(
    change: Change, giver: Staff, taker: Staff, part: Part
) -> Iterator[tuple[type[Record], list[int]]]:
    for reference in owner_columns():
        rows = change.session.scalars(kept_by(reference, giver, part).with_for_update()).all()
        for row in rows:
            row.amend({reference.field: taker.id})
        change.session.flush()
        yield reference.record, [row.id for row in rows]


def _seats(change: Change, giver: Staff, taker: Staff, part: Part) -> tuple[list[int], list[Kept]]:
    moved, elsewhere, taken = [], 0, 0
    theirs = {seat.organization_id for seat in change.session.scalars(seats_of(taker, Part()))}
    for seat in change.session.scalars(seats_of(giver, part).with_for_update()).all():
        if seat.office != taker.office:
            elsewhere += 1
        elif seat.organization_id in theirs:
            taken += 1
        else:
            moved.append(hand_seat_over(change, seat, taker).id)
    called = kind_of(TeamSeat)
    outside = count(change.session, seats_of(giver, Part())) - elsewhere - taken
    return moved, [
        Kept(
            called, elsewhere, f"they are of another office than {taker.office}, where {taker.name} belongs"
        ),
        Kept(called, taken, f"{taker.name} sits there already"),
        Kept(called, outside, part.others),
    ]


def _written(
    change: Change, giver: Staff, taker: Staff, moved: dict[str, list[int]], reason: str
) -> HandOver:
    values = {"giver_id": giver.id, "taker_id": taker.id, "moved": moved, "reason": reason}
    values |= {"handed_by": change.actor, "handed_at": change.now}
    change.about(giver)
    change.note(giver, handed_over_to=name_of(taker))
    change.note(taker, took_over_from=name_of(giver))
    return change.add(HandOver.model_validate(values))


def _refuse_taker(giver: Staff, taker: Staff) -> None:
    if giver.id == taker.id:
        raise Refused(f"{giver.name} keeps it already.", rule="portfolio.other", subject=giver.email)
    if not taker.active:
        raise Refused(
            f"{taker.name} no longer works here and cannot take over.",
            rule="portfolio.active",
            subject=taker.email,
            hint="Name a colleague who does.",
        )


def _find(session: Session, key: HandedOver | HandOver | int) -> HandOver:
    number = key if isinstance(key, int) else key.id
    found = by_id(session, HandOver, number) if number is not None else None
    if found is None:
        raise NotFound(
            f"There is no hand-over {number or 'of a dry run'}.",
            field="hand_over",
            value=number,
            hint="See book.portfolios.handed.",
        )
    return found
