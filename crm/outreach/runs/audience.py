"""The audience of a run, frozen before anybody approves it: who is enrolled, and who is left out and why."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, insert, select
from sqlmodel import Session, col

from crm.mail.templates import TemplateVersion
from crm.membership.terms import Coverage
from crm.outreach.approved import Approved
from crm.outreach.outbox.wordings import kept_facts
from crm.outreach.reasons import Reason
from crm.outreach.run_tables import Arm, Enrolment, EnrolmentState, Run
from crm.reference.languages import Language
from crm.store.trail import take_ids

_BLOCK = 5_000
_HASHED = ("organization_id", "group_id", "person_id", "language", "arm", "reason", "step", "facts")


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceRow:
    """One account of an audience.

    Attributes:
        group_id: the head of its corporate group, itself where it has none.
        person_id: whom the letters go to.
        language: the language of the letters.
        arm: written to, or held out to compare with.
        step: the first step of the journey.
        reason: why it is left out; None for an account that is enrolled.
        coverage: the Sectors of the membership that the run is about; None for an account without one.
        why: in a sentence, what speaks for the account, or the particulars of the reason.
        facts: what the letters are filled with.
    """

    organization_id: int
    group_id: int
    person_id: int | None = None
    language: Language | None = None
    arm: Arm | None = None
    step: str | None = None
    reason: Reason | None = None
    coverage: Coverage | None = None
    why: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOrder:
    """A run to be prepared.

    Attributes:
        campaign: the name of the campaign in the catalogue.
        content: the campaign as it stands now.
        wordings: the wordings themselves, kept so that the run sends what was approved whatever happens to the files.
        audience: one row for each account; none for a standing run, which accounts enter one by one.
        ceiling: how many may enter a standing run in each period; None for a one-off run.
        period_days: how long such a period is.
        synthetic: whether any of it is made up for a demonstration or test.
    """

    campaign: str
    title: str
    content: Approved
    wordings: Sequence[TemplateVersion]
    audience: Sequence[AudienceRow]
    synthetic: bool = False
    ceiling: int | None = None
    period_days: int | None = None


def hash_of_content(content: Approved) -> str:
    """SHA-256 of what an approval is bound to; a review changes no word, so those who reviewed are left out."""
    return hashlib.sha256(_canonical(content.model_dump(mode="json", exclude={"reviewed_by"}))).hexdigest()


def rows_of(audience: Iterable[AudienceRow]) -> list[dict[str, Any]]:
    """An audience as it is written down, by account."""
    return [_columns(row) for row in sorted(audience, key=lambda row: row.organization_id)]


def freeze(session: Session, run: Run, rows: Sequence[dict[str, Any]]) -> None:
    """Write an audience down, many rows at a time."""
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK]
        numbers = take_ids(session, len(block))
        values = [{"id": n, "run_id": run.id, **row} for n, row in zip(numbers, block, strict=True)]
        session.execute(insert(Enrolment), values)


def not_let_in(reason: Reason) -> dict[str, Any]:
    """What becomes of an account that awaited an approval and is not let in: it is left out for a reason, like others."""
    return {"state": EnrolmentState.LEFT_OUT, "reason": reason, "arm": None, "step": None}


def hash_of_audience(rows: Iterable[Mapping[str, Any]]) -> str:
    """SHA-256 over an audience that is not written down yet; the same as `frozen_hash` of what is."""
    return _digest([row[name] for name in _HASHED] for row in rows)


def frozen_hash(session: Session, run: Run) -> str:
    """SHA-256 over a run's audience as it stands in the book, before its launch."""
    columns = [col(getattr(Enrolment, name)) for name in _HASHED]
    rows = session.execute(
        select(*columns)
        .where(col(Enrolment.run_id) == run.id)
        .order_by(col(Enrolment.organization_id))
        .execution_options(yield_per=_BLOCK)
    )
    return _digest(list(row) for row in rows)


def enrolled_count(session: Session, run: Run) -> int:
    """How many accounts a run enrols, both arms together."""
    enrolled = select(func.count()).where(
        col(Enrolment.run_id) == run.id, col(Enrolment.state) == EnrolmentState.ENROLLED
    )
    return int(session.execute(enrolled).scalar_one())


def _columns(row: AudienceRow) -> dict[str, Any]:
    document = {
        "coverage": row.coverage and row.coverage.value,
        "why": row.why,
        "letter": kept_facts(row.facts),
    }
    return {
        "organization_id": row.organization_id,
        "group_id": row.group_id,
        "person_id": row.person_id,
        "language": row.language,
        "arm": row.arm,
        "state": EnrolmentState.LEFT_OUT if row.reason else EnrolmentState.ENROLLED,
        "reason": row.reason,
        "facts": {name: value for name, value in document.items() if value},
        "step": row.step,
    }


def _digest(rows: Iterator[list[Any]]) -> str:
    digest = hashlib.sha256()
    for row in rows:
        digest.update(_canonical(row) + b"\n")
    return digest.hexdigest()


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
