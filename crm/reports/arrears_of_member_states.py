"""Arrears of Member States: what each owes for which year, whether it may vote, and what payment would change that by when."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlmodel import Session, col, select

from crm.directory.merged import among
from crm.directory.staff import Staff
from crm.directory.tables import Organization
from crm.membership.contributions.votes import Vote, votes_on
from crm.membership.dues.ageing import ageing
from crm.membership.dues.balance import ZERO
from crm.membership.dues.statement import NOT_THE_BOOKS
from crm.reference.languages import known_language
from crm.reference.membership_rules import Rule, membership_rules
from crm.reports.accounts import REGION, Place, member_states
from crm.reports.behind import Behind, behind_of
from crm.reports.chart import Chart
from crm.reports.columns import Cell, Column, ColumnKind
from crm.reports.notes import synthetic
from crm.reports.reader import Reader
from crm.reports.report import Report

_VOTE = {True: "yes", False: "no", None: "not known"}
_NOTHING = {
    True: "Member States with nothing overdue",
    False: "Member States that owe by a kept repayment plan alone",
}
"""The States without arrears, where all of them are shown, and where only those are that owe something."""
_RECENT = 3
"""So many years have a column of their own; what is older stands together."""
_BEHIND = (
    Column(key="invoice", title="Invoice"),
    Column(key="state", title="Member State"),
    Column(key="kind", title="For"),
    Column(key="due", title="Due", kind=ColumnKind.DATE),
    Column(key="amount", title="Amount", kind=ColumnKind.MONEY, currency="CHF"),
    Column(key="open", title="Overdue", kind=ColumnKind.MONEY, currency="CHF"),
)


def arrears_of_member_states(
    reader: Reader,
    *,
    region: str | None = None,
    every: bool = False,
    on: date | str | None = None,
    language: str = "en",
    rows: bool = True,
) -> Report:
    """Arrears of Member States: contribution, what is owed by year, the threshold, the vote, and what would restore it.

    Args:
        reader: reads the book.
        region: only this development region, by slug or name.
        every: all Member States, those included that are not in arrears.
        on: the day that is asked about, past or to come; today where none is given.
        language: the language of the names of States and regions.
        rows: whether the overdue invoices themselves are read with the figures, for `rows_behind`.

    Returns:
        One row a Member State, by region.

    Raises:
        NotFound: there is no such region.
    """
    as_of, day = reader.store.now(), reader.day(on)
    tongue = known_language(language)
    with reader.store.reading() as session:
        place = Place(session, region)
        states = member_states(session, place, tongue)
        votes = {vote.state: vote for vote in votes_on(session, day, [code for code, *_ in states])}
        shown = [state for state in states if every or _owes(votes[state[0]])]
        managers = _managers(session, votes.values())
        rule = membership_rules(session).line(Rule.VOTE_YEARS, day)
        behind = _behind(session, shown, votes, day) if rows else None
    without = sum(vote.votes is False for vote in votes.values())
    return Report(
        name="arrears-of-member-states",
        title="Arrears of Member States",
        definition="What is overdue on the account of each Member State on the day, by the year for which it was invoiced; "
        "interest stands in the year in which it was charged. What a repayment plan covers that is kept is no arrears. "
        f"{rule.words} So many are {rule.value.normalize():f} ({rule.source}; {rule.certainty.value}). Least to pay: what gives the vote back, or keeps it, if it is "
        "paid by the day beside it and nothing more is invoiced meanwhile. Arrears below the threshold are enough, so that it is a "
        f"centime where they just reach it; what is owed is the arrears. {NOT_THE_BOOKS}",
        denominator=f"{without} of {len(states)} Member States have no vote; of "
        f"{sum(vote.votes is None for vote in votes.values())} it is not known, because the book holds no contribution of theirs.",
        as_of=as_of,
        on=day,
        filters=place.filters,
        columns=_columns(day.year, every=every),
        rows=tuple(_row(state, votes[state[0]], managers, day.year) for state in shown),
        stated_totals={"vote": f"{sum(votes[code].votes is False for code, *_ in shown)} lost"},
        behind=behind,
        notes=synthetic(sum(vote.synthetic for vote in votes.values())),
        grouped_by="region",
        chart=Chart(label="state", value="arrears", empty=_NOTHING[every], most=20),
        language=tongue.value,
    )


def _owes(vote: Vote) -> bool:
    return bool(vote.arrears or vote.on_plan)


def _columns(year: int, *, every: bool) -> tuple[Column, ...]:
    recent = [(f"owed_{number}", f"Owed for {year - number}") for number in range(_RECENT)]
    return (
        REGION,
        Column(key="state", title="Member State"),
        Column(key="code", title="Code"),
        Column(key="manager", title="Account manager"),
        # The sum of some States' contributions would pass for that of all.
        _francs("contribution", f"Contribution of {year}", summed=every),
        *(_francs(key, title) for key, title in recent),
        _francs("owed_before", "Owed for earlier years"),
        _francs("arrears", "Arrears"),
        _francs("on_plan", "On a repayment plan"),
        _francs("limit", "Vote lost with", summed=False),
        Column(key="vote", title="Vote"),
        Column(key="lost", title="Lost since or from", kind=ColumnKind.DATE),
        _francs("to_pay", "Least to pay for the vote", summed=False),
        Column(key="pay_by", title="By", kind=ColumnKind.DATE),
    )


def _francs(key: str, title: str, *, summed: bool = True) -> Column:
    return Column(key=key, title=title, kind=ColumnKind.MONEY, currency="CHF", summed=summed)


def _row(state: tuple[str, str, str], vote: Vote, managers: Mapping[int, str], year: int) -> tuple[Cell, ...]:
    code, region, name = state
    recent = [vote.overdue.get(year - number, ZERO) for number in range(_RECENT)]
    return (
        region,
        name,
        code,
        managers.get(vote.organization_id or 0),
        vote.contribution,
        *recent,
        vote.arrears - sum(recent),
        vote.arrears,
        vote.on_plan,
        vote.limit,
        _VOTE[vote.votes],
        vote.lost_since or vote.lost_from,
        vote.to_pay,
        vote.pay_by,
    )


def _managers(session: Session, votes: Iterable[Vote]) -> Mapping[int, str]:
    accounts = [vote.organization_id for vote in votes if vote.organization_id]
    query = select(Organization.id, Staff.name).join(Staff, col(Staff.id) == col(Organization.owner_id))
    return dict(session.exec(query.where(among(col(Organization.id), accounts))).all())


def _behind(
    session: Session, states: Sequence[tuple[str, str, str]], votes: Mapping[str, Vote], day: date
) -> Behind:
    """The overdue invoices behind the amounts."""
    accounts = {votes[code].organization_id: (code, name) for code, _, name in states}
    aged = ageing(session, day, accounts=[number for number in accounts if number])
    return behind_of(
        ("code",),
        _BEHIND,
        (
            (
                (accounts[row.organization_id][0],),
                ("arrears",),
                (
                    item.number,
                    accounts[row.organization_id][1],
                    item.kind.value,
                    item.due_on,
                    item.amount,
                    overdue,
                ),
            )
            for row in aged
            for item in row.items
            if (overdue := item.overdue(day))
        ),
    )
