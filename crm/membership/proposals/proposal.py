"""A proposal to change a membership: what changes in rights and money, when, by which rules, and who must approve."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256

from crm.errors import InvalidInput, Refused
from crm.membership.dues.dues_tables import Invoice
from crm.membership.dues.posting import ChargeLine
from crm.membership.ledger_tables import Term
from crm.membership.terms import Coverage
from crm.reference.categories import Category
from crm.reference.change_rules import ApprovalNeed, MembershipChange
from crm.reference.facts import Certainty
from crm.reference.units import units_in_words
from crm.shown import Shown

PARTS = ("request", "ledger", "fees", "invoices", "balance", "rules")
"""What a proposal is worked out from; each has its place in the fingerprint."""

_PART_LENGTH = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask(Shown):
    """What is to be worked out for whom.

    Attributes:
        units: the class, where somebody is to be a Sector Member.
        effective_on: the first day, which is the first of a month.
    """

    organization_id: int
    change: MembershipChange
    coverage: Coverage
    category: Category
    study_group: str | None
    units: Fraction | None
    effective_on: date

    def __str__(self) -> str:
        return f"{self.change.value.replace('_', ' ')} in ITU-{self.coverage}"


@dataclass(frozen=True, slots=True)
class Ground(Shown):
    """Something that a proposal rests on, and how sure it is.

    Attributes:
        about: what it says something about: rights, a fee, approval, effect, credit.
        words: what it says.
        source: where it is written.
    """

    about: str
    words: str
    certainty: Certainty
    source: str


@dataclass(frozen=True, slots=True)
class Approval(Shown):
    """Who has to approve a change.

    Attributes:
        need: required, none, or unstated where no source that was read says so.
        by: who approves what a member becomes beyond what it is.
    """

    need: ApprovalNeed
    by: str = ""

    def __str__(self) -> str:
        match self.need:
            case ApprovalNeed.NONE:
                return "none is needed"
            case ApprovalNeed.REQUIRED:
                return f"needed, by {self.by}"
        asked = f"; if so, by {self.by}" if self.by else ""
        return f"no source says whether any is needed{asked}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal(Shown):
    """What a change of a membership would mean. Nothing is written until `book.terms.accept` takes it.

    Attributes:
        organization: the name of the account.
        before: what it is in the Sector now, in words, and `after` what it would be.
        effective_on: the first day, which is the first of a month.
        yearly_before: what a year costs now, and `yearly_after` what it would cost; CHF, by the tables of that day, and
            nothing where the account is exempt for a year from then on.
        lines: what would be invoiced (above zero) and credited (below).
        to_invoice: the price of the months that are left in the years concerned and are not exempt, at the new fee.
        to_credit: what of these months was invoiced before.
        net: the difference; below zero where more is given back.
        balance: what the account owes as it stands, due or not; below zero where it has money to its credit.
        rights_before: what it may do now, and `rights_after` what it may do then; None where it is no member.
        approval: who has to approve it.
        grounds: the rules and facts behind it, with their certainty and source.
        warnings: what to look at before it is accepted.
        ask: what was to be worked out.
        fingerprint: of all that it was worked out from.
        synthetic: whether the membership is made up.
    """

    organization: str = field(compare=False)  # another name changes nothing
    before: str
    after: str
    effective_on: date
    yearly_before: Decimal | None
    yearly_after: Decimal
    lines: tuple[ChargeLine, ...]
    to_invoice: Decimal
    to_credit: Decimal
    net: Decimal
    balance: Decimal
    rights_before: str | None
    rights_after: str
    approval: Approval
    grounds: tuple[Ground, ...]
    warnings: tuple[str, ...] = field(compare=False)  # some hold for a day only
    ask: Ask
    fingerprint: str
    synthetic: bool = False

    def changed_since(self, fingerprint: str) -> tuple[str, ...]:
        """What differs between what this proposal was worked out from and an earlier fingerprint.

        Returns:
            Some of "request", "ledger", "fees", "invoices", "balance" and "rules".

        Raises:
            InvalidInput: it is no fingerprint.
        """
        before, now = fingerprint.strip().split("-"), self.fingerprint.split("-")
        if len(before) != len(now):
            raise InvalidInput(
                f"{fingerprint[:60]!r} is no fingerprint of a proposal.",
                field="fingerprint",
                value=fingerprint,
                hint=f"It has {len(now)} parts with hyphens between them.",
            )
        return tuple(part for part, old, new in zip(PARTS, before, now, strict=True) if old.casefold() != new)

    def refuse_unless_same(self, fingerprint: str) -> None:
        """Refuse an earlier proposal if something that it was worked out from has changed since.

        Raises:
            Refused: naming what has.
            InvalidInput: it is no fingerprint.
        """
        if changed := self.changed_since(fingerprint):
            raise Refused(
                f"Since the proposal was worked out, {_enumerated(changed)} changed.",
                rule="proposals.unchanged",
                field=changed[0],
                value=fingerprint,
                hint="Propose it again, and look at what is different.",
            )

    def __str__(self) -> str:
        return (
            f"{self.organization}: {self.before} becomes {self.after} on {self.effective_on:%-d %B %Y}; to invoice"
            f" {self.to_invoice:,.2f}, to credit {self.to_credit:,.2f}, net {self.net:,.2f} CHF"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance(Shown):
    """What accepting a proposal wrote.

    Attributes:
        proposal: what was shown.
        term: the membership that begins.
        invoices: what was invoiced and credited, an invoice for each year.
    """

    proposal: Proposal
    term: Term
    invoices: tuple[Invoice, ...]

    def __str__(self) -> str:
        said = ", ".join(f"{one.number} over {one.amount:,.2f} CHF" for one in self.invoices)
        return (
            f"{self.proposal.organization} is {self.proposal.after} from {self.term.since_on:%-d %B %Y}; "
            + (f"invoiced: {said}" if said else "nothing is invoiced")
        )


def fingerprint_of(parts: Mapping[str, object]) -> str:
    """One text that changes wherever one of the parts does, and shows which: six digits each, in the order of `PARTS`."""
    return "-".join(sha256(repr(parts[name]).encode()).hexdigest()[:_PART_LENGTH] for name in PARTS)


def membership_in_words(
    category: Category | None, coverage: Coverage, study_group: str | None, units: Fraction | None
) -> str:
    """What an account is in a Sector, in words: "Sector Member in ITU-T, 1/2 unit"."""
    if category is None:
        return f"no member in ITU-{coverage}"
    name = {Category.SECTOR_MEMBER: "Sector Member", Category.ASSOCIATE: "Associate"}.get(
        category, "Academia"
    )
    parts = [f"{name} in ITU-{coverage}"]
    parts += [study_group] if study_group else []
    parts += [f"{units_in_words(units)} unit{'s' if units > 1 else ''}"] if units else []
    return ", ".join(parts)


def _enumerated(parts: Iterable[str]) -> str:
    *first, last = (f"the {part}" for part in parts)
    return f"{', '.join(first)} and {last}" if first else last
