"""`book.rounds`: rounds in which Member States announce the class of contribution that they choose for a period."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from sqlmodel import col, select

from crm.directory.names import clean_name
from crm.directory.staff import day_asked, day_said
from crm.errors import InvalidInput
from crm.membership.contributions.choosing import Units
from crm.membership.contributions.contribution_facts import find_state
from crm.membership.contributions.contribution_tables import (
    AnnouncementRound,
    Channel,
    ContributionChoice,
    RoundAnswer,
    RoundAsk,
    RoundKind,
)
from crm.membership.contributions.round_comparison import RoundComparison
from crm.membership.contributions.round_lines import (
    add_answer,
    announced_units,
    codes_of,
    open_round,
    refuse_class_taken_over,
    refuse_odd_day,
    refuse_open_end,
    replace_answer,
    round_to_answer,
    take_over,
)
from crm.membership.contributions.round_reading import RoundKey, find_round, read_round, reminders_due
from crm.membership.contributions.round_reminders import RoundReminder
from crm.membership.contributions.round_view import Round
from crm.reference.contributory_units import Payer, unit_on
from crm.reference.financial_periods import find_period
from crm.reference.gazetteer import CountryKey
from crm.reference.money import amount_of
from crm.store.columns import chosen
from crm.store.store import Store


class Rounds:
    """`book.rounds`: open a round, ask, take down answers, close it, and say how it stands."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def open(
        self,
        name: str,
        *,
        circular: str,
        period: str,
        deadline: date | str,
        kind: RoundKind | str = RoundKind.PROVISIONAL,
        unit_amount: Decimal | int | str | None = None,
        source: str = "",
        on: date | str | None = None,
        synthetic: bool = False,
    ) -> AnnouncementRound:
        """Open a round.

        Args:
            name: what to call it, e.g. "2028-2031 provisional".
            circular: the letter that asks, e.g. "CL-25/36".
            period: the financial period, e.g. "2028-2031".
            deadline: the day by which States are asked to answer.
            kind: provisional, before the Plenipotentiary Conference, or definitive.
            unit_amount: one unit for a year, in CHF; the one on file for the period if left out.
            source: where the unit amount comes from; that of the one on file, with its certainty, if left out.
            on: the day on which it begins; today if left out.
            synthetic: whether it is made up for a demonstration or test.

        Raises:
            AlreadyExists: there is a round of this name.
            InvalidInput: the deadline is before the beginning.
        """
        with self._store.changing("round.opened") as change:
            opened, last = day_said(change, on), day_said(change, deadline, field="deadline")
            asked = find_period(change.session, period)
            on_file = unit_on(change.session, Payer.MEMBER_STATE, asked.valid_from)
            known = on_file.amount if unit_amount is None else amount_of(unit_amount, field="unit_amount")
            fields = {
                "name": clean_name(name),
                "kind": chosen(RoundKind, kind, field="kind"),
                "circular": clean_name(circular, field="circular"),
                "period": asked.name,
                "opened_on": opened,
                "deadline_on": last,
                "unit_amount": known,
            }
            fields |= {"source": source or (on_file.source_and_doubt if unit_amount is None else "")}
            return change.add(AnnouncementRound.model_validate({**fields, "synthetic": synthetic}))

    def ask(
        self,
        key: RoundKey,
        states: CountryKey | Iterable[CountryKey] | None = None,
        *,
        channel: Channel | str = Channel.CIRCULAR_LETTER,
        on: date | str | None = None,
        document: str = "",
        synthetic: bool = False,
    ) -> tuple[RoundAsk, ...]:
        """Record that Member States were asked; for those that had been asked before it is a reminder.

        Args:
            key: the round.
            states: which States; all Member States if left out.
            channel: how: circular_letter, note_verbale, mission, letter, meeting or conference.
            on: the day; today if left out.
            document: the letter or note; the circular of the round if left out and that is the channel.
            synthetic: whether it is made up for a demonstration or test.

        Raises:
            AlreadyExists: it is on record that one of them was asked that way on that day.
            Refused: the round is closed, had not begun, or the day is still to come.
        """
        with self._store.changing("round.asked") as change:
            day = day_said(change, on)
            record = open_round(change.session, key)
            refuse_odd_day(change, record, day)
            way = chosen(Channel, channel, field="channel")
            said = document or (record.circular if way is Channel.CIRCULAR_LETTER else "")
            fields = {"round_id": record.id, "channel": way, "asked_on": day, "document": said}
            fields |= {"recorded_at": change.now, "recorded_by": change.actor}
            fields["synthetic"] = synthetic or record.synthetic
            change.about(record)
            codes = codes_of(change.session, states)
            return tuple(change.add(RoundAsk.model_validate({**fields, "state": code})) for code in codes)

    def answer(
        self,
        key: RoundKey,
        state: CountryKey,
        units: Units | None = None,
        *,
        channel: Channel | str = Channel.LETTER,
        on: date | str | None = None,
        document: str = "",
        override: str = "",
        reason: str = "",
        synthetic: bool = False,
    ) -> RoundAnswer:
        """Record what a Member State announced. A later announcement goes before an earlier one from its day on.

        What a State announces is recorded whatever the rules say to it: `standing` shows their warnings.

        Args:
            key: the round.
            state: the Member State.
            units: the class; None where it announced that it keeps the one it has.
            channel: how the answer came.
            on: the day of the announcement; today if left out.
            document: the letter or note.
            override: what is known of why it goes beyond what a rule allows.
            reason: why it was not written down before, where the round is closed by now.
            synthetic: whether it is made up for a demonstration or test.

        Raises:
            InvalidInput: there is no such class.
            AlreadyExists: an answer of that day is on record.
            NotFound: it keeps its class, and none is known.
            Refused: the round had not begun, the day is still to come, or the round is closed, and the day comes after
                its end or nobody says why the answer was forgotten.
        """
        with self._store.changing("round.answered", reason=reason or None) as change:
            day = day_said(change, on)
            record = round_to_answer(change.session, key, day, reason=reason)
            refuse_odd_day(change, record, day)
            row = find_state(change.session, state)
            fields = {"answered_on": day, "channel": chosen(Channel, channel, field="channel")}
            fields |= {"units": announced_units(change.session, record, row, units)}
            fields |= {"document": document, "override": override.strip(), "reason": reason}
            return add_answer(change, record, row, {**fields, "synthetic": synthetic})

    def correct(
        self,
        key: RoundKey,
        state: CountryKey,
        units: Units | None = None,
        *,
        reason: str,
        nothing: bool = False,
        on: date | str | None = None,
        document: str | None = None,
        override: str | None = None,
    ) -> RoundAnswer:
        """Put right what was written down wrongly; both lines stay on record, and the wrong one counts on no day.

        Args:
            key: the round.
            state: the Member State, whose latest answer is meant.
            units: the class that it really announced, if that was wrong.
            reason: what was wrong.
            nothing: it had announced nothing at all.
            on: the day of the announcement, if that was wrong.
            document: the letter or note, if that was wrong.
            override: what is known of why it goes beyond what a rule allows, if that was wrong.

        Raises:
            NotFound: there is no answer of this State.
            InvalidInput: there is no such class, no reason, or a class though it had announced nothing.
            Refused: it is said to have announced nothing, and the class that was taken over from its answer stands.
        """
        why = clean_name(reason, field="reason")
        if nothing and units is not None:
            raise InvalidInput("It announced a class, or nothing.", field="units", value=str(units))
        with self._store.changing("round.answer_corrected", reason=why) as change:
            day = None if on is None else day_said(change, on)
            record, row = find_round(change.session, key), find_state(change.session, state)
            given = {"answered_on": day, "document": document, "override": override}
            fields: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
            if day is not None:
                refuse_odd_day(change, record, day)
            if nothing:
                refuse_class_taken_over(change.session, record, row)
                fields["units"] = None
            elif units is not None:
                fields["units"] = announced_units(change.session, record, row, units)
            return replace_answer(change, record, row, {**fields, "reason": why})

    def move_deadline(self, key: RoundKey, deadline: date | str, *, reason: str) -> AnnouncementRound:
        """Give States more time, or less; reminders refer to the new day.

        Raises:
            Refused: the round is closed.
            InvalidInput: the deadline is before the beginning.
        """
        with self._store.changing("round.deadline_moved", reason=reason) as change:
            day = day_said(change, deadline, field="deadline")
            return open_round(change.session, key).amend({"deadline_on": day})

    def close(self, key: RoundKey, *, reason: str, on: date | str | None = None) -> AnnouncementRound:
        """End a round: nothing more is asked or reminded of in it; what was answered in its time is added with a reason.

        Raises:
            Refused: it is closed already, or the day is still to come.
        """
        with self._store.changing("round.closed", reason=reason) as change:
            day = day_said(change, on)
            record = open_round(change.session, key)
            refuse_odd_day(change, record, day)
            return record.amend({"closed_on": day})

    def take_over(self, key: RoundKey, *, dry_run: bool = False) -> tuple[ContributionChoice, ...]:
        """Record the answers of a definitive round as classes from the first day of its period on.

        Who announced nothing keeps its class (unverified), and gets no line. Doing it twice changes nothing.

        Args:
            key: the round; definitive, and closed.
            dry_run: only say what would be recorded.

        Returns:
            The lines that were added.

        Raises:
            Refused: the round is provisional or open, or rules warn of answers that say nothing about why; all are named.
        """
        with self._store.changing("round.taken_over", dry_run=dry_run) as change:
            record = find_round(change.session, key)
            last_on = refuse_open_end(record)
            change.about(record)
            return take_over(change, read_round(change.session, record), last_on)

    def of(self, key: RoundKey) -> Round:
        """A round with everything on record about it; `.standing(on)` says how it stands, on any day.

        Args:
            key: its name, circular or number, or the round itself.

        Raises:
            NotFound: there is no such round.
        """
        with self._store.reading() as session:
            return read_round(session, find_round(session, key))

    def all(self) -> tuple[AnnouncementRound, ...]:
        """Every round, the latest first."""
        with self._store.reading() as session:
            order = (col(AnnouncementRound.opened_on).desc(), col(AnnouncementRound.id).desc())
            return tuple(session.exec(select(AnnouncementRound).order_by(*order)))

    def reminders_due(self, *, on: date | str | None = None) -> tuple[RoundReminder, ...]:
        """The Member States that are due a reminder on a day (today), in all open rounds."""
        with self._store.reading() as session:
            return reminders_due(session, day_asked(self._store, session, on))

    def compare(self, first: RoundKey, second: RoundKey, *, on: date | str | None = None) -> RoundComparison:
        """Two rounds about one period side by side, as they stand on a day (today): mostly provisional and definitive."""
        with self._store.reading() as session:
            day = day_asked(self._store, session, on)
            rounds = [read_round(session, find_round(session, key)) for key in (first, second)]
            return rounds[0].compared_with(rounds[1], on=day)
