"""A statement of account for the member: one page to print and send, in its language, without our own marks."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import overload

from crm.mail.letterhead import letterhead
from crm.membership.dues.balance import ZERO
from crm.membership.dues.statement import Statement, StatementLine
from crm.reference.languages import locale
from crm.reports.columns import ColumnKind
from crm.reports.forms.figures import day as written_out
from crm.reports.forms.figures import shown
from crm.reports.forms.file import written
from crm.templates_folder import page_template, words_in


@dataclass(frozen=True, slots=True)
class StatementPage:
    """A statement of account for a period, as the member gets it.

    It shows itself in a notebook; `page.to_html("statement.html")` writes it.

    Attributes:
        statement: what it says, in its language.
        since: the first day of the period; it ends on the day of the statement.
    """

    statement: Statement
    since: date

    @property
    def opening(self) -> Decimal:
        """What the account owed before the period."""
        before = [line for line in self.statement.lines if line.on < self.since]
        return before[-1].balance if before else ZERO

    @property
    def movements(self) -> tuple[StatementLine, ...]:
        """What was charged and paid in the period."""
        return tuple(line for line in self.statement.lines if line.on >= self.since)

    @overload
    def to_html(self) -> str: ...
    @overload
    def to_html(self, path: str | Path) -> Path: ...
    def to_html(self, path: str | Path | None = None) -> str | Path:
        """The statement as one self-contained page: the text, or the path of the file when one is given.

        Raises:
            InvalidInput: the file cannot be written.
        """
        return written(_rendered(self), path)

    def _repr_html_(self) -> str:
        return _rendered(self, template="fragment.html")


def _rendered(page: StatementPage, *, template: str = "page.html") -> str:
    language = page.statement.language
    return page_template(template, "statement").render(
        page=page,
        statement=page.statement,
        words=words_in("statement", language),
        letterhead=letterhead(language),
        direction=locale(language).text_direction,
        day=partial(written_out, language=language),
        francs=partial(shown, kind=ColumnKind.MONEY, language=language),
    )
