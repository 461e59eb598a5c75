"""One connection to a mail server, in two steps a message: everything up to the final dot, and the dot.

Until the dot the server has promised nothing and must forget the message if we hang up (RFC 5321 4.1.1.4); with the
dot it may take it although its answer never arrives (RFC 1047). So the dot is a verb of its own, and every failure
says on which side of it the conversation broke.
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from crm.errors import InvalidInput, MailError
from crm.mail.failures import Phase
from crm.mail.smtp_reply import Reply, SmtpFailure, refusal, wanted
from crm.mail.wire import Wire

_PATH = re.compile("[^\x00-\x20<>\x7f-\x9f]*")
_CLOSING = 421
"""The server closes the connection (RFC 5321 3.8)."""

_GO_ON = 3
"""The first digit of an answer that asks for more (RFC 5321 4.2.1)."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait for a mail server (RFC 5321 4.5.3.2).

    Attributes:
        connect: for the connection.
        command: for the answer to a command, the greeting included, and for each piece of the body to leave.
        final: for the answer to the dot; a server that scans mail may take long, and giving up leaves doubt.
        quit: for the goodbye, which changes nothing.
    """

    connect: float = 30
    command: float = 300
    final: float = 600
    quit: float = 5


class Line(Protocol):
    """One connection to a mail server that takes one message at a time."""

    @property
    def ready(self) -> bool:
        """Whether the next message can be staged; if not, end it and open another line."""
        ...

    def stage(self, envelope_from: str, *, to: str, raw: bytes, smtputf8: bool = False) -> None:
        """Give the server everything but the final dot."""
        ...

    def send_dot(self) -> None:
        """Write the final dot; from here on the server may take the message."""
        ...

    def read_reply(self) -> Reply:
        """Wait for the server's word on the message, whatever it is."""
        ...

    def drop(self) -> None:
        """Hang up at once; a staged message without its dot is forgotten by the server."""
        ...

    def quit(self) -> None:
        """Say goodbye and hang up; never fails and changes no outcome."""
        ...


class _State(StrEnum):
    IDLE = "idle"
    BEGUN = "in the middle of an envelope"
    STAGED = "waiting for the dot"
    DOTTED = "waiting for the reply"


