"""A round with everything on record about it: a value that holds no connection, and answers for any day."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from crm.membership.contributions.announcements import Announcement, Announcements, RoundState
from crm.membership.contributions.contribution_tables import AnnouncementRound, RoundAnswer, RoundAsk
from crm.membership.contributions.projection import KEEPS, Assumption, projected
from crm.membership.contributions.reduction import ClassRules
from crm.membership.contributions.round_comparison import RoundComparison, compared
from crm.membership.contributions.round_reminders import RoundReminder, awaits_reminder, step_reached
from crm.membership.contributions.round_standing import RoundStanding, standing_of
from crm.reference.financial_periods import FinancialPeriod
from crm.reference.round_reminders import RoundReminderStep
from crm.shown import Shown


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Round(Shown):
    """A round, its lines and the Member States: `standing(on)` says where it stands.

    Attributes:
        record: the round itself.
        period: the financial period that it asks about.
        states: every Member State, by region and name.
        asks: every line on whom it asked.
        answers: every line on who answered, corrected ones included.
        rules: the rules of the first day of the period.
        earlier_began_on: the first day of the period before it.
        steps: when who has not answered is due a reminder.
    """

    record: AnnouncementRound
    period: FinancialPeriod
    states: tuple[RoundState, ...]
    asks: tuple[RoundAsk, ...]
    answers: tuple[RoundAnswer, ...]
    rules: ClassRules
    earlier_began_on: date | None
    steps: tuple[RoundReminderStep, ...]

    def __repr__(self) -> str:
        return f"<Round {self.record.name}: {len(self.asks)} asks, {len(self.answers)} answers>"

    def _repr_html_(self) -> str:
        return self.record._repr_html_()

    def standing(self, on: date, *, assumption: Assumption = KEEPS) -> RoundStanding:
        """How the round stands on a day.

        Args:
            on: the day; what was answered later does not count.
            assumption: what those that have not answered are taken to do.
        """
        states = self._announcements(on)
        grounds = {state.code: state.ground for state in self.states}
        moves = [
            self._moves(each.before, grounds[each.state])
            for each in states
            if not each.has_answered and each.before
        ]
        projection = projected(
            before=sum((each.before or Fraction(0) for each in states), Fraction(0)),
            announced=sum((_change(each) for each in states), Fraction(0)),
            open_moves=moves,
            assumption=assumption,
            unit_amount=self.record.unit_amount,
        )
        return standing_of(
            states,
            projection,
            name=self.record.name,
            on=on,
            deadline_on=self.record.deadline_on,
            unit_amount=self.record.unit_amount,
            unit=self.record.unit_in_words,
        )

    def like_those_who_answered(self, on: date) -> Assumption:
        """The assumption that the others go down and up as often as those that have answered by a day."""
        answered = [each for each in self._announcements(on) if each.has_answered and each.before]
        lower, higher = (
            sum(each.change < 0 for each in answered),
            sum(each.change > 0 for each in answered),
        )
        count = max(len(answered), 1)
        return Assumption(
            round(Decimal(lower) / count, 4),
            round(Decimal(higher) / count, 4),
            f"as often as the {len(answered)} that have answered by {on}",
        )

    def reminders_due(self, on: date) -> tuple[RoundReminder, ...]:
        """The Member States that were asked, have not answered and are due a reminder; none once the round is closed."""
        reached = step_reached(self.steps, deadline_on=self.record.deadline_on, on=on)
        is_over = self.record.closed_on is not None and self.record.closed_on <= on
        if reached is None or is_over:
            return ()
        step, due_on = reached
        administrations = {state.code: state.organization_id for state in self.states}
        return tuple(
            self._reminder(each, step, due_on, administrations[each.state])
            for each in self._announcements(on)
            if awaits_reminder(each, due_on)
        )

    def compared_with(self, other: "Round", *, on: date) -> RoundComparison:
        """This round beside a later one, both as they stand on a day."""
        return compared(self.standing(on), other.standing(on))

    def _announcements(self, on: date) -> tuple[Announcement, ...]:
        found = Announcements(
            self.record,
            period=self.period,
            rules=self.rules,
            asks=self.asks,
            answers=self.answers,
            earlier_began_on=self.earlier_began_on,
            on=on,
        )
        return tuple(found.of(state) for state in self.states)

    def _moves(self, units: Fraction, ground: str | None) -> tuple[Fraction, Fraction]:
        """How far a State may go down by the rules, and up by a class."""
        lowest = self.rules.lowest_open_to(units, ground=ground)
        return lowest - units, self.rules.scale.above(units) - units

    def _reminder(
        self, each: Announcement, step: str, due_on: date, organization_id: int | None
    ) -> RoundReminder:
        assert each.asked_on  # only who was asked is reminded
        assert each.last_asked_on
        return RoundReminder(
            round_id=self.record.id,
            round=self.record.name,
            kind=self.record.kind,
            period=self.record.period,
            circular=self.record.circular,
            state=each.state,
            name=each.name,
            organization_id=organization_id,
            deadline_on=self.record.deadline_on,
            step=step,
            due_on=due_on,
            asked_on=each.asked_on,
            last_asked_on=each.last_asked_on,
        )


def _change(each: Announcement) -> Fraction:
    """By how much a State's answer changes the sum; the first class that is known of it counts whole."""
    return (
        (each.announced or Fraction(0)) - (each.before or Fraction(0)) if each.has_answered else Fraction(0)
    )
