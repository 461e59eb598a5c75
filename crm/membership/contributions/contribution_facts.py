"""What is on file about classes of contribution: derived and recorded classes side by side, and the rules of a day."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from sqlmodel import Session, col, select

from crm.errors import InvalidInput
from crm.membership.contributions.class_history import (
    History,
    Origin,
    StateContribution,
    in_order,
)
from crm.membership.contributions.contribution_tables import ContributionChoice
from crm.membership.contributions.reduction import ClassRules
from crm.reference.contribution_scale import scale_on
from crm.reference.countries import find_country
from crm.reference.country import Country
from crm.reference.financial_periods import financial_periods
from crm.reference.gazetteer import CountryKey
from crm.reference.membership_rules import membership_rules
from crm.reference.spans import holds_on
from crm.reference.state_classes import StateClass


def find_state(session: Session, key: CountryKey) -> Country:
    """The Member State that a key means.

    Raises:
        InvalidInput: it is a territory; only Member States choose a class.
        NotFound: nothing answers to the key.
    """
    country = find_country(session, key)
    if not country.is_member_state:
        raise InvalidInput(
            f"{country.name_en} is no Member State.",
            field="state",
            value=country.code,
            hint="Only Member States choose a class of contribution.",
        )
    return country


def histories(session: Session, states: Iterable[str] | None = None) -> Mapping[str, History]:
    """The classes of Member States, by their codes, the earliest first.

    Args:
        session: reads the book.
        states: only these, by ISO 3166 alpha-3; all of them if left out.
    """
    derived = select(StateClass).where(col(StateClass.retired_on).is_(None))
    recorded = select(ContributionChoice).order_by(col(ContributionChoice.id))
    if states is not None:
        codes = tuple(states)
        derived = derived.where(col(StateClass.country).in_(codes))
        recorded = recorded.where(col(ContributionChoice.state).in_(codes))
    # The line that was recorded last for a day is the one that counts.
    latest = {(row.state, row.effective_on): row for row in session.exec(recorded)}
    entries: dict[str, list[StateContribution]] = defaultdict(list)
    for fact in session.exec(derived):
        entries[fact.country].append(_derived(fact))
    for row in latest.values():
        entries[row.state].extend(_recorded(row))
    return {state: in_order(found) for state, found in sorted(entries.items())}


def history_of(session: Session, state: str) -> History:
    """The classes of one Member State, the earliest first."""
    return histories(session, [state]).get(state, ())


def class_rules(session: Session, day: date) -> ClassRules:
    """What the rules of a day say to a class that takes effect on it."""
    rules = membership_rules(session).on(day)
    return ClassRules(scale_on(session, day), rules.reduction_limit, rules.reduction_from_units)


def period_began_on(session: Session, day: date) -> date | None:
    """The first day of the financial period that a day lies in; None where no period is on file for it."""
    return next((each.valid_from for each in financial_periods(session) if holds_on(each, day)), None)


def _derived(fact: StateClass) -> StateContribution:
    return StateContribution(
        state=fact.country,
        units=fact.units,
        since_on=fact.effective_on,
        origin=Origin.REFERENCE,
        source=fact.source,
        certainty=fact.certainty,
        note=fact.note or "",
    )


def _recorded(row: ContributionChoice) -> Iterable[StateContribution]:
    if row.units is not None:
        yield StateContribution(
            state=row.state,
            units=row.units,
            since_on=row.effective_on,
            origin=Origin.RECORDED,
            source=row.source,
            note=row.reason,
            override=row.override,
            warnings=tuple(row.warnings),
            choice_id=row.id,
            synthetic=row.synthetic,
        )