class SmtpLine:
    """A line over the wire.

    Args:
        wire: greeted, secured and logged in.
        features: what the server offers, by its EHLO keyword.
        timeouts: how long to wait.
        most: how many messages it takes, refused ones included; None: as many as the server takes.
    """

    def __init__(
        self, wire: Wire, *, features: dict[str, str], timeouts: Timeouts, most: int | None = None
    ) -> None:
        self._wire = wire
        self._features = features
        self._timeouts = timeouts
        self._left = most
        self._state = _State.IDLE

    @property
    def ready(self) -> bool:
        """Whether the next message can be staged."""
        return self._left != 0 and self._between_messages

    @property
    def _between_messages(self) -> bool:
        return self._wire.open and self._state in {_State.IDLE, _State.BEGUN}

    def stage(self, envelope_from: str, *, to: str, raw: bytes, smtputf8: bool = False) -> None:
        r"""Give the server everything but the final dot: the envelope, and the message up to its last `\r\n`.

        Args:
            envelope_from: where bounces go; empty for a message that must never bounce.
            to: the one recipient.
            raw: the message, its lines ended by `\r\n`; dots are stuffed here, and here alone.
            smtputf8: whether an address needs the extension of that name (RFC 6531).

        Raises:
            InvalidInput: an address that would break out of its command.
            MailError: a bare carriage return or line feed (SMTP smuggling, VU#302671); nothing was said yet.
            SmtpFailure: the server refused, or the connection broke; `sort` says what that means.
        """
        sender, recipient, body = _path(envelope_from, "envelope_from"), _path(to, "to"), dot_stuffed(raw)
        self._clear(smtputf8=smtputf8)
        if self._left is not None:
            self._left -= 1
        parameters = " BODY=8BITMIME SMTPUTF8" if smtputf8 else ""
        if "SIZE" in self._features:
            parameters += f" SIZE={len(raw)}"
        self._envelope(f"MAIL FROM:<{sender}>{parameters}", f"RCPT TO:<{recipient}>")
        self._state = _State.STAGED
        self._wire.send(Phase.BODY, body, timeout=self._timeouts.command)

    def send_dot(self) -> None:
        r"""Write `.\r\n`, which ends the message, unless the server has already hung up or refused.

        Raises:
            SmtpFailure: at `Phase.BODY` the dot was not written; at `Phase.DOT` nobody knows.
        """
        self._require(_State.STAGED)
        if self._wire.spoke():
            raise self._interrupted(Phase.BODY)
        self._state = _State.DOTTED
        self._wire.send(Phase.DOT, b".\r\n", timeout=self._timeouts.command)

    def read_reply(self) -> Reply:
        """Wait for the server's word on the message; a refusal is an answer too, and returned.

        Raises:
            SmtpFailure: none came in time, or none that makes sense: the server may have taken the message.
        """
        self._require(_State.DOTTED)
        reply = self._wire.reply(Phase.REPLY, timeout=self._timeouts.final)
        self._state = _State.IDLE
        if reply.code == _CLOSING or reply.code // 100 == _GO_ON:  # out of step: nothing more can be believed
            self._wire.close()
        return reply

    def drop(self) -> None:
        """Hang up at once; a staged message without its dot is forgotten by the server."""
        self._wire.close()

    def quit(self) -> None:
        """Say goodbye and hang up; a staged message is dropped. Never fails and changes no outcome."""
        if self._between_messages:
            with suppress(SmtpFailure):  # whatever was accepted stays accepted
                self._wire.ask(Phase.QUIT, "QUIT", timeout=self._timeouts.quit)
        self._wire.close()

    def _clear(self, *, smtputf8: bool) -> None:
        if self._wire.open and self._wire.spoke():
            raise self._interrupted(Phase.MAIL)
        if not self.ready:
            raise SmtpFailure("This line cannot take a message.", phase=Phase.MAIL)
        if smtputf8 and "SMTPUTF8" not in self._features:
            message = "The mail server does not take addresses in this script."
            raise SmtpFailure(message, phase=Phase.MAIL, enhanced="5.6.7", text="SMTPUTF8 is not offered")
        if self._state is _State.BEGUN:
            self._ask(Phase.MAIL, "RSET")
            self._state = _State.IDLE

    def _envelope(self, mail: str, rcpt: str) -> None:
        """Say all that comes before the message: at once where the server offers that (RFC 2920), else in turns."""
        if "PIPELINING" in self._features:
            self._pipeline(mail, rcpt)
            return
        self._ask(Phase.MAIL, mail)
        self._state = _State.BEGUN
        self._ask(Phase.RCPT, rcpt)
        self._ask(Phase.DATA, "DATA", kind=_GO_ON)

    def _pipeline(self, mail: str, rcpt: str) -> None:
        together = f"{mail}\r\n{rcpt}\r\nDATA\r\n"
        self._wire.send(Phase.MAIL, together.encode(), timeout=self._timeouts.command)
        failures: list[SmtpFailure] = []
        for phase, kind in ((Phase.MAIL, 2), (Phase.RCPT, 2), (Phase.DATA, _GO_ON)):
            try:
                self._answered(phase, self._wire.reply(phase, timeout=self._timeouts.command), kind=kind)
            except SmtpFailure as failure:
                failures.append(failure)
                if not self._wire.open:
                    break
            else:
                self._state = _State.BEGUN if phase is not Phase.DATA else _State.STAGED
        if failures:
            if (
                self._state is _State.STAGED
            ):  # it waits for a message although it takes no sender or no recipient
                self._wire.close()
            raise failures[0]  # what follows a refusal is refused because of it

    def _ask(self, phase: Phase, command: str, *, kind: int = 2) -> None:
        self._answered(phase, self._wire.ask(phase, command, timeout=self._timeouts.command), kind=kind)

    def _answered(self, phase: Phase, reply: Reply, *, kind: int) -> None:
        if reply.code == _CLOSING:
            self._wire.close()
        wanted(phase, reply, kind=kind)

    def _interrupted(self, phase: Phase) -> SmtpFailure:
        """What the server said out of turn, or that it hung up; either ends the line."""
        try:
            return refusal(phase, self._wire.reply(phase, timeout=self._timeouts.quit))
        except SmtpFailure as failure:
            return failure
        finally:
            self._wire.close()

    def _require(self, state: _State) -> None:
        if self._state is not state:
            raise MailError(f"The line is {self._state}, not {state}.")


def dot_stuffed(raw: bytes) -> bytes:
    r"""The message as it follows DATA: a second dot before each that starts a line (RFC 5321 4.5.2).

    Raises:
        MailError: a bare carriage return or line feed, which some servers would read as the end of the message.
    """
    if not raw.count(b"\r\n") == raw.count(b"\r") == raw.count(b"\n"):
        raise MailError("The message holds a bare carriage return or line feed.")
    ended = raw if raw.endswith(b"\r\n") else raw + b"\r\n"
    return (b"." if ended.startswith(b".") else b"") + ended.replace(b"\r\n.", b"\r\n..")


def _path(address: str, name: str) -> str:
    if not _PATH.fullmatch(address):
        raise InvalidInput("This address would break out of its command.", field=name, value=address)
    return address
