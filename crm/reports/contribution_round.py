"""The contribution round: what each Member State announced, who is silent, and how many units stand open with whom."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction

from sqlmodel import Session, col, select

from crm.membership.contributions.announcements import Announcement, counted
from crm.membership.contributions.class_history import History, in_force
from crm.membership.contributions.contribution_facts import histories
from crm.membership.contributions.contribution_tables import AnnouncementRound
from crm.membership.contributions.projection import KEEPS, Assumption
from crm.membership.contributions.round_reading import find_round, read_round
from crm.membership.contributions.round_standing import RoundStanding, signed
from crm.membership.contributions.round_view import Round
from crm.reference.languages import known_language
from crm.reference.units import units_in_words
from crm.reports.accounts import REGION, Place, member_states
from crm.reports.behind import Behind, behind_of
from crm.reports.chart import Chart, ChartKind
from crm.reports.columns import Cell, Column, ColumnKind
from crm.reports.notes import synthetic
from crm.reports.reader import Reader
from crm.reports.report import Report

_COLUMNS = (
    REGION,
    Column(key="state", title="Member State"),
    Column(key="code", title="Code"),
    Column(key="units", title="Units", kind=ColumnKind.UNITS, summed=True),
    Column(key="asked", title="Asked", kind=ColumnKind.COUNT, summed=True),
    Column(key="announced", title="Announced", kind=ColumnKind.UNITS, summed=True),
    Column(key="change", title="Change", kind=ColumnKind.MONEY, currency="CHF", summed=True),
    Column(key="open", title="Open", kind=ColumnKind.UNITS, summed=True),
)
_BEHIND = (
    Column(key="on", title="On", kind=ColumnKind.DATE),
    Column(key="what", title="What"),
    Column(key="channel", title="Channel"),
    Column(key="units", title="Units", kind=ColumnKind.UNITS),
    Column(key="rules", title="What the rules say", kind=ColumnKind.NOTE),
    Column(key="document", title="Document"),
    Column(key="by", title="Recorded by"),
    Column(key="id", title="Id", kind=ColumnKind.ID),
)
_TILES = Chart(kind=ChartKind.TILES, label="state", code="code", value="open", empty="Has answered")
_LARGEST = Chart(label="state", value="open", empty="Has answered", most=20)
_DEFINITION = (
    "Units: the class that a Member State has before the financial period. Asked: how often it was asked, reminders "
    "included. Announced: its latest answer by the day that was not corrected. Change: what that adds to the contributions of "
    "a year, at the unit amount of the round. Open: the units of States that have announced nothing; such a State keeps its "
    "class (unverified). Classes that nobody recorded are derived from published contributions and not official. What is at "
    "stake by region and direction: the report contribution-stakes."
)


def contribution_round(
    reader: Reader,
    *,
    round: str | None = None,  # noqa: A002 - a round is called so everywhere
    region: str | None = None,
    lower: Decimal | None = None,
    higher: Decimal | None = None,
    on: date | str | None = None,
    language: str = "en",
    rows: bool = True,
) -> Report:
    """What each Member State announced in a round, who is silent, and how many units stand open with whom.

    Args:
        reader: reads the book.
        round: the round, by name, circular or number; the one that was opened last where none is given.
        region: only this development region, by slug or name; the projection is that of all.
        lower: the chance that a silent State goes down as far as the limit allows, for the projection, e.g. 0.1.
        higher: the chance that a silent State goes up to the next class.
        on: the day that is asked about; today where none is given.
        language: the language of the names of States and regions.
        rows: whether what was asked and answered is read with the figures, for `rows_behind`.

    Returns:
        One row a Member State, those that were asked nothing included.

    Raises:
        NotFound: there is no such round or region.
        InvalidInput: the chances are no numbers from 0 to 1, or more than 1 together.
    """
    as_of, day, tongue = reader.store.now(), reader.day(on), known_language(language)
    with reader.store.reading() as session:
        place = Place(session, region)
        states = member_states(session, place, tongue)
        whole = round_meant(session, round)
        classes = histories(session)
    standing = whole.standing(day, assumption=_assumption(lower, higher)) if whole else None
    found = {each.state: each for each in standing.states} if standing else {}
    return Report(
        name="contribution-round",
        title=title_of_round("Classes announced", whole),
        definition=_DEFINITION,
        denominator=how_many_answered(standing, len(states)),
        as_of=as_of,
        on=day,
        filters=terms_of_round(place, whole, standing),
        columns=_COLUMNS,
        rows=tuple(
            (area, name, code, *_cells(found.get(code), classes.get(code, ()), day))
            for code, area, name in states
        ),
        notes=_notes(whole, standing),
        grouped_by="region",
        chart=(_TILES, _LARGEST),
        behind=_behind(whole, standing, day, {code for code, *_ in states}) if rows else None,
        language=tongue.value,
    )


def round_meant(session: Session, name: str | None) -> Round | None:
    """The round of a name, else the one that was opened last; None where there is none.

    Raises:
        NotFound: there is no round of this name.
    """
    if name is not None:
        return read_round(session, find_round(session, name))
    order = (col(AnnouncementRound.opened_on).desc(), col(AnnouncementRound.id).desc())
    latest = session.exec(select(AnnouncementRound).order_by(*order)).first()
    return read_round(session, latest) if latest else None


def title_of_round(what: str, whole: Round | None) -> str:
    """What a report tells of a round; or that there is none."""
    return f"{what}: {whole.record.name}" if whole else "Classes of contribution: no round is open"


def _assumption(lower: Decimal | None, higher: Decimal | None) -> Assumption:
    if lower is None and higher is None:
        return KEEPS
    return Assumption(lower or Decimal(0), higher or Decimal(0), "as chosen for this report")


def terms_of_round(place: Place, whole: Round | None, standing: RoundStanding | None) -> dict[str, Cell]:
    """What a report of a round states beside its figures: the round, its terms, and where it is narrowed to."""
    if whole is None or standing is None:
        return dict(place.filters)
    return {
        "round": whole.record.name,
        "circular": whole.record.circular,
        "deadline": whole.record.deadline_on,
        "unit amount": whole.record.unit_in_words,
        **place.filters,
    }


def how_many_answered(standing: RoundStanding | None, states: int) -> str:
    """Of how many Member States a report of a round speaks, and how many of the asked have answered."""
    if standing is None or standing.response_rate is None:
        return f"{states} Member States; none was asked by the day."
    return (
        f"{states} Member States. {standing.asked} were asked in all and {standing.outstanding} of them are silent: "
        f"{standing.response_rate:.1%} have answered."
    )


def _notes(whole: Round | None, standing: RoundStanding | None) -> tuple[str, ...]:
    if whole is None or standing is None:
        return ()
    made_up = sum(each.synthetic for each in standing.states)
    directions = "; ".join(
        f"{stake.direction.words} {stake.states} ({units_in_words(stake.units)} units, {signed(stake.change)})"
        for stake in standing.by_direction
    )
    return (*synthetic(made_up), f"All regions: {directions}.", f"{standing.projection}.")


def _cells(each: Announcement | None, history: History, day: date) -> tuple[Cell, ...]:
    if each is None:
        now = in_force(history, day)
        units = number_of(now.units if now else None)
        return (units, 0, None, Decimal(0), units)
    units, announced = number_of(each.before), number_of(each.announced)
    still_open = Decimal(0) if each.has_answered else units
    return (units, each.times_asked, announced, each.chf_change, still_open)


def number_of(units: Fraction | None) -> Decimal | None:
    """Units as a decimal number: every class is a half of halves, so nothing is lost."""
    return None if units is None else Decimal(units.numerator) / Decimal(units.denominator)


def _behind(whole: Round | None, standing: RoundStanding | None, day: date, shown: set[str]) -> Behind:
    lines = [] if whole is None or standing is None else [*_asks(whole, day), *_answers(whole, standing, day)]
    return behind_of(("code",), _BEHIND, [line for line in lines if str(line[0][0]) in shown])


def _asks(whole: Round, day: date) -> Iterator[tuple[tuple[Cell, ...], tuple[str, ...], tuple[Cell, ...]]]:
    for ask in whole.asks:
        if ask.asked_on <= day:
            said = (
                ask.asked_on,
                "asked",
                ask.channel.value,
                None,
                None,
                ask.document,
                ask.recorded_by,
                ask.id,
            )
            yield (ask.state,), ("asked",), said


def _answers(
    whole: Round, standing: RoundStanding, day: date
) -> Iterator[tuple[tuple[Cell, ...], tuple[str, ...], tuple[Cell, ...]]]:
    for state, answer in counted(whole.answers, day).items():
        rules = " ".join(map(str, standing.of(state).warnings)) or None
        said = (answer.answered_on, "answered", answer.channel.value, number_of(answer.units), rules)
        yield (state,), ("announced",), (*said, answer.document, answer.recorded_by, answer.id)
