"""What keeps a campaign from writing to an account: guards in a fixed order, each with a named reason.

The first guard that objects names the reason, so the order is that of what an account manager needs to hear first.
Standing comes first: whoever is in arrears or pays them by a plan, is suspended or leaving is a case for retention and no target
(docs/domain.md, "Retention first"); an exempt member is none either, and while an application is pending it would be premature.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from campaigns.campaign import Campaign
from campaigns.signal import Condition, Signal
from crm.insight.candidate import Candidate, Contact, Touch
from crm.insight.correspondence import Correspondence
from crm.outreach.reasons import BY_STANDING, Reason
from crm.reference.languages import Language
from crm.shown import Shown


@dataclass(frozen=True, slots=True)
class Skip(Shown):
    """An account is left out or its next letter held back, for a named reason; `detail` gives the particulars."""

    reason: Reason
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.reason.words}: {self.detail}" if self.detail else self.reason.words


@dataclass(frozen=True, slots=True)
class Case:
    """An account, and what speaks for writing to it."""

    account: Candidate
    signal: Signal | None

    @property
    def contact(self) -> Contact | None:
        """Whom the letters would go to: the focal point, else whoever has been there longest."""
        return self.account.contacts[0] if self.account.contacts else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reachability:
    """What the guards must know about writing to people.

    Attributes:
        correspondence: what people agreed to, and whose their addresses are.
        foreign_addresses: whether addresses that do not look like the account's own are written to.
        cap: the least time between letters of two campaigns to one person.
        written: when a letter of any campaign last went to a person, by their id.
    """

    now: datetime
    correspondence: Correspondence
    foreign_addresses: bool
    cap: timedelta
    written: Mapping[int, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances(Reachability):
    """What the guards must know besides the account.

    Attributes:
        quiet: the quiet period.
        engaged: the corporate groups that another run is busy with.
        letters: the latest letter to each account, by its id.
        languages: the languages that every letter of the campaign is written in.
        held: why the clearance of an account says to hold, by its id.
        conditions: what the campaign wants to have happened before an account is written to.
    """

    quiet: timedelta
    engaged: frozenset[int]
    letters: Mapping[int, Touch]
    languages: frozenset[Language]
    default_language: Language | None
    fallback_language: Language | None
    held: Mapping[int, str]
    conditions: tuple[Condition, ...] = ()

    @classmethod
    def of(
        cls,
        campaign: Campaign,
        *,
        now: datetime,
        engaged: frozenset[int],
        letters: Mapping[int, Touch],
        languages: frozenset[Language],
        correspondence: Correspondence,
        cap: timedelta,
        written: Mapping[int, datetime],
    ) -> "Circumstances":
        """The circumstances of a campaign, before anybody has asked for a clearance."""
        return cls(
            now=now,
            quiet=campaign.quiet,
            engaged=engaged,
            letters=letters,
            languages=languages,
            default_language=campaign.default_language,
            fallback_language=campaign.fallback_language,
            held={},
            conditions=campaign.conditions,
            correspondence=correspondence,
            foreign_addresses=campaign.foreign_addresses,
            cap=cap,
            written=written,
        )

    def language_for(self, contact: Contact) -> Language | None:
        """The language of a letter to somebody; None: the campaign has none for them."""
        wanted = contact.language or self.default_language
        chosen = wanted if wanted in self.languages else self.fallback_language
        return chosen if chosen in self.languages else None


def in_good_standing(case: Case, _around: Circumstances) -> Skip | None:
    """Only good standing is a reason to sell a member more; of a member, an unknown standing is not good standing."""
    account = case.account
    if account.in_good_standing:
        return None
    if account.standing is None:
        return Skip(Reason.STANDING_UNKNOWN)
    return Skip(BY_STANDING[account.standing], f"as of {account.standing_as_of:%-d %B %Y}")


def with_a_signal(case: Case, _around: Circumstances) -> Skip | None:
    """Something must speak for writing to the account."""
    return None if case.signal else Skip(Reason.NO_SIGNAL)


def when_its_time_has_come(case: Case, around: Circumstances) -> Skip | None:
    """What the campaign wants to have happened first has happened."""
    wanted = (condition(case.account, around.now.date()) for condition in around.conditions)
    return next((Skip(Reason.NOT_YET, what) for what in wanted if what), None)


def not_contacted_lately(case: Case, around: Circumstances) -> Skip | None:
    """No office was in touch with the account inside the quiet period, in person or by letter."""
    touches = (case.account.last_touch, around.letters.get(case.account.organization_id))
    return in_quiet_period(filter(None, touches), quiet=around.quiet, now=around.now)


def in_quiet_period(touches: Iterable[Touch], *, quiet: timedelta, now: datetime) -> Skip | None:
    """The latest of some touches, if it lies inside the quiet period."""
    latest = max(touches, key=lambda touch: touch.at, default=None)
    if latest is None or latest.at <= now - quiet:
        return None
    office = f" by {latest.office}" if latest.office else ""
    return Skip(Reason.QUIET_PERIOD, f"{latest.kind}{office} on {latest.at:%-d %B %Y}")


def in_no_other_campaign(case: Case, around: Circumstances) -> Skip | None:
    """One campaign at a time for each corporate group."""
    return Skip(Reason.OTHER_CAMPAIGN) if case.account.group_id in around.engaged else None


def with_a_contact(case: Case, _around: Circumstances) -> Skip | None:
    """Somebody there has an address."""
    return None if case.contact else Skip(Reason.NO_CONTACT)


def not_suppressed(case: Case, around: Reachability) -> Skip | None:
    """A refusal is respected, and a colleague is not written to in its place."""
    contact = case.contact
    refused = contact and contact.refuses(around.correspondence.purpose)
    return Skip(Reason.SUPPRESSED, contact.name) if contact and refused else None


def with_permission(case: Case, around: Reachability) -> Skip | None:
    """Consent, our relation or another ground suffices where the account is: see `crm.consent.permission`."""
    if case.contact is None:
        return None
    found = around.correspondence.permission(case.account, case.contact, around.now.date())
    return None if found.allowed else Skip(Reason.NO_PERMISSION, f"{case.contact.name}: {found.words}")


def not_written_to_lately(case: Case, around: Reachability) -> Skip | None:
    """No campaign wrote to the person just now, for whatever account it was."""
    at = around.written.get(case.contact.person_id) if case.contact else None
    if at is None or at <= around.now - around.cap:
        return None
    return Skip(Reason.FREQUENCY_CAP, f"letter on {at:%-d %B %Y}")


def at_an_address_of_the_account(case: Case, around: Reachability) -> Skip | None:
    """The address is at a domain of the corporate group, or its owner has confirmed it."""
    if case.contact is None or around.foreign_addresses:
        return None
    why = around.correspondence.foreign(case.account, case.contact)
    return Skip(Reason.ADDRESS_NOT_OF_ACCOUNT, f"{case.contact.name}: {why}") if why else None


def in_a_language_with_letters(case: Case, around: Circumstances) -> Skip | None:
    """The letters are written in the contact's language, or the campaign names another."""
    contact = case.contact
    if contact is None or around.language_for(contact):
        return None
    return Skip(Reason.NO_LETTER_IN_LANGUAGE, contact.language or "language not known")


