"""The report for whoever approves letters that they cannot read: language by language, what goes out and who read it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from campaigns.audience import Audience
from campaigns.campaign import Campaign
from campaigns.tongues import Tongue
from crm.outreach.reasons import Reason
from crm.outreach.run_tables import Arm
from crm.reference.languages import Language
from crm.reports import Cell, Column, ColumnKind, Report

NOT_REVIEWED = "Not reviewed by any person"
"""The mark of a wording that nobody stands for yet."""


def languages_report(
    campaign: Campaign, audience: Audience, spoken: Sequence[Tongue], *, as_of: datetime
) -> Report:
    """How many accounts would be written to in each language, whether its letters are complete, and who reviewed them.

    Args:
        campaign: which.
        audience: what was decided about each account.
        spoken: what the campaign has to say in each language.
        as_of: when the book was read.
    """
    counts = Counter((row.language, row.arm) for row in audience.invited)
    missed = _missed(audience)
    rows: list[tuple[Cell, ...]] = [
        (
            said(tongue.language),
            counts[tongue.language, Arm.TREATMENT],
            counts[tongue.language, Arm.HOLD_OUT],
            missed[tongue.language],
            _letters(tongue),
            _review(tongue),
        )
        for tongue in spoken
    ]
    return Report(
        name=f"{campaign.name}-languages",
        title=f"{campaign.title}: in which languages",
        definition="The accounts enrolled, by the language of their letters; and those left out because the campaign "
        "has no letter in the language of their contact, by that language.",
        denominator="All accounts enrolled, and all left out for want of a letter in their language.",
        as_of=as_of,
        columns=(
            Column(key="language", title="Language"),
            Column(key="written_to", title="Written to", kind=ColumnKind.COUNT, summed=True),
            Column(key="held_out", title="Held out", kind=ColumnKind.COUNT, summed=True),
            Column(key="left_out", title="Left out: no letter", kind=ColumnKind.COUNT, summed=True),
            Column(key="letters", title="Letters", kind=ColumnKind.NOTE),
            Column(key="review", title="Review", kind=ColumnKind.NOTE),
        ),
        rows=(*rows, ("Not known", 0, 0, missed[None], None, None)),
        notes=tuple(_fallen_back(audience)),
    )


def said(language: Language) -> str:
    """The English name of a language."""
    return language.name.capitalize()


def _letters(tongue: Tongue) -> str:
    if tongue.complete:
        return f"Complete: {', '.join(tongue.reviewed_by)}"
    return f"Missing: {', '.join(tongue.missing)}"


def _review(tongue: Tongue) -> str:
    """Who stands for which wording, those first for whom nobody does."""
    by_person: dict[str, list[str]] = {}
    for letter, person in sorted(tongue.reviewed_by.items(), key=lambda found: found[1]):
        by_person.setdefault(person and f"Reviewed by {person}", []).append(letter)
    return "; ".join(f"{person or NOT_REVIEWED}: {', '.join(found)}" for person, found in by_person.items())


def _missed(audience: Audience) -> Counter[Language | None]:
    """The languages of contacts for whom there is no letter."""
    return Counter(
        left.account.contacts[0].language
        for left in audience.left_out
        if left.skip.reason is Reason.NO_LETTER_IN_LANGUAGE
    )


def _fallen_back(audience: Audience) -> Iterable[str]:
    """Who would be written to in another language than their own, in sentences."""
    found = Counter(
        (row.contact.language, row.language)
        for row in audience.invited
        if row.contact.language not in (None, row.language)
    )
    for (own, other), count in sorted(found.items()):
        assert own is not None
        yield f"{count} whose contact reads {said(own)} would get {said(other)}, the fallback language."
