"""How much, how fast and when: what keeps the outbox within bounds, as the settings say."""

from dataclasses import dataclass, field
from datetime import timedelta

from crm.outreach.send_hours import SendHours


@dataclass(frozen=True, slots=True)
class Rate:
    """How many letters leave in a minute, whatever the number of workers; None: as many as they can.

    Attributes:
        overall: all letters.
        domain: the letters to one receiving domain.
    """

    overall: int | None = None
    domain: int | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """How much may go wrong before a run pauses itself.

    Attributes:
        failures: the share of a run's latest letters that may fail.
        span: how many of the latest letters are looked at.
        complaints: the share of a run's letters that may be marked as unwanted.
    """

    failures: float = 0.05
    span: int = 200
    complaints: float = 0.003


@dataclass(frozen=True, slots=True)
class Limits:
    """What holds for every letter.

    Attributes:
        lease: after which a claim without a sign of life lapses.
        doubt: how long evidence is waited for before a letter's class settles it.
        cap: the least time between letters of two campaigns to one person.
        hours: when campaigns may write, by the clock where the reader is; None: at any time.
        rate: how fast letters leave.
        budget: how much may go wrong in a run.
    """

    lease: timedelta
    doubt: timedelta
    cap: timedelta = timedelta(days=3)
    hours: SendHours | None = None
    rate: Rate = field(default_factory=Rate)
    budget: Budget = field(default_factory=Budget)
