"""A statement of account as the ledger has it: a table, a spreadsheet, CSV; `statement_page` is what a member gets."""

from datetime import datetime

from crm.membership.dues.statement import Statement
from crm.reports.columns import Column, ColumnKind
from crm.reports.notes import synthetic, unverified
from crm.reports.report import Report

_COLUMNS = (
    Column(key="on", title="Day", kind=ColumnKind.DATE),
    Column(key="what", title="For"),
    Column(key="reference", title="Number or reference"),
    Column(key="due", title="Due", kind=ColumnKind.DATE),
    Column(key="charged", title="Charged", kind=ColumnKind.MONEY, currency="CHF", summed=True),
    Column(key="paid", title="Paid", kind=ColumnKind.MONEY, currency="CHF", summed=True),
    Column(key="balance", title="Balance", kind=ColumnKind.MONEY, currency="CHF"),
)


def statement_report(statement: Statement, *, as_of: datetime) -> Report:
    """A statement in the forms that reports come out in.

    Args:
        statement: what `book.dues.statement` gives.
        as_of: the instant at which the book was read.
    """
    return Report(
        name=f"statement-{statement.organization_id}",
        title=f"Statement of account: {statement.name}",
        definition="Every invoice by its day of issue and every payment by the day on which it counts; the balance is what "
        "is owed after each line. What is below zero is given back, or taken back. Payments settle what was due first, or the invoice "
        "that they are for; what is given back settles the invoice that charged it. "
        f"{statement.note}",
        denominator=f"All invoices and payments of the account to {statement.on:%-d %B %Y}, in Swiss francs.",
        as_of=as_of,
        on=statement.on,
        filters={"account": statement.name},
        columns=_COLUMNS,
        rows=tuple(
            (
                line.on,
                f"{line.what} (fee unverified)" if line.unverified else line.what,
                line.reference,
                line.due_on,
                line.charged or None,
                line.paid or None,
                line.balance,
            )
            for line in statement.lines
        ),
        stated_totals={"balance": statement.balance},
        notes=(
            *synthetic(statement.synthetic),
            *unverified([line.unverified for line in statement.lines]),
            _standing(statement),
        ),
    )


def _standing(statement: Statement) -> str:
    told = [
        f"Overdue on {statement.on:%-d %B %Y}: CHF {statement.arrears:,.2f}."
        if statement.arrears
        else f"Nothing is overdue on {statement.on:%-d %B %Y}.",
        *(
            f"Open of {item.number}, due {item.due_on:%-d %B %Y}: CHF {item.open:,.2f}."
            for item in statement.open_items
        ),
    ]
    if statement.on_plan:
        told.append(f"Of that under a repayment plan, and not overdue: CHF {statement.on_plan:,.2f}.")
    if statement.credit:
        told.append(f"To the credit of the account: CHF {statement.credit:,.2f}.")
    if statement.interest:
        told.append(f"Interest accrued and not charged (rates unverified): CHF {statement.interest:,.2f}.")
    return " ".join(told)
