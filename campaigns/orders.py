"""Decisions turned into what the book is asked to write down: a run with its audience, and moves through a journey."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from campaigns.audience import Invitation, LeftOut
from campaigns.intents import Exit, Intent, Invite, Pass, PlanTask, Send, Turn, WaitUntil
from campaigns.journey import END
from campaigns.keys import letter_key
from campaigns.letter_facts import letter_facts, reader, signature
from campaigns.meetings import meeting_facts, zone_of
from campaigns.occasion import Manager, Stationery
from campaigns.preview import Preview
from crm.insight.candidate import Candidate, Contact
from crm.mail.templates import TemplateVersion
from crm.outreach.approved import Signature
from crm.outreach.entry import Entry
from crm.outreach.outbox.queueing import LetterOrder
from crm.outreach.outbox_tables import MessageClass
from crm.outreach.run_tables import EnrolmentState
from crm.outreach.runs.audience import AudienceRow, RunOrder
from crm.outreach.runs.moves import Move, Taking, Task, Waiting

_OF_THE_READER = ("name", "salutation")


def standing_order(preview: Preview, entry: Entry) -> RunOrder:
    """A run that accounts enter one by one; nobody is in it yet."""
    return RunOrder(
        campaign=preview.campaign.name,
        title=preview.campaign.title,
        content=preview.content,
        wordings=tuple(preview.wordings.values()),
        audience=(),
        synthetic=any(row.account.synthetic for row in preview.audience.rows),
        ceiling=entry.ceiling,
        period_days=entry.period_days,
    )


def entries_of(preview: Preview) -> list[AudienceRow]:
    """Those whom a preview would enrol, as they enter a standing run."""
    return [_invited(preview, row) for row in preview.audience.invited]


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


@dataclass(frozen=True, slots=True)
class Signing:
    """Who signs the letters of a run in a language, and does its tasks.

    Attributes:
        team: what stands under the name of the office.
        stationery: knows who is on the active staff.
        stands_in: does the tasks where nobody on the active staff keeps the account.
    """

    team: Signature
    stationery: Stationery
    stands_in: Manager | None = None


def move_of(
    waiting: Waiting,
    intents: Sequence[Intent],
    account: Candidate | None,
    *,
    wording: Callable[[str, str], TemplateVersion],
    signing: Signing,
    now: datetime,
) -> Move:
    """What the book is asked to do for one enrolled account.

    Args:
        waiting: the enrolment as it was found.
        intents: what was planned.
        account: the account as it is now.
        wording: gives a letter in a language as it was approved.
        signing: who signs and does the tasks.
        now: the present instant.
    """
    *steps, last = intents
    others = [step.person_id for step in steps if isinstance(step, Turn) and step.person_id]
    again = [step for step in steps if isinstance(step, Invite) and step.step in waiting.done]
    writing = _Writing(waiting, account, wording, signing, now)
    move = Move(
        enrolment_id=waiting.enrolment_id,
        run_id=waiting.run_id,
        stood_at=waiting.step,
        anew=tuple(map(writing.invitation, again)),
        taking=tuple(writing.taking(intent) for intent in steps if intent not in again),
        person_id=others[-1] if others else None,
    )
    match last:
        case WaitUntil(step, at, held, held_at):
            return replace(move, step=step, due_at=at, reason=held, held_at=held_at)
        case Exit(reason):
            return replace(move, ended=EnrolmentState.EXITED, reason=reason)
        case _:
            return replace(move, step=END, ended=EnrolmentState.FINISHED)


class _Writing:
    """The steps that an account takes in one go, to whom its letters go in the course of them."""

    def __init__(
        self,
        waiting: Waiting,
        account: Candidate | None,
        wording: Callable[[str, str], TemplateVersion],
        signing: Signing,
        now: datetime,
    ) -> None:
        self._waiting = waiting
        self._account = account
        self._wording = wording
        self._signing = signing
        self._manager = signing.stationery.manager_of(account) if account else None
        self._now = now
        self._person_id = waiting.person_id

    def taking(self, intent: Intent) -> Taking:
        """A step as it is written down."""
        match intent:
            case Send(step, template):
                return Taking(step, letter=self._letter(step, template))
            case Invite(step):
                return Taking(step, letter=self.invitation(intent))
            case PlanTask(step, what, due_on):
                doer = self._manager or self._signing.stands_in
                account = self._waiting.organization_id
                return Taking(step, task=Task(account, what, due_on, doer.id if doer else None))
            case Turn(step, leads_to, person_id):
                self._person_id = person_id or self._person_id
                return Taking(step, outcome=leads_to)
            case Pass(step):
                return Taking(step)
            case _:
                raise AssertionError(f"{intent} takes no step")

    def invitation(self, invite: Invite) -> LetterOrder:
        """A letter that asks for a meeting."""
        return self._letter(invite.step, invite.template, self._meeting(invite))

    def _letter(
        self, step: str, template: str, more: Mapping[str, Any] = MappingProxyType({})
    ) -> LetterOrder:
        waiting, contact = self._waiting, self._contact()
        version = self._wording(template, waiting.language)
        signed = self._signed()
        return LetterOrder(
            key=letter_key(waiting.run_id, step=step, person_id=contact.person_id, rotation=waiting.rotation),
            message_class=MessageClass(version.meta.message_class),
            organization_id=waiting.organization_id,
            person_id=contact.person_id,
            to_name=contact.name,
            to_address=contact.address,
            from_name=(signed or waiting.facts)["manager"]["name"],
            language=waiting.language,
            template=version,
            kept=waiting.facts,
            facts={**self._reader(contact), **signed, **self._previous(), **more},
            due_at=self._now,
            run_id=waiting.run_id,
            enrolment_id=waiting.enrolment_id,
            step=step,
        )

    def _reader(self, contact: Contact) -> dict[str, Any]:
        """The reader where it is not the one of whom the facts were frozen, or is addressed otherwise by now."""
        assert self._account is not None
        told = reader(contact, self._account, self._waiting.language)
        known = self._waiting.facts.get("person", {})
        return (
            {}
            if told == {name: known[name] for name in _OF_THE_READER if name in known}
            else {"person": told}
        )

    def _signed(self) -> dict[str, Any]:
        """Who signs where it is no longer the one of whom the facts were frozen: who keeps the account now, or the office."""
        now = signature(
            self._manager,
            team=self._signing.team,
            language=self._waiting.language,
            stationery=self._signing.stationery,
        )
        return {} if now["email"] == self._waiting.facts["manager"]["email"] else {"manager": now}

    def _previous(self) -> dict[str, Any]:
        """The last letter to this reader; one to a colleague of theirs is none that they know of."""
        done = self._waiting.done.values()
        earlier = [one.handed_at for one in done if one.handed_at and one.person_id == self._person_id]
        return {"previous": {"sent_on": max(earlier).date()}} if earlier else {}

    def _meeting(self, invite: Invite) -> dict[str, Any]:
        zone = zone_of(self._contact())
        return {"meeting": meeting_facts(invite, zone, self._waiting.language)}

    def _contact(self) -> Contact:
        """Whom the plan has found still there."""
        assert self._account is not None
        return next(one for one in self._account.contacts if one.person_id == self._person_id)


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
        reason=row.skip.reason,
        why=row.skip.detail,
    )