def cleared(case: Case, around: Circumstances) -> Skip | None:
    """No other office is busy with the account, and nothing else tells campaigns to hold: see `book.clearance`."""
    why = around.held.get(case.account.organization_id)
    return Skip(Reason.CLEARANCE_HOLD, why) if why else None


Guard = Callable[[Case, Circumstances], Skip | None]

OF_THE_CONTACT: tuple[Callable[[Case, Reachability], Skip | None], ...] = (
    not_suppressed,
    with_permission,
    not_written_to_lately,
    at_an_address_of_the_account,
)
"""The guards that look at whom the letters go to."""

GUARDS: tuple[Guard, ...] = (
    in_good_standing,
    with_a_signal,
    when_its_time_has_come,
    not_contacted_lately,
    in_no_other_campaign,
    with_a_contact,
    *OF_THE_CONTACT,
    in_a_language_with_letters,
    cleared,
)


def objection(case: Case, around: Circumstances) -> Skip | None:
    """What the first guard that objects says; None: nothing stands against the account by itself."""
    return next(filter(None, (guard(case, around) for guard in GUARDS)), None)


def objection_to(contact: Contact, account: Candidate, around: Reachability) -> Skip | None:
    """What stands against writing to one of an account's contacts; None: nothing does."""
    case = Case(replace(account, contacts=(contact,)), None)
    return next(filter(None, (guard(case, around) for guard in OF_THE_CONTACT)), None)
