"""What a campaign would do, before anything is written: whom it would reach, who is left out, and every letter."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.console import Group, RenderableType

from campaigns.audience import Audience, Invitation, LeftOut
from campaigns.campaign import Campaign
from campaigns.guards import Circumstances
from campaigns.intents import Invite
from campaigns.journey import AnyStep, MeetingStep
from campaigns.languages_report import languages_report
from campaigns.letter_facts import letter_facts
from campaigns.meetings import HOST_ZONE, meeting_facts, proposed_start, zone_of
from campaigns.occasion import Stationery
from campaigns.results import accounts_report, reach_report
from campaigns.tongues import Tongue
from crm.directory.tables import Organization
from crm.errors import Ambiguous, NotFound, Refused
from crm.insight.candidate import Contact
from crm.mail.rendering import Rendered, render
from crm.mail.templates import TemplateVersion
from crm.outreach.approved import Approved
from crm.outreach.outbox.queueing import LetterOrder
from crm.outreach.outbox_tables import MessageClass
from crm.outreach.reasons import Reason
from crm.outreach.run_tables import Arm
from crm.reference.languages import Language
from crm.reports import Report

AccountKey = int | str | Organization


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Preview:
    """What a campaign would do if it were prepared now. It holds no connection and changes nothing.

    Attributes:
        as_of: when the book was read.
        audience: what was decided about each account.
        wordings: the letters, by template and language.
        tongues: what the campaign has to say in each language, and what is missing.
        stop_address: stands in for the address that stops the letters, which each letter gets for itself.
    """

    campaign: Campaign
    as_of: datetime
    audience: Audience
    around: Circumstances
    stationery: Stationery
    wordings: Mapping[tuple[str, str], TemplateVersion]
    tongues: tuple[Tongue, ...]
    stop_address: str

    @property
    def content(self) -> Approved:
        """The campaign and its letters: what an approval would be bound to."""
        return self.campaign.content(self.wordings.values())

    @property
    def count(self) -> int:
        """How many accounts would be enrolled, both arms together: the number that an approval names."""
        return len(self.audience.invited)

    @property
    def arms(self) -> Mapping[Arm, int]:
        """How many accounts each arm would hold."""
        found = Counter(invitation.arm for invitation in self.audience.invited)
        return {arm: found[arm] for arm in Arm}

    @property
    def reasons(self) -> Mapping[Reason, int]:
        """How many accounts are left out for each reason, the most frequent first."""
        return dict(Counter(left.skip.reason for left in self.audience.left_out).most_common())

    def of(self, account: AccountKey) -> Invitation | LeftOut:
        """What was decided about an account, and why.

        Args:
            account: its id, its exact name or the organisation itself.

        Raises:
            NotFound: the campaign is not about this account.
            Ambiguous: several have the name.
        """
        found = [row for row in self.audience.rows if _means(account, row)]
        if not found:
            raise NotFound(
                f"The campaign is about each account that {self.campaign.audience.words}; {_shown(account)} is none.",
                field="account",
                value=_shown(account),
            )
        if len(found) > 1:
            names = [f"{row.account.organization_id} {row.account.name}" for row in found]
            raise Ambiguous(
                f"{len(found)} accounts are called {account!r}.", field="account", candidates=names
            )
        return found[0]

    def letter(self, account: AccountKey, step: str | None = None) -> Rendered:
        """A letter as an account would get it; also for accounts that are held out or left out.

        Args:
            account: its id, its exact name or the organisation itself.
            step: the step of the journey; the first letter where none is given.

        Raises:
            NotFound: the campaign is not about this account, or has no such letter.
            Refused: there is nothing to write: no contact, no language or nothing that speaks for it.
        """
        order = self.order(self.of(account), *self.letters(step)[0])
        return render(order.template, order.facts)

    def order(self, row: Invitation | LeftOut, step: AnyStep, letter: str) -> LetterOrder:
        """A letter as it would be queued for an account if the account were enrolled and stood at its step now.

        Args:
            row: what was decided about the account.
            step: the step that sends it.
            letter: its name on file.

        Raises:
            Refused: there is nothing to write: no contact, no language or nothing that speaks for it.
        """
        contact = next(iter(row.account.contacts), None)
        language = self.around.language_for(contact) if contact else None
        if contact is None or language is None or row.signal is None:
            missing = "no contact" if contact is None else "no language" if language is None else "no signal"
            raise Refused(
                f"There is no letter to {row.account.name}: {missing}.",
                rule="preview.letter",
                subject=row.account.name,
            )
        version = self.wordings[letter, language]
        facts = letter_facts(
            self.campaign,
            row.account,
            signal=row.signal,
            contact=contact,
            language=language,
            stationery=self.stationery,
        )
        sample: dict[str, Any] = {
            "unsubscribe": {"address": self.stop_address},
            "previous": {"sent_on": self.as_of.date()},
        }
        if isinstance(step, MeetingStep):
            sample["meeting"] = _meeting(step, contact, language, self.as_of)
        return LetterOrder(
            key=f"proof:{self.campaign.name}:{letter}:{row.account.organization_id}",
            message_class=MessageClass(version.meta.message_class),
            organization_id=row.account.organization_id,
            person_id=contact.person_id,
            to_name=contact.name,
            to_address=contact.address,
            from_name=facts["manager"]["name"],
            language=language,
            template=version,
            facts={**facts, **sample},
            due_at=self.as_of,
            step=step.name,
        )

    def reach(self) -> Report:
        """How many accounts it would write to, hold out and leave out, by reason."""
        return reach_report(self.campaign, self.audience, as_of=self.as_of)

    def accounts(self) -> Report:
        """Every account by name, with what speaks for it or against it."""
        return accounts_report(self.campaign, self.audience, as_of=self.as_of)

    def languages(self) -> Report:
        """How many accounts it would write to in each language, which letters are complete, and who reviewed them."""
        return languages_report(self.campaign, self.audience, self.tongues, as_of=self.as_of)

    def table(self) -> RenderableType:
        """The reach and the languages for a terminal, to be printed by rich."""
        return Group(self.reach().table(), "", self.languages().table())

    def letters(self, step: str | None = None) -> tuple[tuple[AnyStep, str], ...]:
        """The letters of the journey, each with its step: all of them, or those that one step may send.

        Raises:
            NotFound: the campaign has no such letter.
        """
        steps = self.campaign.journey.steps
        chosen = [(one, letter) for one in steps for letter in one.letters if step in (None, one.name)]
        if not chosen:
            names = [one.name for one in steps if one.letters]
            raise NotFound(
                f"{self.campaign.name} has no letter {step!r}.", field="step", value=step, candidates=names
            )
        return tuple(chosen)

    def _repr_html_(self) -> str:
        return self.reach()._repr_html_() + self.languages()._repr_html_()

    def __rich__(self) -> RenderableType:
        return self.table()

    def __str__(self) -> str:
        return f"{self.reach()}\n\n{self.languages()}"

    def __repr__(self) -> str:
        return f"<Preview of {self.campaign.name}: {self.count} enrolled, {len(self.audience.left_out)} left out>"


def _meeting(step: MeetingStep, contact: Contact, language: Language, now: datetime) -> dict[str, Any]:
    """What a letter would say of a meeting that a host at the seat of the Union proposed now."""
    zone = zone_of(contact)
    starts_at = proposed_start(now, step, country=contact.country, guest=zone, host=HOST_ZONE)
    return meeting_facts(Invite.to(step, starts_at), zone, language)


def _means(key: AccountKey, row: Invitation | LeftOut) -> bool:
    if isinstance(key, Organization):
        key = key.id
    if isinstance(key, int) or key.isdecimal():
        return row.account.organization_id == int(key)
    return row.account.name.casefold() == key.strip().casefold()


def _shown(key: AccountKey) -> str:
    return key.name if isinstance(key, Organization) else str(key)
