"""One tree of errors. Each carries the subject, the field and a hint, and survives pickling.

Catch `AccordError` for all of them, or a branch for what you can act on. Every error has a stable `code`
for machines; `str(error)` is one sentence for people, the hint included.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar


class AccordError(Exception):
    """Something in Accord could not be done.

    Args:
        message: one sentence that says what was wrong.
        subject: the thing it is about, as a person would name it.
        field: the name of the offending field or argument.
        value: what was given.
        row: the row of a file, counted from 1 with the header as row 1.
        hint: how to mend it.
        candidates: what might have been meant; a function where finding out takes time, asked when somebody looks.
    """

    code: ClassVar[str] = "error"

    def __init__(
        self,
        message: str,
        *,
        subject: str | None = None,
        field: str | None = None,
        value: object = None,
        row: int | None = None,
        hint: str | None = None,
        candidates: Sequence[str] | Callable[[], Sequence[str]] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.subject = subject
        self.field = field
        self.value = value
        self.row = row
        self.hint = hint
        self._candidates = candidates

    @property
    def candidates(self) -> tuple[str, ...]:
        """What might have been meant."""
        if callable(self._candidates):
            self._candidates = self._candidates()
        return tuple(self._candidates)

    def __str__(self) -> str:
        parts = [self.message]
        if self.candidates:
            parts.append("Candidates: " + "; ".join(self.candidates) + ".")
        if self.hint:
            parts.append(self.hint)
        return " ".join(parts)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (type(self), self.message, self.details())

    def details(self) -> dict[str, Any]:
        """The data of the error by name, for logs, `--json` and pickling."""
        names = ("subject", "field", "value", "row", "hint", "candidates")
        return {name: getattr(self, name) for name in names}


def _rebuilt(kind: type[AccordError], message: str, details: dict[str, Any]) -> AccordError:
    return kind(message, **details)


class NotFound(AccordError):
    """Nothing in the book answers to this key."""

    code = "not_found"


class AlreadyExists(AccordError):
    """The book holds this already."""

    code = "already_exists"


class Ambiguous(AccordError):
    """The key fits several things; the candidates are listed."""

    code = "ambiguous"


class InvalidInput(AccordError):
    """A value cannot be taken as it is; row, field, value and a hint say which and how to mend it."""

    code = "invalid_input"


class Refused(AccordError):
    """A rule said no; `rule` names it.

    Args:
        message: one sentence that says what was refused and why.
        rule: the name of the rule.
        **details: as for every error.
    """

    code = "refused"

    def __init__(self, message: str, *, rule: str = "", **details: Any) -> None:
        super().__init__(message, **details)
        self.rule = rule

    def details(self) -> dict[str, Any]:
        """The data of the error by name, the rule included."""
        return {"rule": self.rule, **super().details()}


class ReadOnly(AccordError, AttributeError):
    """What a verb hands out is read-only; the message names the verb that changes it."""

    code = "read_only"


class StoreError(AccordError):
    """The database could not do what was asked."""

    code = "store"


class Unreachable(StoreError):
    """No server answers at the configured address."""

    code = "unreachable"


class NotMigrated(StoreError):
    """The database is not at the version that this program needs."""

    code = "not_migrated"


class MailError(AccordError):
    """A message could not be built, read or handed over."""

    code = "mail"


class TemplateError(AccordError):
    """A template is missing, says more than it may, or cannot be rendered."""

    code = "template"


class ConfigurationError(AccordError):
    """A setting is missing or does not make sense."""

    code = "configuration"
