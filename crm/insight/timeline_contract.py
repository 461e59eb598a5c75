"""What the contract has to say to a timeline: invoices, payments, repayment plans, notices of suspension, exemptions."""

from typing import Any

from sqlmodel import col

from crm.insight.happening import HappeningKind, Scope, Source
from crm.insight.timeline_sources import Lines, in_a_line, of_account
from crm.membership.contract.contract_tables import Exemption, RepaymentPlan, SuspensionNotice
from crm.membership.dues.dues_tables import Invoice, Payment


def _invoices(scope: Scope) -> Lines:
    return of_account(
        scope,
        Invoice,
        Invoice.issued_on,
        what=col(Invoice.kind),
        document=col(Invoice.number),
        amount=col(Invoice.amount),
        due_on=col(Invoice.due_on),
        synthetic=col(Invoice.synthetic),
    )


def _payments(scope: Scope) -> Lines:
    return of_account(
        scope,
        Payment,
        Payment.received_on,
        amount=col(Payment.amount_chf),
        reference=col(Payment.reference),
        source=col(Payment.source),
        reverses_id=col(Payment.reverses_id),
        reason=col(Payment.reason),
        synthetic=col(Payment.synthetic),
    )


def _plans(scope: Scope) -> Lines:
    return of_account(
        scope,
        RepaymentPlan,
        RepaymentPlan.agreed_on,
        reason=col(RepaymentPlan.reason),
        ended_on=col(RepaymentPlan.ended_on),
        synthetic=col(RepaymentPlan.synthetic),
    )


def _notices(scope: Scope) -> Lines:
    return of_account(
        scope,
        SuspensionNotice,
        SuspensionNotice.sent_on,
        document=col(SuspensionNotice.document),
        received_on=col(SuspensionNotice.received_on),
    )


def _exemptions(scope: Scope) -> Lines:
    return of_account(
        scope,
        Exemption,
        Exemption.since_on,
        until_on=col(Exemption.until_on),
        reason=col(Exemption.reason),
        synthetic=col(Exemption.synthetic),
    )


def _made_up(line: Any) -> str:
    return " (made up)" if line.synthetic else ""


def _told_invoice(line: Any) -> str:
    what = f"{line.what.capitalize()} invoice {line.document}: CHF {line.amount:,.2f}"
    return f"{what}, due {line.due_on:%-d %B %Y}{_made_up(line)}"


def _told_payment(line: Any) -> str:
    what = "Payment" if line.reverses_id is None else "Payment taken back"
    because = f": {in_a_line(line.reason)}" if line.reason else ""
    paid = f"{what}: CHF {line.amount:,.2f}, {in_a_line(line.reference)} ({in_a_line(line.source)})"
    return f"{paid}{because}{_made_up(line)}"


def _told_plan(line: Any) -> str:
    ended = f" (ended on {line.ended_on:%-d %B %Y})" if line.ended_on else ""
    return f"Repayment plan agreed: {in_a_line(line.reason)}{ended}{_made_up(line)}"


def _told_notice(line: Any) -> str:
    received = f", received on {line.received_on:%-d %B %Y}" if line.received_on else ""
    document = f": {in_a_line(line.document)}" if line.document else ""
    return f"Notice of suspension sent{received}{document}"


def _told_exemption(line: Any) -> str:
    return f"Exempt until {line.until_on:%-d %B %Y}: {in_a_line(line.reason)}{_made_up(line)}"


SOURCES = (
    Source(HappeningKind.INVOICE, Invoice, _invoices, _told_invoice),
    Source(HappeningKind.PAYMENT, Payment, _payments, _told_payment),
    Source(HappeningKind.REPAYMENT_PLAN, RepaymentPlan, _plans, _told_plan),
    Source(HappeningKind.SUSPENSION_NOTICE, SuspensionNotice, _notices, _told_notice),
    Source(HappeningKind.EXEMPTION, Exemption, _exemptions, _told_exemption),
)
