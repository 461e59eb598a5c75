"""What an assessment would write, line by line: what its two reports, of members and of Member States, show alike."""

from collections.abc import Iterable, Sequence

from sqlmodel import Session

from crm.membership.dues.balance import ZERO
from crm.membership.dues.invoicing import refuse_no_year
from crm.membership.dues.posting import ChargeLine
from crm.membership.dues.priced_otherwise import PricedOtherwise
from crm.membership.dues.uncharged import year_to_invoice
from crm.membership.dues.unverified import UnverifiedRules
from crm.membership.dues.what_for import what_for
from crm.membership.terms import Coverage
from crm.reference.facts import Certainty
from crm.reference.membership_rules import membership_rules
from crm.reports.columns import Cell, Column, ColumnKind
from crm.reports.reader import Reader

OTHERWISE = Column(key="otherwise", title="Charged before, at another price", kind=ColumnKind.NOTE)
"""What was charged before, and would be charged at another price now."""

FIGURES = frozenset({"charged", "given_back", "invoice"})
"""The columns that lines stand behind."""


def francs(key: str, title: str) -> Column:
    """A column of amounts that may be added."""
    return Column(key=key, title=title, kind=ColumnKind.MONEY, currency="CHF", summed=True)


MONEY = (
    francs("charged", "Charged"),
    francs("given_back", "Given back"),
    francs("invoice", "Invoice"),
    francs("unverified", "Not verified"),
)
"""What an invoice comes to: what it charges, what it gives back, both together, and what of that no source states."""

LINES = (
    Column(key="account", title="Account"),
    Column(key="for", title="For"),
    Column(key="since", title="From", kind=ColumnKind.DATE),
    Column(key="until", title="To", kind=ColumnKind.DATE),
    Column(key="months", title="Months", kind=ColumnKind.COUNT),
    Column(key="amount", title="Amount", kind=ColumnKind.MONEY, currency="CHF", summed=True),
    Column(key="certainty", title="Certainty"),
    Column(key="rule", title="Rule"),
    Column(key="basis", title="Basis", kind=ColumnKind.NOTE),
)
"""What is shown of a line."""


def year_asked(reader: Reader, session: Session, year: int | None) -> int:
    """The year that is asked about; where none is, the last one whose invoices should have gone out by today.

    Raises:
        InvalidInput: there is no such year.
    """
    today = reader.today()
    asked = year_to_invoice(membership_rules(session).on(today), today) if year is None else year
    refuse_no_year(asked)
    return asked


def money(lines: Iterable[ChargeLine], rules: UnverifiedRules) -> tuple[Cell, ...]:
    """The cells of `MONEY` for the lines of an invoice."""
    lines = list(lines)
    charged = sum((line.amount for line in lines if line.amount > 0), ZERO)
    back = sum((line.amount for line in lines if line.amount < 0), ZERO)
    unsure = sum((line.amount for line in lines if rules.covers(line.rule, line.units)), ZERO)
    return charged, back, charged + back, unsure


def at_another_price(charged: Iterable[PricedOtherwise]) -> str | None:
    """The cell of `OTHERWISE`; None where nothing was charged at another price."""
    return "; ".join(map(_otherwise, charged)) or None


def _otherwise(each: PricedOtherwise) -> str:
    sector = f"ITU-{each.coverage.value}: " if each.coverage and each.coverage is not Coverage.ALL else ""
    return f"{sector}{each.charged:,.2f}, now {each.now:,.2f}"


def priced_otherwise(accounts: int) -> tuple[str, ...]:
    """The note that some accounts were charged at another price, if any were, and how it is put right."""
    said = (
        f"Charged before at another price than now: {accounts:,} of the accounts. What was invoiced stands until somebody gives "
        "it back (crm dues credit); the next assessment charges it anew."
    )
    return (said,) if accounts else ()


def told(lines: Sequence[ChargeLine]) -> str | None:
    """What an invoice is for; None where there is nothing on it."""
    return "; ".join(dict.fromkeys(what_for(line, {}) for line in lines)) or None


def line_cells(account: str, line: ChargeLine, rules: UnverifiedRules) -> tuple[Cell, ...]:
    """The cells of `LINES` for a line."""
    unsure = rules.covers(line.rule, line.units)
    return (
        account,
        what_for(line, {}),
        line.since_on,
        line.until_on,
        line.months,
        line.amount,
        Certainty.UNVERIFIED.value if unsure else None,
        line.rule,
        line.basis,
    )


def figures_of(line: ChargeLine) -> frozenset[str]:
    """The columns that a line counts in."""
    return FIGURES - {"given_back" if line.amount > 0 else "charged"}
