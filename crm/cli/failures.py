"""What an error of the book means on the command line: one sentence, or one JSON object, and an exit code."""

import re
import sys
from enum import IntEnum

from crm.cli.plain import json_text, plain
from crm.errors import (
    AccordError,
    AlreadyExists,
    Ambiguous,
    ConfigurationError,
    InvalidInput,
    MailError,
    NotFound,
    Refused,
    StoreError,
    TemplateError,
)
from crm.reports.forms.terminal import tame


class ExitCode(IntEnum):
    """The exit codes of `crm` beside 0; 2 is a wrong command line, 130 is Ctrl-C.

    Attributes:
        DATA: what came in can never be taken (EX_DATAERR of sysexits.h).
        LATER: try again later (EX_TEMPFAIL); a mail server keeps the message and does.
    """

    FAILED = 1
    NOT_FOUND = 3
    AMBIGUOUS = 4
    INVALID_INPUT = 5
    REFUSED = 6
    STORE = 7
    CONFIGURATION = 8
    ALREADY_EXISTS = 9
    MAIL = 10
    TEMPLATE = 11
    DATA = 65
    LATER = 75


_CODES: dict[type, ExitCode] = {
    AccordError: ExitCode.FAILED,
    NotFound: ExitCode.NOT_FOUND,
    Ambiguous: ExitCode.AMBIGUOUS,
    InvalidInput: ExitCode.INVALID_INPUT,
    Refused: ExitCode.REFUSED,
    StoreError: ExitCode.STORE,
    ConfigurationError: ExitCode.CONFIGURATION,
    AlreadyExists: ExitCode.ALREADY_EXISTS,
    MailError: ExitCode.MAIL,
    TemplateError: ExitCode.TEMPLATE,
}

# Hints speak to those who write Python; whoever types commands is told the next command.
_COMMANDS = (
    (r'book\.people\.change\((\d+), email="…"\)', r"crm person change \1 --email …"),
    (r"book\.organizations\.add\b", "`crm org add`"),
    (r"book\.people\.add\b", "`crm person add`"),
    (r"book\.people\.get\b", "`crm person show`"),
    (r"book\.staff\.absences\(\)", "`crm staff absences`"),
    (r"book\.staff\.(add|back)\b", r"`crm staff \1`"),
    (r"book\.subscriptions\.of\b", "`crm subscription list`"),
    (r"book\.duplicates\.dismissed\b", "`crm duplicates dismissed`"),
    (r"book\.imports\.mappings\.save\b", "`crm import … --save-mapping`"),
    (r"book\.imports\b", "`crm import list`"),
    (r"book\.opportunities\.(win|lose|reopen)\b", r"`crm opportunity \1`"),
    (r"book\.applications\.(apply|change|of)\b", r"`crm application \1`"),
    (r"book\.rounds\.correct\b", "`crm round correct`"),
    (r"book\.standing\.of\b", "`crm standing show`"),
    (r"book\.portfolios\.handed\b", "`crm staff hand-overs`"),
    (r"book\.reference\.load\(\)", "`crm reference load`"),
    (r"book\.reservations\.of\b", "`crm org show`"),
    (r'\b(amount|encoding|next|office|sector)="([^"]*)"', r"--\1 \2"),
    (r"\b(override|reason|state|to)=…", r"--\1 …"),
    (
        r"Look at it with dry_run=True, then say confirm=(\d+)",
        r"Look without --confirm, then say --confirm \1",
    ),
    (r"book\.retention\.preview\b", "`crm retention preview`"),
    (r"book\.outbox\b", "`crm mail`"),
    (r"\bforce=True\b", "--force"),
    (r"\bfield=…, at=…", "--field …, --at …"),
    (r"\bsource_name\b", "--source-name"),
)


def exit_code(error: AccordError) -> ExitCode:
    """The exit code of an error: that of the nearest branch of the tree."""
    return next(_CODES[kind] for kind in type(error).__mro__ if kind in _CODES)


def tell(error: AccordError, *, as_json: bool) -> None:
    """Say on standard error what was wrong and how to mend it.

    Args:
        error: what was wrong.
        as_json: as an object for programs, else as a sentence for people.
    """
    said = error_object(error)
    sys.stderr.write(json_text({"error": said}) if as_json else sentence(error) + "\n")


def sentence(error: AccordError) -> str:
    """An error as one line for people; one about a setting names its variable."""
    said = in_commands(str(error))
    unnamed = isinstance(error, ConfigurationError) and error.field and error.field not in said
    return tame(f"{error.field}: {said}" if unnamed else said)


def error_object(error: AccordError) -> dict[str, object]:
    """An error as an object for programs."""
    details = {name: plain(value) for name, value in error.details().items() if value not in (None, "", ())}
    if error.hint:
        details["hint"] = in_commands(error.hint)
    return {"code": type(error).code, "message": error.message, **details}


def in_commands(text: str) -> str:
    """A hint in terms of commands instead of Python."""
    for pattern, command in _COMMANDS:
        text = re.sub(pattern, command, text)
    return text
