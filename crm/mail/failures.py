"""What an answer of a mail server, or its silence, means for the message, the person and the sender: one table.

The sources: RFC 5321 4.2 (reply codes), RFC 3463 and the registry of enhanced status codes (RFC 5248), RFC 6531 3.5
(SMTPUTF8), RFC 7504 (521 and 556), and the published rejections of Gmail (5.7.x, 5.4.5) and Microsoft (550 5.7.515,
550 5.4.1). An address is given up on positive evidence alone: whoever is wrong about it costs a reader their invoices.
"""

from dataclasses import dataclass
from enum import StrEnum

from crm.mail.refusal_wordings import names_no_such_recipient, objects_to_us


class Phase(StrEnum):
    """How far a conversation with a mail server had come."""

    CONNECT = "connect"
    BANNER = "banner"
    HELLO = "hello"
    TLS = "tls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    BODY = "body"
    DOT = "dot"
    REPLY = "reply"
    QUIT = "quit"


class Outcome(StrEnum):
    """What became of an attempt to hand over a message."""

    ACCEPTED = "accepted"
    REFUSED_TEMP = "refused_temp"
    REFUSED_ADDRESS = "refused_address"
    REFUSED_POLICY = "refused_policy"
    REFUSED_CONTENT = "refused_content"
    IN_DOUBT = "in_doubt"
    UNSUPPORTED_ADDRESS = "unsupported_address"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of an attempt, and why.

    Attributes:
        outcome: the class of the answer.
        reason: one line for the delivery ledger; holds nothing that the server wrote.
    """

    outcome: Outcome
    reason: str

    @property
    def try_again(self) -> bool:
        """Whether the same message may be tried again later: it was definitely not taken, and not for good."""
        return self.outcome is Outcome.REFUSED_TEMP

    @property
    def suppress(self) -> bool:
        """Whether nothing should be sent to this address any more."""
        return self.outcome is Outcome.REFUSED_ADDRESS

    @property
    def stop_sender(self) -> bool:
        """Whether the sender and its campaign must stop until a person has looked."""
        return self.outcome is Outcome.REFUSED_POLICY


_OF_SENDER = frozenset({Phase.CONNECT, Phase.BANNER, Phase.HELLO, Phase.TLS, Phase.AUTH, Phase.MAIL})
"""Phases in which the server has not heard of the recipient yet."""

_AFTER_DOT = frozenset({Phase.DOT, Phase.REPLY})
_UTF8 = frozenset({"5.6.7", "5.6.9"})
_OURS = frozenset({"5.1.7", "5.1.8", "5.4.5"})  # our address, and what we may send a day (Gmail's 5.4.5)
_NO_SUCH_ADDRESS = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
"""No such mailbox or system, no address at all, moved away, a domain without mail, a closed mailbox: nothing less counts."""

_NO_MAIL_IN_DOMAIN = 556
_NOT_IN_DIRECTORY = ("5.4.1", "recipient address rejected")  # how Microsoft 365 says "no such mailbox"
_TOO_MUCH_MAIL = (
    "5.2.1",
    "at a rate",
)  # Gmail says 5.2.1 of a reader who gets too much at the moment as well
_NOT_LET_IN = frozenset({530, 534, 535, 538})
_VAGUE = frozenset({None, "5.0.0", "5.1.0", "5.5.0"})
"""Codes that name no reason: what the server wrote beside them is looked at."""


def sort(phase: Phase, *, code: int | None = None, enhanced: str | None = None, text: str = "") -> Verdict:
    """What an answer, or none, means.

    Args:
        phase: how far the conversation had come. The final reply is `Phase.REPLY`, whatever it says.
        code: the reply code; None if the connection was lost, or nothing sensible came in time.
        enhanced: the enhanced status code, such as "5.1.1", if the server gave one.
        text: what the server wrote; looked at where its codes do not say it all.
    """
    if phase is Phase.QUIT:
        return Verdict(Outcome.ACCEPTED, "The server had taken it; what came at the goodbye changes nothing.")
    if enhanced in _UTF8:
        return Verdict(Outcome.UNSUPPORTED_ADDRESS, "The mail server does not take addresses in this script.")
    kind = code // 100 if code else None
    if kind == 5:  # noqa: PLR2004 - RFC 5321 4.2.1: 2 taken, 4 not now, 5 never
        return _for_good(phase, code, enhanced, text)
    if phase in _AFTER_DOT and kind != 4:  # noqa: PLR2004
        return _after_dot(taken=kind == 2)  # noqa: PLR2004
    return Verdict(Outcome.REFUSED_TEMP, f"Not taken now ({_said(phase, code, enhanced)}).")


def _after_dot(*, taken: bool) -> Verdict:
    if taken:
        return Verdict(Outcome.ACCEPTED, "The server took it.")
    return Verdict(
        Outcome.IN_DOUBT, "No usable answer came after the final dot: the server may have taken it."
    )


def _for_good(phase: Phase, code: int | None, enhanced: str | None, text: str) -> Verdict:
    said = _said(phase, code, enhanced)
    if _against_sender(phase, code, enhanced, text):
        return Verdict(Outcome.REFUSED_POLICY, f"Refused for what we are or how we send ({said}).")
    if _against_address(code, enhanced, text):
        return Verdict(Outcome.REFUSED_ADDRESS, f"The address does not take mail ({said}).")
    return Verdict(Outcome.REFUSED_CONTENT, f"This message was refused for good ({said}).")


def _against_sender(phase: Phase, code: int | None, enhanced: str | None, text: str) -> bool:
    if _subject(enhanced) == "7" or enhanced in _OURS or code in _NOT_LET_IN:
        return True
    if phase in _OF_SENDER:  # too large (5.3.4, 552) and malformed content (5.6.x) speak of the message
        return not (enhanced == "5.3.4" or code == 552 or _subject(enhanced) == "6")  # noqa: PLR2004
    return enhanced in _VAGUE and objects_to_us(text)


def _against_address(code: int | None, enhanced: str | None, text: str) -> bool:
    """Whether something says that nobody is there; a plain 550 does not (RFC 5321 4.2.2)."""
    if enhanced in _NO_SUCH_ADDRESS:
        return not _is(_TOO_MUCH_MAIL, enhanced, text)
    if code == _NO_MAIL_IN_DOMAIN or _is(_NOT_IN_DIRECTORY, enhanced, text):
        return True
    return enhanced in _VAGUE and names_no_such_recipient(text)


def _is(known: tuple[str, str], enhanced: str | None, text: str) -> bool:
    status, words = known
    return enhanced == status and words in text.lower()


def _subject(enhanced: str | None) -> str:
    return enhanced.split(".")[1] if enhanced else ""


def _said(phase: Phase, code: int | None, enhanced: str | None) -> str:
    return " ".join(str(part) for part in (phase, code or "no answer", enhanced) if part)
