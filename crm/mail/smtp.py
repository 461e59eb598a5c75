"""A mail server to hand messages to: how to reach it, how to trust it, and how to log in."""

import base64
import re
import socket
import ssl
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import SecretStr

from crm.config import ON_THIS_MACHINE, Settings, Tls
from crm.errors import ConfigurationError
from crm.mail.failures import Phase
from crm.mail.line import Line, SmtpLine, Timeouts
from crm.mail.smtp_reply import Reply, SmtpFailure, wanted
from crm.mail.wire import Wire

__all__ = [
    "Line",
    "Phase",
    "Reply",
    "SmtpFailure",
    "SmtpTransport",
    "Timeouts",
    "Tls",
    "Transport",
    "mail_server",
]

_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]*")


class Transport(Protocol):
    """Opens lines to a mail server."""

    def line(self) -> Line:
        """A new connection, ready for its first message."""
        ...


@dataclass(frozen=True, slots=True)
class SmtpTransport:
    """A mail server and how to reach it.

    Attributes:
        host: its name or address; the name its certificate must be good for.
        port: 25, 587 (submission) or 465 (submissions), as a rule.
        username: empty for no authentication.
        password: belongs to the user name.
        tls: how to secure the connection.
        context: what to verify certificates against; the system's authorities if not given.
        timeouts: how long to wait.
        messages: how many messages go over one connection; None: as many as the server takes.
        hello: our own host name; the address of our end if empty (RFC 5321 4.1.4).
    """

    host: str
    port: int
    username: str = ""
    password: SecretStr | None = None
    tls: Tls = Tls.STARTTLS
    context: ssl.SSLContext | None = None
    timeouts: Timeouts = field(default_factory=Timeouts)
    messages: int | None = None
    hello: str = ""

    def __post_init__(self) -> None:
        if not _HOST.fullmatch(self.hello):
            raise ConfigurationError("This is not a host name.", field="hello", value=self.hello)
        if self.username and self.tls is Tls.NONE and self.host not in ON_THIS_MACHINE:
            hint = "Choose starttls or implicit."
            raise ConfigurationError("A password does not travel in the clear.", field="tls", hint=hint)

    def line(self) -> SmtpLine:
        """A new connection: connected, greeted, secured and logged in.

        Raises:
            SmtpFailure: it failed; `phase` says where.
        """
        wire = self._connected()
        try:
            features = self._opened(wire)
        except SmtpFailure:
            wire.close()
            raise
        return SmtpLine(wire, features=features, timeouts=self.timeouts, most=self.messages)

    def _connected(self) -> Wire:
        try:
            return Wire(socket.create_connection((self.host, self.port), self.timeouts.connect))
        except OSError as error:
            message = f"No mail server answers at {self.host}:{self.port}."
            raise SmtpFailure(message, phase=Phase.CONNECT, text=str(error)) from error

    def _opened(self, wire: Wire) -> dict[str, str]:
        if self.tls is Tls.IMPLICIT:
            self._secure(wire)
        wanted(Phase.BANNER, wire.reply(Phase.BANNER, timeout=self.timeouts.command))
        features = self._hello(wire)
        if self.tls is Tls.STARTTLS:
            wanted(Phase.TLS, wire.ask(Phase.TLS, "STARTTLS", timeout=self.timeouts.command))
            self._secure(wire)
            features = self._hello(wire)
        if self.username:
            self._log_in(wire, features.get("AUTH", ""))
        return features

    def _secure(self, wire: Wire) -> None:
        wire.secure(self.context or ssl.create_default_context(), self.host, timeout=self.timeouts.command)

    def _hello(self, wire: Wire) -> dict[str, str]:
        name = self.hello or wire.own_literal
        reply = wanted(Phase.HELLO, wire.ask(Phase.HELLO, f"EHLO {name}", timeout=self.timeouts.command))
        words = (line.partition(" ") for line in reply.lines[1:])
        return {keyword.upper(): parameters for keyword, _, parameters in words}

    def _log_in(self, wire: Wire, mechanisms: str) -> None:
        password = self.password.get_secret_value() if self.password else ""
        offered = mechanisms.upper().split()
        if "PLAIN" in offered:
            steps = ["AUTH PLAIN " + _base64(f"\0{self.username}\0{password}")]  # RFC 4616
        elif "LOGIN" in offered:
            steps = ["AUTH LOGIN", _base64(self.username), _base64(password)]
        else:
            raise SmtpFailure("The mail server offers no way to log in that we know.", phase=Phase.AUTH)
        *asked, last = steps
        for step in asked:
            wanted(Phase.AUTH, wire.ask(Phase.AUTH, step, timeout=self.timeouts.command), kind=3)
        wanted(Phase.AUTH, wire.ask(Phase.AUTH, last, timeout=self.timeouts.command))


def mail_server(settings: Settings, *, timeouts: Timeouts | None = None) -> SmtpTransport:
    """The mail server that the settings name.

    Args:
        settings: where it is, how to log in, and how to secure the connection.
        timeouts: how long to wait, where not as long as the standard asks for.
    """
    return SmtpTransport(
        settings.smtp_host,
        settings.smtp_port,
        username=settings.smtp_username,
        password=settings.smtp_password,
        tls=settings.tls_of_mail_server,
        timeouts=timeouts or Timeouts(),
        messages=settings.smtp_messages,
    )


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")
