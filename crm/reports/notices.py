"""A report as a letter to one of our own staff: a short text with the figures, and the report itself as a file."""

from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from crm.directory.staff import Staff
from crm.mail.message import Enclosure
from crm.mail.templates import TemplateFolder
from crm.outreach.identity import Identity
from crm.outreach.outbox import LetterOrder
from crm.outreach.outbox_tables import MessageClass
from crm.reports.forms.figures import instant, shown
from crm.reports.report import Report
from crm.reports.subscription_tables import Form, Subscription

_LANGUAGE = "en"
_LONGEST = 12
_TYPES = {
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.CSV: "text/csv",
    Form.HTML: "text/html",
    Form.JSON: "application/json",
}


def notice_key(subscription: Subscription, due_on: date) -> str:
    """The key of a notice: one subscription writes once for a day, whoever asks again."""
    return f"subscription:{subscription.id}:{due_on.isoformat()}"


def notice(
    subscription: Subscription,
    report: Report,
    *,
    to: Staff,
    due_on: date,
    now: datetime,
    identity: Identity,
    templates: TemplateFolder,
) -> LetterOrder:
    """The letter that brings a report.

    Args:
        subscription: whose.
        report: made just now.
        to: the reader.
        due_on: the day that it is for.
        now: the present instant.
        identity: who we are in letters.
        templates: the letters on file.
    """
    return LetterOrder(
        key=notice_key(subscription, due_on),
        message_class=MessageClass.NOTICE,
        staff_id=to.id,
        to_name=to.name,
        to_address=to.email,
        from_name=identity.sender_name,
        language=_LANGUAGE,
        template=templates.version("report_notice", _LANGUAGE),
        facts=_facts(subscription, report, to),
        due_at=now,
        enclosures=(enclosed(report, subscription.form, due_on=due_on),),
    )


def enclosed(report: Report, form: Form, *, due_on: date) -> Enclosure:
    """A report as a file to be enclosed.

    Args:
        report: the report.
        form: what kind of file.
        due_on: the day that stands in its name.
    """
    name = f"{report.name}-{due_on.isoformat()}.{form}"
    with TemporaryDirectory(prefix="accord-notice-") as folder:
        path = Path(folder) / name
        getattr(report, f"to_{form}")(path)
        return Enclosure(name, _TYPES[form], path.read_bytes())


def _facts(subscription: Subscription, report: Report, to: Staff) -> dict[str, Any]:
    totals = report.totals
    figures = [
        {"title": column.heading, "figure": shown(totals[column.key], column.kind)}
        for column in report.columns
        if column.key in totals
    ]
    about: dict[str, Any] = {
        "title": report.title,
        "as_of": instant(report.as_of),
        "definition": report.definition,
        "denominator": report.denominator,
        "rows": len(report),
    }
    if report.notes:
        about["note"] = " ".join(report.notes)
    return {
        "reader": {"name": to.name},
        "report": about,
        "figures": figures[:_LONGEST],
        "subscription": {"number": subscription.id, "when": str(subscription.cadence)},
    }
