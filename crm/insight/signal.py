"""What speaks for asking an account for more: one reason, in words and in facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from crm.shown import Shown


@dataclass(frozen=True, slots=True)
class Signal(Shown):
    """What speaks for writing to an account now, or for asking it for more.

    Attributes:
        kind: which of the rules it is, as letters and weights know it.
        words: in a sentence for the account manager.
        facts: what letters may say about it; a `study_group` and a `sector` stand there by their codes.
    """

    kind: str
    words: str
    facts: Mapping[str, str] = field(default_factory=dict)
