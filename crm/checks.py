"""What `crm doctor` finds out: one value for a check, whichever layer makes it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: what was looked at, e.g. "database".
        ok: whether it works; None where nothing is broken, but somebody should know.
        detail: what was found, in a sentence without secrets.
        hint: how to mend it.
    """

    name: str
    ok: bool | None
    detail: str
    hint: str = ""
