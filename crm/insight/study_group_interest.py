"""What an account has done in the study groups lately, as rules ask for it and say it."""

from datetime import date, timedelta
from typing import Protocol

from crm.engagement.participation import ParticipationKind
from crm.insight.candidate import TookPart
from crm.insight.signal import Signal

LATELY = timedelta(days=2 * 365)
"""For how long a part that was taken speaks for an account: our own choice, no source states it."""

_DID = {
    ParticipationKind.ASKED: "asked about",
    ParticipationKind.ATTENDED: "attended",
    ParticipationKind.CONTRIBUTED: "contributed to",
    ParticipationKind.RAPPORTEUR: "was Rapporteur in",
}


class Participant(Protocol):
    """Of whom it is known what they did in the study groups."""

    @property
    def participation(self) -> tuple[TookPart, ...]:
        """What it did there, the newest first."""


def lately(account: Participant, on: date) -> list[TookPart]:
    """The parts that an account took in the last 24 months, the newest first; to have asked is one."""
    since = on - LATELY
    return [part for part in account.participation if since <= part.on <= on]


def told(part: TookPart) -> str:
    """A part that was taken, e.g. "asked about T-SG17 on 25 October 2026"."""
    return f"{_DID[part.kind]} {part.study_group} on {part.on:%-d %B %Y}"


def interest(account: Participant, on: date, but: str, *, since: date | None = None) -> Signal | None:
    """The latest part that an account took in the last 24 months, as what speaks for writing to it.

    Args:
        account: who took it.
        on: the day.
        but: what makes it worth a letter, as the end of the sentence, e.g. "and is no member".
        since: only what came after this day counts.
    """
    part = next((part for part in lately(account, on) if since is None or part.on > since), None)
    if part is None:
        return None
    facts = {"sector": part.study_group[0], "study_group": part.study_group}
    return Signal("study_group", f"{told(part)}, {but}", facts)
