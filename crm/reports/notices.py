"""A report as a letter to one of our own staff: a short text with the figures, and the report itself as a file."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from crm.directory.staff import Staff
from crm.mail.message import Enclosure
from crm.mail.templates import TemplateFolder
from crm.outreach.identity import Identity
from crm.outreach.outbox.queueing import LetterOrder
from crm.outreach.outbox_tables import MessageClass
from crm.reports.forms.figures import instant, shown
from crm.reports.report import Report
from crm.reports.subscription_tables import Form, Subscription

MORNING = "whom-to-see"
"""The report that has a letter of its own: the list of the day, which is read in the mail itself."""

_LANGUAGE = "en"
_FIGURES = 12
_NEEDS = 40
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
    files = () if subscription.form is Form.LETTER else (enclosed(report, subscription.form, due_on=due_on),)
    return LetterOrder(
        key=notice_key(subscription, due_on),
        message_class=MessageClass.NOTICE,
        staff_id=to.id,
        to_name=to.name,
        to_address=to.email,
        from_name=identity.sender_name,
        language=_LANGUAGE,
        template=templates.version("morning" if report.name == MORNING else "report_notice", _LANGUAGE),
        facts=_facts(subscription, report, to),
        due_at=now,
        enclosures=files,
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
    """What the letter is filled with: the list of the day, or the figures of a report."""
    about: dict[str, Any] = {"as_of": instant(report.as_of), "rows": len(report)}
    if report.notes:
        about["note"] = " ".join(report.notes)
    facts = {
        "reader": {"name": to.name},
        "subscription": {"number": subscription.id, "when": str(subscription.cadence)},
    }
    if report.name == MORNING:
        more = {"more": len(report) - _NEEDS} if len(report) > _NEEDS else {}
        return facts | {"report": about | {"on": report.on, **more}, "needs": list(_needs(report))}
    told = {name: getattr(report, name) for name in ("title", "definition", "denominator")}
    return facts | {"report": about | told, "figures": _figures(report)}


def _figures(report: Report) -> list[dict[str, str]]:
    totals = report.totals
    added = [column for column in report.columns if column.key in totals]
    return [{"title": c.heading, "figure": shown(totals[c.key], c.kind)} for c in added[:_FIGURES]]


def _needs(report: Report) -> Iterator[dict[str, Any]]:
    """The needs of the day, each group under its heading."""
    heading = None
    for row in list(report)[:_NEEDS]:
        first = {"heading": row["group"]} if row["group"] != heading else {}
        heading = row["group"]
        yield first | {"account": row["account"], "why": row["why"]}
