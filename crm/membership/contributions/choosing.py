"""How a class of contribution comes into the book: found on the scale, looked at by the rules, written down."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction

from sqlmodel import Session

from crm.errors import InvalidInput, Refused
from crm.membership.contributions.class_history import earlier_than
from crm.membership.contributions.contribution_facts import class_rules, histories, period_began_on
from crm.membership.contributions.contribution_tables import ContributionChoice
from crm.membership.contributions.reduction import ClassWarning
from crm.reference.country import Country
from crm.reference.small_class_states import former_grounds, small_class_grounds
from crm.reference.units import units_in_words, units_of
from crm.store.store import Change

Units = Fraction | int | str


def warnings_for(session: Session, state: Country, units: Fraction, day: date) -> tuple[ClassWarning, ...]:
    """What the rules say to a class of a Member State that takes effect on a day."""
    return warnings_of(session, {state.code: units}, day)[state.code]


def warnings_of(
    session: Session, chosen: Mapping[str, Fraction], day: date
) -> Mapping[str, tuple[ClassWarning, ...]]:
    """What the rules say to classes of Member States that take effect on a day, by their codes."""
    rules, began = class_rules(session, day), period_began_on(session, day - timedelta(days=1))
    begins = period_began_on(session, day)
    known, grounds = histories(session, chosen), small_class_grounds(session, day)
    former = former_grounds(session, day)
    return {
        state: rules.warnings(
            units,
            earlier=earlier_than(known.get(state, ()), day, began),
            ground=grounds.get(state),
            former_ground=former.get(state, ""),
            inside=None if begins == day else begins,
        )
        for state, units in chosen.items()
    }


def record_choice(
    change: Change,
    state: Country,
    units: Fraction,
    day: date,
    *,
    reason: str,
    override: str = "",
    source: str = "",
    answer_id: int | None = None,
    synthetic: bool = False,
    warnings: Sequence[ClassWarning] | None = None,
) -> ContributionChoice:
    """Add the choice of a class, with what the rules say to it: as told, or asked where it is not.

    Raises:
        Refused: a rule warns, and nothing is said about why the class is recorded all the same.
    """
    if warnings is None:
        warnings = warnings_for(change.session, state, units, day)
    if warnings and not override.strip():
        raise Refused(
            f"{state.name_en}: {' '.join(map(str, warnings))}",
            rule=f"contributions.{warnings[0].rule}",
            subject=state.code,
            field="units",
            value=units_in_words(units),
            hint="To record it all the same, say why: override=….",
        )
    line = {
        "state": state.code,
        "units": units,
        "effective_on": day,
        "warnings": [str(each) for each in warnings],
    }
    line |= {"reason": reason, "override": override.strip(), "source": source}
    return add_line(change, {**line, "answer_id": answer_id, "synthetic": synthetic})


def class_of(session: Session, units: Units, day: date) -> Fraction:
    """The class that is meant, by the scale of a day.

    Raises:
        InvalidInput: the scale holds no such class; the nearest are the candidates.
    """
    wanted = units_of(units)
    scale = class_rules(session, day).scale
    if scale.holds(wanted):
        return wanted
    near = dict.fromkeys((scale.at_or_below(wanted), scale.above(wanted)))
    raise InvalidInput(
        f"{units_in_words(wanted)} units are no class of the scale.",
        field="units",
        value=units_in_words(wanted),
        candidates=[units_in_words(each) for each in near],
    )


def add_line(change: Change, fields: Mapping[str, object]) -> ContributionChoice:
    """Add a line about the class of a Member State."""
    recorded = {"recorded_at": change.now, "recorded_by": change.actor}
    return change.add(ContributionChoice.model_validate({**fields, **recorded}))
