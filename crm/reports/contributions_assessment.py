"""The contributions of a year before they are invoiced: which Member State is charged what, and which is not, and why."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlmodel import Session, col, select

from crm.directory.merged import among
from crm.directory.tables import Organization
from crm.membership.contributions.assessing import otherwise, passed_over
from crm.membership.contributions.state_accounts import state_accounts
from crm.membership.contributions.year_of_states import YearOfStates
from crm.membership.dues.balance import ZERO
from crm.membership.dues.posting import ChargeLine
from crm.membership.dues.priced_otherwise import PricedOtherwise
from crm.membership.dues.statement import NOT_THE_BOOKS
from crm.membership.dues.unverified import UnverifiedRules, unverified_rules
from crm.reference.languages import known_language
from crm.reference.units import units_in_words
from crm.reports.accounts import REGION, Place, member_states
from crm.reports.assessed_lines import (
    LINES,
    MONEY,
    OTHERWISE,
    at_another_price,
    figures_of,
    francs,
    line_cells,
    money,
    priced_otherwise,
    told,
    year_asked,
)
from crm.reports.behind import Behind, behind_of
from crm.reports.chart import Chart
from crm.reports.columns import Cell, Column, ColumnKind
from crm.reports.notes import synthetic
from crm.reports.reader import Reader
from crm.reports.report import Report

_COLUMNS = (
    REGION,
    Column(key="state", title="Member State"),
    Column(key="code", title="Code"),
    Column(key="id", title="Account", kind=ColumnKind.ID),
    Column(key="class", title="Class"),
    francs("due", "Contribution of the year"),
    Column(key="for", title="For", kind=ColumnKind.NOTE),
    *MONEY,
    Column(key="remark", title="Remark"),
    OTHERWISE,
)


def contributions_assessment(
    reader: Reader,
    *,
    year: int | None = None,
    region: str | None = None,
    language: str = "en",
    rows: bool = True,
) -> Report:
    """The contributions of a year before they are invoiced, State by State: charged, given back, or why not.

    Args:
        reader: reads the book.
        year: the year of the contributions; the one whose invoices are to go out next where none is given.
        region: only this development region, by slug or name.
        language: the language of the names of States and regions.
        rows: whether the lines of the invoices are read with the figures, for `rows_behind`.

    Returns:
        One row a Member State, by region.

    Raises:
        NotFound: there is no such region, or no unit is on file for the year.
    """
    as_of, tongue = reader.store.now(), known_language(language)
    with reader.store.reading() as session:
        asked = year_asked(reader, session, year)
        place, accounts = Place(session, region), state_accounts(session)
        this = passed_over(session, asked, accounts)
        priced = _by_account(otherwise(session, this, accounts))
        rules = unverified_rules(session)
        states = member_states(session, place, tongue)
        made_up = _made_up(session, [accounts[code] for code, *_ in states if code in this.lines])
    due, lines = this.due, this.lines
    doubt = f" ({due.unit.doubt})" if due.unit.doubt else ""
    return Report(
        name="contributions-assessment",
        title=f"Assessment of the contributions of {asked}",
        definition=f"What an assessment of {asked} would write now (crm contribution assess {asked}), an invoice a Member State: its "
        f"class of each month by the unit of CHF {due.unit.amount:,.2f}{doubt}, less what was charged before. Nothing is written by "
        f"this report. {NOT_THE_BOOKS}",
        denominator=f"All {len(states)} Member States, charged or not. Not verified: what follows a unit that no source states.",
        as_of=as_of,
        filters={"year": str(asked), **place.filters},
        columns=_COLUMNS,
        rows=tuple(
            (
                *_row(state, accounts.get(state[0]), due, lines.get(state[0], ()), rules),
                at_another_price(priced.get(accounts.get(state[0]), ())),
            )
            for state in states
        ),
        behind=_behind(states, lines, rules) if rows else None,
        notes=(
            *synthetic(made_up),
            *priced_otherwise(sum(accounts.get(code) in priced for code, *_ in states)),
        ),
        grouped_by="region",
        chart=Chart(label="state", value="invoice", empty="Nothing to invoice", most=20),
        language=tongue.value,
    )


def _row(
    state: tuple[str, str, str],
    account: int | None,
    year: YearOfStates,
    lines: Sequence[ChargeLine],
    rules: UnverifiedRules,
) -> tuple[Cell, ...]:
    code, region, name = state
    due = year.lines.get(code, ())
    return (
        region,
        name,
        code,
        account,
        ", then ".join(units_in_words(line.units) for line in due) or None,
        sum((line.amount for line in due), ZERO) if due else None,
        told(lines),
        *money(lines, rules),
        _remark(account, lines, known=bool(due)),
    )


def _remark(account: int | None, lines: Sequence[ChargeLine], *, known: bool) -> str | None:
    """Why nothing is charged, where nothing is."""
    if not known:
        return "no class is known"
    if account is None:
        return "its administration is not in the book"
    return None if lines else "invoiced before"


def _by_account(prices: Iterable[PricedOtherwise]) -> Mapping[int | None, Sequence[PricedOtherwise]]:
    found: dict[int | None, list[PricedOtherwise]] = {}
    for each in prices:
        found.setdefault(each.organization_id, []).append(each)
    return found


def _made_up(session: Session, accounts: Sequence[int]) -> int:
    synthetic_ones = select(Organization.id).where(
        among(col(Organization.id), accounts), col(Organization.synthetic)
    )
    return len(session.exec(synthetic_ones).all())


def _behind(
    states: Sequence[tuple[str, str, str]], lines: Mapping[str, Sequence[ChargeLine]], rules: UnverifiedRules
) -> Behind:
    return behind_of(("code",), LINES, _lines(states, lines, rules))


def _lines(
    states: Sequence[tuple[str, str, str]], lines: Mapping[str, Sequence[ChargeLine]], rules: UnverifiedRules
) -> Iterator[tuple[tuple[Cell, ...], frozenset[str], tuple[Cell, ...]]]:
    for code, _, name in states:
        for line in lines.get(code, ()):
            yield (code,), figures_of(line), line_cells(name, line, rules)
