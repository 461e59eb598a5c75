"""What applications for membership have to say to a timeline: every step, on its day."""

from typing import Any

from sqlalchemy import Select
from sqlmodel import col

from crm.insight.happening import HappeningKind, Scope, Source, lines_of, midnight
from crm.insight.timeline_sources import in_a_line
from crm.membership.joining.application import in_words
from crm.membership.joining.application_steps import Step
from crm.membership.joining.application_tables import ApplicationMove, ApplicationRecord


def _steps(scope: Scope) -> Select[*tuple[Any, ...]]:
    return (
        lines_of(
            ApplicationRecord,
            number=col(ApplicationMove.id),
            at=midnight(col(ApplicationMove.on)),
            organization_id=col(ApplicationRecord.organization_id),
            step=col(ApplicationMove.step),
            category=col(ApplicationRecord.category),
            coverage=col(ApplicationRecord.coverage),
            reason=col(ApplicationMove.reason),
        )
        .join(ApplicationMove, col(ApplicationMove.application_id) == col(ApplicationRecord.id))
        .where(scope.account(col(ApplicationRecord.organization_id)))
    )


def _told(line: Any) -> str:
    did = "Applied" if line.step is Step.APPLIED else f"Application {line.step.replace('_', ' ')}"
    what = f"{did}: {in_words(line.category, line.coverage)}"
    return f"{what}: {in_a_line(line.reason)}" if line.reason else what


SOURCES = (Source(HappeningKind.APPLICATION, ApplicationRecord, _steps, _told),)
