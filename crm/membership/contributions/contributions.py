"""`book.contributions`: the class of contribution of each Member State over time, derived and recorded."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from sqlmodel import Session, col, select

from crm.directory.names import clean_name
from crm.directory.staff import day_asked, day_said, today_of
from crm.errors import NotFound
from crm.membership.contributions.assessing import ContributionsAssessed, assess
from crm.membership.contributions.choosing import Units, add_line, class_of, record_choice, warnings_for
from crm.membership.contributions.class_history import (
    ContributionLine,
    StateContribution,
    in_force,
    lines_of_year,
    units_of_year,
)
from crm.membership.contributions.contribution_facts import find_state, histories, history_of
from crm.membership.contributions.contribution_tables import ContributionChoice
from crm.membership.contributions.reduction import ClassWarning
from crm.membership.contributions.votes import Vote, votes_on
from crm.membership.dues.invoicing import Progress, dates_of
from crm.reference.contributory_units import Payer, unit_on
from crm.reference.countries import is_member_state
from crm.reference.country import Country
from crm.reference.gazetteer import CountryKey
from crm.shown import Shown
from crm.store.store import Store


@dataclass(frozen=True, slots=True)
class UnitsTotal(Shown):
    """The units of all Member States together.

    Attributes:
        units: the sum.
        states: how many States it is the sum of.
        not_stated: the States of which no class is known, by code; they count nothing.
    """

    units: Fraction
    states: int
    not_stated: tuple[str, ...]


class Contributions:
    """`book.contributions`: read the classes of Member States, and record what they choose."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, state: CountryKey, *, on: date | str | None = None) -> StateContribution:
        """The class of a Member State on a day, with where it is known from.

        Args:
            state: its code or name.
            on: the day; today if left out.

        Raises:
            NotFound: no class is known for that day.
        """
        with self._store.reading() as session:
            day, row = day_asked(self._store, session, on), find_state(session, state)
            found = in_force(history_of(session, row.code), day)
            if found is None:
                raise NotFound(
                    f"No class of {row.name_en} is known for {day}.", field="state", value=row.code
                )
            return found

    def history(self, state: CountryKey) -> tuple[StateContribution, ...]:
        """The classes of a Member State, the earliest first; a recorded one goes before a derived one of the same day."""
        with self._store.reading() as session:
            return tuple(history_of(session, find_state(session, state).code))

    def all(self, *, on: date | str | None = None) -> tuple[StateContribution, ...]:
        """The class of every Member State on a day, by code; States of which none is known are left out."""
        with self._store.reading() as session:
            day = day_asked(self._store, session, on)
            found = (in_force(history, day) for history in histories(session).values())
            return tuple(each for each in found if each is not None)

    def units_total(self, on: date | str | None = None) -> UnitsTotal:
        """The units of all Member States on a day, as they stand."""
        with self._store.reading() as session:
            day = day_asked(self._store, session, on)
            return _total(
                session,
                {
                    state: found.units
                    for state, history in histories(session).items()
                    if (found := in_force(history, day))
                },
            )

    def units_assessed(self, year: int) -> UnitsTotal:
        """The units that Member States are assessed for a calendar year, by whole months: 355.96 in 2024."""
        with self._store.reading() as session:
            found = histories(session).items()
            units = {state: units_of_year(history, year) for state, history in found}
            return _total(session, {state: each for state, each in units.items() if each})

    def assessed(self, state: CountryKey, year: int) -> tuple[ContributionLine, ...]:
        """What a Member State contributes for a calendar year, one line for each class, by whole months.

        Raises:
            NotFound: no unit amount is on file for the year.
        """
        with self._store.reading() as session:
            unit = unit_on(session, Payer.MEMBER_STATE, date(year, 1, 1))
            lines = lines_of_year(history_of(session, find_state(session, state).code), year, unit.amount)
            return tuple(replace(line, doubt=unit.doubt) for line in lines)

    def assess(
        self,
        year: int,
        *,
        issued_on: date | str | None = None,
        dry_run: bool = False,
        progress: Progress | None = None,
    ) -> ContributionsAssessed:
        """Invoice the contributions of a year: to every Member State once, however often this is done.

        A State pays its class of each month by the unit of the year, as `assessed` tells. It gets one invoice, on its own
        account: its administration. The invoice stands in the one ledger of dues, so payments, reversals, credits,
        interest, repayment plans, statements and exports are those of `book.dues`. Where a class was recorded after its
        months were charged, they are given back and charged anew. The dues of members are a pass of their own:
        `book.dues.assess`.

        Args:
            year: the year.
            issued_on: the day of issue; today where none is given.
            dry_run: only say what would be invoiced.
            progress: is told how many invoices are written, and of how many.

        Raises:
            NotFound: no unit is on file for the year.
            Refused: the day of issue is still to come, or the year is not the next one yet.
        """
        with self._store.changing("contributions.assessed", dry_run=dry_run) as change:
            issued, due = dates_of(change, year, issued_on)
            done = assess(change, year, issued_on=issued, due_on=due, progress=progress)
        return replace(done, assessment_id=None) if dry_run else done

    def vote(self, state: CountryKey, *, on: date | str | None = None) -> Vote:
        """Whether a Member State may vote on a day (today), past or to come, with the figures and the rule behind.

        It has no vote while its arrears reach its contributions of the two years before (Constitution No. 169; how much that
        is, is unverified and a dated rule). What a kept repayment plan covers does not count. The days to come are as if
        nothing more were paid.
        """
        with self._store.reading() as session:
            day, row = day_asked(self._store, session, on), find_state(session, state)
            return next(votes_on(session, day, [row.code]))

    def votes(self, *, on: date | str | None = None) -> tuple[Vote, ...]:
        """The votes of all Member States on a day (today), by code; `book.reports.arrears_of_member_states` is the report."""
        with self._store.reading() as session:
            return tuple(votes_on(session, day_asked(self._store, session, on)))

    def check(self, state: CountryKey, units: Units, *, effective_on: date | str) -> tuple[ClassWarning, ...]:
        """What the rules say to a class: how far it goes down, and whether the State may choose it. Nothing is written.

        Args:
            state: the Member State.
            units: the class, e.g. 11, "1 1/2" or "1/16".
            effective_on: the first day of the class.

        Raises:
            InvalidInput: there is no such class.
        """
        with self._store.reading() as session:
            day = day_asked(self._store, session, effective_on, field="effective_on")
            row = find_state(session, state)
            return warnings_for(session, row, class_of(session, units, day), day)

    def choose(
        self,
        state: CountryKey,
        units: Units,
        *,
        effective_on: date | str,
        reason: str,
        override: str = "",
        source: str = "",
        synthetic: bool = False,
        dry_run: bool = False,
    ) -> ContributionChoice:
        """Record that a Member State chose a class. It may take effect inside a financial period.

        Args:
            state: the Member State.
            units: the class, e.g. 11, "1 1/2" or "1/16".
            effective_on: the first day; contributions count from the first day of its month.
            reason: why, or on what occasion.
            override: why it is recorded although a rule warns, such as that the Conference authorised it.
            source: where it is documented.
            synthetic: whether it is made up for a demonstration or test.
            dry_run: only say what would be recorded.

        Returns:
            The line, with what the rules said.

        Raises:
            InvalidInput: there is no such class, or no reason.
            Refused: a rule warns, and nothing is said about why the class is recorded all the same.
        """
        why = clean_name(reason, field="reason")
        with self._store.changing("contribution.chosen", reason=why, dry_run=dry_run) as change:
            day = day_said(change, effective_on, field="effective_on")
            row = find_state(change.session, state)
            chosen = class_of(change.session, units, day)
            return record_choice(
                change,
                row,
                chosen,
                day,
                reason=why,
                override=override,
                source=source,
                synthetic=synthetic,
            )

    def withdraw(
        self, state: CountryKey, *, effective_on: date | str, reason: str, dry_run: bool = False
    ) -> ContributionChoice:
        """Take back what was recorded for a day by mistake; what is derived for it counts again.

        Args:
            state: which Member State.
            effective_on: the day for which it was recorded.
            reason: why.
            dry_run: only say what would come of it.

        Raises:
            NotFound: nothing is recorded for that day.
        """
        why = clean_name(reason, field="reason")
        with self._store.changing("contribution.withdrawn", reason=why, dry_run=dry_run) as change:
            day = day_said(change, effective_on, field="effective_on")
            row = find_state(change.session, state)
            history = history_of(change.session, row.code)
            if not any(each.choice_id and each.since_on == day for each in history):
                raise NotFound(
                    f"No class of {row.name_en} is recorded for {day}.", field="effective_on", value=day
                )
            return add_line(change, {"state": row.code, "effective_on": day, "reason": why})

    def recorded(self, state: CountryKey) -> tuple[ContributionChoice, ...]:
        """Every line that was recorded of a Member State, those taken back included, in the order of their recording."""
        with self._store.reading() as session:
            lines = select(ContributionChoice).where(
                ContributionChoice.state == find_state(session, state).code
            )
            return tuple(session.exec(lines.order_by(col(ContributionChoice.id))))

    def _today(self, session: Session) -> date:
        return today_of(session, self._store.now(), self._store.actor)


def _total(session: Session, units: Mapping[str, Fraction]) -> UnitsTotal:
    states = session.exec(select(Country.code).where(is_member_state()).order_by(col(Country.code))).all()
    missing = tuple(state for state in states if state not in units)
    return UnitsTotal(sum(units.values(), Fraction(0)), len(units), missing)
