"""Whom a run is about, name by name, as it was frozen: what an approver looks at."""

from datetime import datetime

from campaigns.guards import Skip
from campaigns.results import ARMS, SYNTHETIC
from crm.outreach.reasons import Leave
from crm.outreach.run_tables import EnrolmentState, Run
from crm.outreach.runs.accounts import RunAccount
from crm.reports import Cell, Column, ColumnKind, Report

_STANDS = {
    EnrolmentState.LEFT_OUT: "Left out",
    EnrolmentState.AWAITING: "Awaits an approval",
    EnrolmentState.ENROLLED: "Enrolled",
    EnrolmentState.EXITED: "Left the journey",
    EnrolmentState.FINISHED: "Came to the end",
}


def run_accounts_report(run: Run, accounts: tuple[RunAccount, ...], *, as_of: datetime) -> Report:
    """Every account of a run by name: enrolled with what spoke for it, or left out and why.

    Args:
        run: which.
        accounts: those to be listed.
        as_of: when the book was read.
    """
    return Report(
        name=f"run-{run.id}-accounts",
        title=f"{run.title}: the accounts of run {run.id}, {run.status}",
        definition="Each account as it stood when the audience was frozen or it entered: contact, language and arm are "
        "what the approval is about; where it stands, and the step that comes next, are of today.",
        denominator="Every account that the campaign looked at for this run.",
        as_of=as_of,
        columns=(
            Column(key="stands", title="Stands"),
            Column(key="account", title="Account"),
            Column(key="country", title="Country"),
            Column(key="contact", title="Contact"),
            Column(key="language", title="Language"),
            Column(key="arm", title="Arm"),
            Column(key="next", title="Next"),
            Column(key="why", title="Why", kind=ColumnKind.NOTE),
        ),
        rows=tuple(map(_row, sorted(accounts, key=lambda account: list(_STANDS).index(account.state)))),
        notes=(SYNTHETIC,) if run.synthetic else (),
    )


def _row(account: RunAccount) -> tuple[Cell, ...]:
    return (
        _STANDS[account.state],
        account.account,
        account.country,
        account.contact,
        account.language and account.language.value,
        account.arm and ARMS[account.arm],
        account.step if account.state is EnrolmentState.ENROLLED else None,
        _why(account),
    )


def _why(account: RunAccount) -> str:
    if account.reason is None:
        return account.why
    if account.state is EnrolmentState.ENROLLED:
        return f"next letter held back: {account.reason.words}"
    if isinstance(account.reason, Leave) or account.contact:  # then `why` is what spoke for it
        return account.reason.words
    return str(Skip(account.reason, account.why))
