"""Decisions turned into what the book is asked to write down: a run with its audience, and moves through a journey."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from campaigns.audience import Invitation, LeftOut
from campaigns.journey import END
from campaigns.keys import letter_key
from campaigns.letter_facts import letter_facts
from campaigns.plan import Exit, Intent, Pass, PlanTask, Send, WaitUntil
from campaigns.preview import Preview
from crm.insight.candidate import Candidate, Contact
from crm.mail.templates import TemplateVersion
from crm.outreach.audience import AudienceRow, RunOrder
from crm.outreach.moves import Move, Taking, Task, Waiting
from crm.outreach.outbox import LetterOrder
from crm.outreach.outbox_tables import MessageClass
from crm.outreach.run_tables import EnrolmentState


def run_order(preview: Preview) -> RunOrder:
    """The run that a preview shows."""
    campaign, audience = preview.campaign, preview.audience
    rows = [
        *(_invited(preview, row) for row in audience.invited),
        *(_left_out(row) for row in audience.left_out),
    ]
    return RunOrder(
        campaign=campaign.name,
        title=campaign.title,
        content=preview.content,
        wordings=tuple(preview.wordings.values()),
        audience=sorted(rows, key=lambda row: row.organization_id),
        synthetic=any(row.account.synthetic for row in audience.invited),
    )


def move_of(
    waiting: Waiting,
    intents: Sequence[Intent],
    account: Candidate | None,
    *,
    wording: Callable[[str, str], TemplateVersion],
    now: datetime,
) -> Move:
    """What the book is asked to do for one enrolled account.

    Args:
        waiting: the enrolment as it was found.
        intents: what was planned.
        account: the account as it is now.
        wording: gives a letter in a language as it was approved.
        now: the present instant.
    """
    *steps, last = intents
    takings = tuple(_taking(intent, waiting, account, wording, now) for intent in steps)
    match last:
        case WaitUntil(step, at):
            return _move(waiting, takings, step=step, due_at=at)
        case Exit(reason):
            return _move(waiting, takings, ended=EnrolmentState.EXITED, reason=reason.value)
        case _:
            return _move(waiting, takings, step=END, ended=EnrolmentState.FINISHED)


def _move(waiting: Waiting, takings: tuple[Taking, ...], **where: Any) -> Move:
    return Move(enrolment_id=waiting.enrolment_id, stood_at=waiting.step, taking=takings, **where)


def _taking(
    intent: Intent,
    waiting: Waiting,
    account: Candidate | None,
    wording: Callable[[str, str], TemplateVersion],
    now: datetime,
) -> Taking:
    match intent:
        case Send(step, template):
            version = wording(template, waiting.language)
            return Taking(step, letter=_letter(waiting, step, _contact(waiting, account), version, now))
        case PlanTask(step, what, due_on):
            return Taking(
                step, task=Task(waiting.organization_id, what, due_on, account.owner_id if account else None)
            )
        case Pass(step):
            return Taking(step)
        case _:
            raise AssertionError(f"{intent} takes no step")


def _letter(
    waiting: Waiting, step: str, contact: Contact, version: TemplateVersion, now: datetime
) -> LetterOrder:
    earlier = [done.handed_at for done in waiting.done.values() if done.handed_at]
    previous = {"previous": {"sent_on": max(earlier).date()}} if earlier else {}
    return LetterOrder(
        key=letter_key(waiting.run_id, step=step, person_id=waiting.person_id),
        message_class=MessageClass(version.meta.message_class),
        organization_id=waiting.organization_id,
        person_id=waiting.person_id,
        to_name=contact.name,
        to_address=contact.address,
        from_name=waiting.facts["manager"]["name"],
        language=waiting.language,
        template=version,
        facts={**waiting.facts, **previous},
        due_at=now,
        run_id=waiting.run_id,
        enrolment_id=waiting.enrolment_id,
        step=step,
    )


def _contact(waiting: Waiting, account: Candidate | None) -> Contact:
    """Whom the plan has found still there."""
    assert account is not None
    return next(contact for contact in account.contacts if contact.person_id == waiting.person_id)


def _invited(preview: Preview, row: Invitation) -> AudienceRow:
    return AudienceRow(
        organization_id=row.account.organization_id,
        group_id=row.account.group_id,
        person_id=row.contact.person_id,
        language=row.language,
        arm=row.arm,
        step=preview.campaign.journey.first,
        coverage=row.account.coverage,
        why=row.signal.words,
        facts=letter_facts(
            preview.campaign,
            row.account,
            signal=row.signal,
            contact=row.contact,
            language=row.language,
            stationery=preview.stationery,
        ),
    )


def _left_out(row: LeftOut) -> AudienceRow:
    return AudienceRow(
        organization_id=row.account.organization_id,
        group_id=row.account.group_id,
        coverage=row.account.coverage,
        reason=row.skip.reason.value,
        why=row.skip.detail,
    )
