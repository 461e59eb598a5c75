"""Why a campaign writes to one account or leaves it out: every question that is asked of it, with its answer."""

from collections.abc import Iterator
from dataclasses import dataclass

from campaigns.campaign import Campaign
from campaigns.guards import GUARDS, Case, Circumstances, Guard
from campaigns.signal import Signal
from crm.insight.audiences import Explanation
from crm.insight.candidate import Candidate, Contact
from crm.shown import Shown


@dataclass(frozen=True, slots=True)
class Verdict(Shown):
    """What a guard says of an account.

    Attributes:
        guard: what it asks for, e.g. "in good standing".
        objection: what stands against it; empty where nothing does.
    """

    guard: str
    objection: str

    def __str__(self) -> str:
        return f"{self.guard}: {self.objection or 'yes'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained(Shown):
    """What a campaign comes to for one account.

    Attributes:
        audience: whether the account is in the audience, clause by clause.
        membership: the membership that the letter would be about, in words.
        signal: what speaks for writing to it.
        guards: what each guard says; an account is left out for the first that objects.
        contact: whom the letters would go to.
    """

    campaign: str
    audience: Explanation
    membership: str
    signal: Signal | None
    guards: tuple[Verdict, ...]
    contact: Contact | None

    @property
    def objection(self) -> str:
        """The first thing that stands against it; empty where nothing does."""
        if not self.audience.member:
            return "; ".join(answer.words for answer in self.audience.clauses if not answer.holds)
        return next((verdict.objection for verdict in self.guards if verdict.objection), "")

    @property
    def outcome(self) -> str:
        """In a sentence, what would become of it."""
        if not self.audience.member:
            return f"not in the audience: it {self.objection}"
        if self.objection:
            return f"left out: {self.objection}"
        return (
            "enrolled, unless another account of its corporate group, or another one that its contact stands for, comes "
            "before it; whether it is written to or held out is drawn over the whole audience"
        )

    def lines(self) -> Iterator[str]:
        """All of it, a line each."""
        yield f"{self.audience.organization} in {self.campaign}: {self.outcome}."
        for clause in self.audience.clauses:
            yield from clause.lines(1)
        yield f"  membership: {self.membership or 'none'}"
        yield f"  speaks for it: {self.signal.words if self.signal else 'nothing'}"
        yield from (f"  {verdict}" for verdict in self.guards)
        yield f"  contact: {self.contact.name if self.contact else 'nobody with an address'}"

    def __str__(self) -> str:
        return "\n".join(self.lines())


def explained(campaign: Campaign, audience: Explanation, case: Case, around: Circumstances) -> Explained:
    """Answer for one account every question that a campaign asks.

    Args:
        campaign: which.
        audience: whether the account is in the audience.
        case: the account, with the membership that the letters would be about.
        around: what the guards must know besides.
    """
    return Explained(
        campaign=campaign.name,
        audience=audience,
        membership=_membership(case.account),
        signal=case.signal,
        guards=tuple(_verdict(guard, case, around) for guard in GUARDS),
        contact=case.contact,
    )


def _verdict(guard: Guard, case: Case, around: Circumstances) -> Verdict:
    skip = guard(case, around)
    return Verdict(guard.__name__.replace("_", " "), str(skip) if skip else "")


def _membership(account: Candidate) -> str:
    if account.category is None or account.member_since_on is None:
        return ""
    what = account.category.value.replace("_", " ")
    group = f", {account.study_group}" if account.study_group else ""
    return f"{what} of ITU-{account.coverage}{group}, since {account.member_since_on:%-d %B %Y}"
