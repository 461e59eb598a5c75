"""The rules of campaigns: what speaks for writing to an account, and what must have happened before."""

from collections.abc import Callable
from datetime import date

from crm.insight.candidate import Candidate
from crm.insight.signal import Signal

__all__ = ["Condition", "Signal", "SignalRule"]

SignalRule = Callable[[Candidate, date], Signal | None]
"""Looks at an account as of a day; None: it says nothing for it."""

Condition = Callable[[Candidate, date], str | None]
"""Looks at an account as of a day; what must happen before it may be written to, in words, or None."""
