"""What a mail server answered, and the error that a refusal or a silence becomes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crm.errors import MailError
from crm.mail.failures import Phase, Verdict, sort

_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s|$)")
_UNPRINTABLE = re.compile("[^\x20-\x7e\xa0-\ud7ff\ue000-\U0010ffff]")
_LONGEST_TEXT = 1_000


@dataclass(frozen=True, slots=True)
class Reply:
    """What a mail server answered.

    Attributes:
        code: as in 250 or 550.
        enhanced: as in "5.1.1" (RFC 3463), if it gave one that fits the code.
        text: its words, without control characters; may name addresses, so it does not belong into logs.
        lines: the same line by line.
    """

    code: int
    enhanced: str | None
    text: str
    lines: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """What it means as the answer to the final dot."""
        return sort(Phase.REPLY, code=self.code, enhanced=self.enhanced, text=self.text)


def reply_of(code: int, lines: Sequence[bytes]) -> Reply:
    """The reply that these lines make, their codes already taken off."""
    words = tuple(_UNPRINTABLE.sub(" ", line.decode("utf-8", "replace")).strip() for line in lines)
    text = " ".join(words)[:_LONGEST_TEXT]
    match = _ENHANCED.match(text)
    fits = match is not None and match[1][0] == str(code)[0]
    return Reply(code, match[1] if match and fits else None, text, words)


class SmtpFailure(MailError):
    """A conversation with a mail server failed; the phase decides what that means for the message.

    Args:
        message: one sentence, without anything that the server wrote.
        phase: how far the conversation had come.
        code: the reply code, or None if there was no answer to read.
        enhanced: the enhanced status code, if there is one.
        text: what the server or the operating system said; may name addresses.
        **details: as for every error.
    """

    code = "smtp"

    def __init__(
        self,
        message: str,
        *,
        phase: Phase,
        reply_code: int | None = None,
        enhanced: str | None = None,
        text: str = "",
        **details: Any,
    ) -> None:
        super().__init__(message, **details)
        self.phase = phase
        self.reply_code = reply_code
        self.enhanced = enhanced
        self.text = text

    @property
    def verdict(self) -> Verdict:
        """What it means for the message, the person and the sender."""
        return sort(self.phase, code=self.reply_code, enhanced=self.enhanced, text=self.text)

    def details(self) -> dict[str, Any]:
        """The data of the error by name, the phase and the answer included."""
        own = ("phase", "reply_code", "enhanced", "text")
        return {**{name: getattr(self, name) for name in own}, **super().details()}


def refusal(phase: Phase, reply: Reply) -> SmtpFailure:
    """The error that a refusing reply becomes."""
    said = f"{reply.code} {reply.enhanced}" if reply.enhanced else str(reply.code)
    return SmtpFailure(
        f"The mail server answered {said} at {phase}.",
        phase=phase,
        reply_code=reply.code,
        enhanced=reply.enhanced,
        text=reply.text,
    )


def wanted(phase: Phase, reply: Reply, *, kind: int = 2) -> Reply:
    """The reply, if it is of the kind that the phase calls for.

    Args:
        phase: how far the conversation has come.
        reply: what the server answered.
        kind: the first digit of the code: 2 for yes, 3 for go on (RFC 5321 4.2.1).

    Raises:
        SmtpFailure: it is of another kind.
    """
    if reply.code // 100 != kind:
        raise refusal(phase, reply)
    return reply
