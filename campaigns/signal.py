"""What speaks for writing to an account, and the rules that say so."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from crm.insight.candidate import Candidate
from crm.shown import Shown


@dataclass(frozen=True, slots=True)
class Signal(Shown):
    """What speaks for writing to an account now.

    Attributes:
        kind: which of the campaign's rules it is, as its letters know it.
        words: in a sentence for the account manager.
        facts: what its letters may say about it; a `study_group` and a `sector` stand there by their codes.
    """

    kind: str
    words: str
    facts: Mapping[str, str] = field(default_factory=dict)


SignalRule = Callable[[Candidate, date], Signal | None]
"""Looks at an account as of a day; None: it says nothing for it."""

Condition = Callable[[Candidate, date], str | None]
"""Looks at an account as of a day; what must happen before it may be written to, in words, or None."""
