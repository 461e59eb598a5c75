"""What Member States announced in a round, as of a day. Pure: functions of the lines on record and the day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cached_property

from crm.membership.contributions.class_history import History, earlier_than, in_force, in_money
from crm.membership.contributions.contribution_tables import AnnouncementRound, Channel, RoundAnswer, RoundAsk
from crm.membership.contributions.reduction import ClassRules, ClassWarning
from crm.reference.financial_periods import FinancialPeriod
from crm.shown import Shown


class Direction(StrEnum):
    """Where a State goes from the class that it has.

    Attributes:
        FIRST: it announced a class, and none is known that it had before.
        NO_ANSWER: it has announced nothing.
    """

    RAISES = "raises"
    KEEPS = "keeps"
    LOWERS = "lowers"
    FIRST = "first"
    NO_ANSWER = "no_answer"

    @property
    def words(self) -> str:
        """What States of this direction do, in a word or two."""
        return _WORDS[self]


_WORDS = {
    Direction.RAISES: "go up",
    Direction.KEEPS: "keep",
    Direction.LOWERS: "go down",
    Direction.FIRST: "first class",
    Direction.NO_ANSWER: "silent",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundState(Shown):
    """A Member State as a round finds it.

    Attributes:
        code: ISO 3166 alpha-3.
        name: its name in English.
        region: its development region, by slug.
        history: its classes, the earliest first.
        ground: on what ground it may choose 1/8 and 1/16 in the period; None: on none that is known.
        former_ground: on what ground it might before, until when.
        organization_id: its administration, where that is in the book.
    """

    code: str
    name: str
    region: str | None
    history: History
    ground: str | None = None
    former_ground: str = ""
    organization_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement(Shown):
    """Where one Member State stands in a round on a day.

    Attributes:
        state: ISO 3166 alpha-3.
        name: its name in English.
        region: its development region, by slug.
        asked_on: the day on which it was asked first; None: not yet.
        asked_by: through which channel.
        last_asked_on: the day on which it was asked or reminded last.
        times_asked: how often it was asked, reminders included.
        answered_on: the day of its answer; None: none yet.
        answered_by: through which channel.
        document: the letter or note that holds the answer.
        before: its class before the period; None where it is not known.
        announced: the class that it announced; None: none yet.
        direction: where it goes.
        change: by how many units; 0 where it has not answered, for it keeps its class until it announces another.
        chf_change: the same in CHF a year.
        warnings: what the rules say to the class that it announced.
        override: what is known of why it goes beyond them.
        synthetic: whether its answer is made up.
    """

    state: str
    name: str
    region: str | None
    asked_on: date | None
    asked_by: Channel | None
    last_asked_on: date | None
    times_asked: int
    answered_on: date | None
    answered_by: Channel | None
    document: str
    before: Fraction | None
    announced: Fraction | None
    direction: Direction
    change: Fraction
    chf_change: Decimal
    warnings: tuple[ClassWarning, ...]
    override: str
    synthetic: bool

    @property
    def has_answered(self) -> bool:
        """Whether it has announced a class."""
        return self.announced is not None


class Announcements:
    """The announcements of one round on one day.

    Args:
        record: the round.
        period: the financial period that it asks about.
        rules: the rules of its first day.
        asks: every line on whom it asked.
        answers: every line on who answered.
        earlier_began_on: the first day of the financial period before it, where that is known.
        on: the day.
    """

    def __init__(
        self,
        record: AnnouncementRound,
        *,
        period: FinancialPeriod,
        rules: ClassRules,
        asks: Iterable[RoundAsk],
        answers: Sequence[RoundAnswer],
        earlier_began_on: date | None,
        on: date,
    ) -> None:
        self._record = record
        self._period = period
        self._rules = rules
        self._asks = [ask for ask in asks if ask.asked_on <= on]
        self._answers = answers
        self._earlier_began_on = earlier_began_on
        self._on = on

    def of(self, state: RoundState) -> Announcement:
        """Where a Member State stands."""
        answer = self._counted.get(state.code)
        asks = sorted((ask for ask in self._asks if ask.state == state.code), key=lambda ask: ask.asked_on)
        last = in_force(state.history, self._period.valid_from - timedelta(days=1))
        before = last.units if last else None
        announced = answer.units if answer else None
        change = announced - before if announced is not None and before is not None else Fraction(0)
        return Announcement(
            state=state.code,
            name=state.name,
            region=state.region,
            asked_on=asks[0].asked_on if asks else None,
            asked_by=asks[0].channel if asks else None,
            last_asked_on=asks[-1].asked_on if asks else None,
            times_asked=len(asks),
            answered_on=answer.answered_on if answer else None,
            answered_by=answer.channel if answer else None,
            document=answer.document if answer else "",
            before=before,
            announced=announced,
            direction=direction_of(before, announced),
            change=change,
            chf_change=in_money(change, self._record.unit_amount),
            warnings=self._warnings(state, announced),
            override=answer.override if answer else "",
            synthetic=bool(answer and answer.synthetic),
        )

    def _warnings(self, state: RoundState, announced: Fraction | None) -> tuple[ClassWarning, ...]:
        if announced is None:
            return ()
        earlier = earlier_than(state.history, self._period.valid_from, self._earlier_began_on)
        return self._rules.warnings(
            announced, earlier=earlier, ground=state.ground, former_ground=state.former_ground
        )

    @cached_property
    def _counted(self) -> Mapping[str, RoundAnswer]:
        return counted(self._answers, self._on)


def counted(answers: Sequence[RoundAnswer], on: date) -> dict[str, RoundAnswer]:
    """The answer of each Member State that counts on a day: the latest one that no correction replaced."""
    replaced = {answer.replaces_id for answer in answers}
    standing = [
        answer
        for answer in answers
        if answer.id not in replaced and answer.units is not None and answer.answered_on <= on
    ]
    return {answer.state: answer for answer in sorted(standing, key=lambda each: (each.answered_on, each.id))}


def direction_of(before: Fraction | None, announced: Fraction | None) -> Direction:
    """Where a State goes from one class to another."""
    if announced is None:
        return Direction.NO_ANSWER
    if before is None:
        return Direction.FIRST
    if announced == before:
        return Direction.KEEPS
    return Direction.RAISES if announced > before else Direction.LOWERS
