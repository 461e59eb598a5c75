"""What the verbs of rounds share: which rounds take lines, on which days, and how an answer is written down."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction

from sqlmodel import Session, col, select

from crm.directory.merged import among
from crm.directory.staff import today_of
from crm.errors import NotFound, Refused
from crm.membership.contributions.announcements import counted
from crm.membership.contributions.choosing import Units, class_of, record_choice, warnings_of
from crm.membership.contributions.class_history import in_force
from crm.membership.contributions.contribution_facts import find_state, history_of
from crm.membership.contributions.contribution_tables import (
    AnnouncementRound,
    ContributionChoice,
    RoundAnswer,
    RoundKind,
)
from crm.membership.contributions.reduction import ClassWarning
from crm.membership.contributions.round_reading import RoundKey, find_round
from crm.membership.contributions.round_view import Round
from crm.reference.countries import is_member_state
from crm.reference.country import Country
from crm.reference.financial_periods import find_period
from crm.reference.gazetteer import CountryKey
from crm.store.store import Change

_Announced = tuple[Country, Fraction, RoundAnswer]


def open_round(session: Session, key: RoundKey) -> AnnouncementRound:
    """The round that a key means, locked until the verb ends.

    Raises:
        Refused: it is closed.
    """
    record = _locked(session, key)
    if record.closed_on is not None:
        raise _closed(record)
    return record


def round_to_answer(session: Session, key: RoundKey, day: date, *, reason: str) -> AnnouncementRound:
    """The round that a State answers, locked until the verb ends; one that is closed takes what came in its time.

    Args:
        session: of the verb.
        key: the round.
        day: the day of the announcement.
        reason: why it is written down only now, where the round is closed.

    Raises:
        Refused: it is closed, and nobody says why the answer was not written down, or the day is after its end.
    """
    record = _locked(session, key)
    if record.closed_on is not None and (day > record.closed_on or not reason.strip()):
        raise _closed(record, hint="For an answer of its time that was forgotten, say why: on=…, reason=…")
    return record


def _locked(session: Session, key: RoundKey) -> AnnouncementRound:
    record = find_round(session, key)
    session.refresh(record, with_for_update=True)
    return record


def _closed(record: AnnouncementRound, *, hint: str | None = None) -> Refused:
    words = f"The round {record.name} was closed on {record.closed_on}."
    return Refused(words, rule="rounds.open", subject=record.name, hint=hint)


def codes_of(session: Session, states: CountryKey | Iterable[CountryKey] | None) -> list[str]:
    """The codes of the Member States that are meant; all of them where none is named."""
    if states is None:
        every = select(Country.code).where(is_member_state())
        return list(session.exec(every.order_by(col(Country.code))))
    keys = [states] if isinstance(states, str | int | Country) else states
    return list(dict.fromkeys(find_state(session, key).code for key in keys))


def refuse_odd_day(change: Change, record: AnnouncementRound, day: date) -> None:
    """Refuse a day before the round began, and one that is still to come."""
    if day < record.opened_on:
        raise Refused(
            f"The round {record.name} began on {record.opened_on}.",
            rule="rounds.begun",
            field="on",
            value=day,
        )
    if day > today_of(change.session, change.now, change.actor):
        raise Refused(f"{day} is still to come.", rule="rounds.not_ahead", field="on", value=day)


def refuse_open_end(record: AnnouncementRound) -> date:
    """The day on which a definitive round was closed.

    Raises:
        Refused: it is open, or its answers are provisional.
    """
    if record.kind is not RoundKind.DEFINITIVE or record.closed_on is None:
        what = "open" if record.kind is RoundKind.DEFINITIVE else "provisional"
        raise Refused(
            f"The round {record.name} is {what}: only a definitive round that is closed settles classes.",
            rule="rounds.definitive",
            subject=record.name,
        )
    return record.closed_on


def announced_units(
    session: Session, record: AnnouncementRound, state: Country, units: Units | None
) -> Fraction:
    """The class that a State announced for the period of a round; None means the one that it has before it.

    Raises:
        NotFound: it keeps its class, and none is known.
        InvalidInput: there is no such class.
    """
    first_on = find_period(session, record.period).valid_from
    if units is not None:
        return class_of(session, units, first_on)
    last = in_force(history_of(session, state.code), first_on - timedelta(days=1))
    if last is None:
        raise NotFound(f"No class of {state.name_en} is known that it could keep.", field="units")
    return last.units


def answer_that_counts(session: Session, record: AnnouncementRound, state: Country) -> RoundAnswer:
    """The latest answer of a State.

    Raises:
        NotFound: there is none.
    """
    here = select(RoundAnswer).where(RoundAnswer.round_id == record.id, RoundAnswer.state == state.code)
    found = counted(session.exec(here).all(), date.max).get(state.code)
    if found is None:
        raise NotFound(
            f"{state.name_en} has answered nothing in the round {record.name}.",
            field="state",
            value=state.code,
        )
    return found


def add_answer(
    change: Change, record: AnnouncementRound, state: Country, fields: Mapping[str, object]
) -> RoundAnswer:
    """Write down what a State announced; an answer of a made-up round is made up."""
    where = {"round_id": record.id, "state": state.code}
    where |= {"recorded_at": change.now, "recorded_by": change.actor}
    synthetic = bool(fields.get("synthetic")) or record.synthetic
    return change.add(RoundAnswer.model_validate({**fields, **where, "synthetic": synthetic}))


def refuse_class_taken_over(session: Session, record: AnnouncementRound, state: Country) -> None:
    """Refuse to say that a State announced nothing while the class that was taken over from its answer stands.

    Raises:
        Refused: it does; it is withdrawn first.
    """
    first_on = find_period(session, record.period).valid_from
    history = history_of(session, state.code)
    stands = [each.choice_id for each in history if each.choice_id and each.since_on == first_on]
    announced = select(RoundAnswer.id).where(
        RoundAnswer.round_id == record.id, RoundAnswer.state == state.code
    )
    taken_over = select(ContributionChoice.id).where(
        among(col(ContributionChoice.id), stands), col(ContributionChoice.answer_id).in_(announced)
    )
    if session.exec(taken_over).first() is not None:
        raise Refused(
            f"The class of {state.name_en} from {first_on} on was taken over from its answer, and stands.",
            rule="rounds.class_stands",
            field="units",
            hint="Take the class back first: book.contributions.withdraw.",
        )


def replace_answer(
    change: Change, record: AnnouncementRound, state: Country, fields: Mapping[str, object]
) -> RoundAnswer:
    """Add the line that puts the latest answer of a State right; what is not given stays as it was."""
    wrong = answer_that_counts(change.session, record, state)
    kept = wrong.model_dump(include={"units", "answered_on", "channel", "document", "override", "synthetic"})
    return add_answer(change, record, state, {**kept, **fields, "replaces_id": wrong.id})


def take_over(change: Change, whole: Round, last_on: date) -> tuple[ContributionChoice, ...]:
    """Record the answers of a round as classes from the first day of its period on, those that have not been.

    Args:
        change: the verb.
        whole: the round.
        last_on: the day on which it was closed.

    Raises:
        Refused: rules warn of answers that say nothing about why; all of them are named.
    """
    first_on = whole.period.valid_from
    left = _left(change.session, whole, last_on)
    told = warnings_of(change.session, {state.code: units for state, units, _ in left}, first_on)
    _refuse_unexplained(left, told)
    return tuple(
        record_choice(
            change,
            state,
            units,
            first_on,
            reason=f"Announced in the round {whole.record.name}",
            override=answer.override,
            source=answer.document or whole.record.circular,
            answer_id=answer.id,
            synthetic=answer.synthetic,
            warnings=told[state.code],
        )
        for state, units, answer in left
    )


def _left(session: Session, whole: Round, last_on: date) -> list[_Announced]:
    """The answers with a class that have not been taken over, by the code of the State."""
    counting = counted(whole.answers, last_on)
    mine = [answer.id for answer in counting.values()]
    known = set(
        session.exec(
            select(ContributionChoice.answer_id).where(among(col(ContributionChoice.answer_id), mine))
        )
    )
    return [
        (find_state(session, state), answer.units, answer)
        for state, answer in sorted(counting.items())
        if answer.units is not None and answer.id not in known
    ]


def _refuse_unexplained(left: Iterable[_Announced], told: Mapping[str, Sequence[ClassWarning]]) -> None:
    unexplained = [(state, told[state.code]) for state, _, answer in left if not answer.override]
    warned = [
        f"{state.name_en}: {' '.join(map(str, warnings))}" for state, warnings in unexplained if warnings
    ]
    if warned:
        raise Refused(
            " ".join(warned),
            rule="rounds.explained",
            field="override",
            hint="Say of each why it stands all the same, by book.rounds.correct with override=… and reason=…",
        )
