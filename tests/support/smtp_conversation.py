"""How the recording server talks to one client; the server itself is in `support.smtp_server`."""

import base64
import contextlib
import socketserver
import ssl
import time
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from support.smtp_server import RecordingServer

CERTIFICATE = Path(__file__).with_name("localhost.pem")
"""Self-signed for localhost and 127.0.0.1, with its key; for nothing but these tests."""

DROP = "drop"
HANG = "hang"
LATE = "late "
"""Followed by seconds: the usual answer, after so long."""

FAULTS = {
    "none": "",
    "banner421": "banner:421 4.3.2 Too busy",
    "mail451": "mail:451 4.3.0 Not now",
    "rcpt450": "rcpt:450 4.2.1 Mailbox busy",
    "rcpt550": "rcpt:550 5.1.1 No such user",
    "data451": "data:451 4.3.0 Not now",
    "drop_in_body": f"body:{DROP}",
    "dot451": "dot:451 4.3.0 Not now",
    "dot554": "dot:554 5.6.0 Not this message",
    "dot421": "dot:421 4.3.2 Shutting down",
    "drop_after_dot": f"dot:{DROP}",
    "hang_after_dot": f"dot:{HANG}",
    "quit_bad": "quit:500 5.5.1 What",
    "quit_drop": f"quit:{DROP}",
}


@dataclass(frozen=True)
class Received:
    """A message that the server took."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    at: float
    parameters: str
    connection: int
    answered: bool = True

    @property
    def message(self) -> EmailMessage:
        return cast("EmailMessage", message_from_bytes(self.raw, policy=policy.default))


class _HungUp(Exception):
    pass


class Conversation(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self) -> None:
        self.book: RecordingServer = self.server.recorder  # type: ignore[attr-defined]
        self.number = self.book.connected()
        self.fault = ""
        self.logged_in = self.book.login is None
        self.clear()
        with contextlib.suppress(OSError, _HungUp, ValueError):
            if self.book.tls == "implicit":
                self.secure()
            self.fault = self.book.next_fault(at_banner=True)
            self.say("banner", "220 recording.example ESMTP")
            self.converse()

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()
        self.request.close()

    def converse(self) -> None:
        verbs = {
            "EHLO": self.ehlo, "STARTTLS": self.starttls, "AUTH": self.auth, "MAIL": self.mail, "RCPT": self.rcpt,
            "DATA": self.data, "RSET": self.rset, "QUIT": self.quit,
        }  # fmt: skip
        while line := self.rfile.readline():
            command = line.decode("utf-8").rstrip("\r\n")
            self.book.heard(command)
            verb, _, rest = command.partition(" ")
            verbs.get(verb.upper(), self.unknown)(rest)

    def say(self, stage: str, usual: str) -> None:
        """The usual answer, or the fault's if it is for this stage."""
        where, _, words = self.fault.partition(":")
        if where != stage:
            return self.write(usual)
        self.fault = ""
        if words.startswith(LATE):
            self.book.stopping.wait(float(words.removeprefix(LATE)))
            return self.write(usual)
        if words == HANG:
            self.hang()
        if words in {DROP, HANG}:
            raise _HungUp
        self.write(words)
        if words.startswith("421"):
            raise _HungUp
        return None

    def refuses(self, stage: str) -> bool:
        """Whether the fault keeps the message from being taken at this stage; after the dot silence is no refusal."""
        where, _, words = self.fault.partition(":")
        return (
            where == stage and not words.startswith(LATE) and not (stage == "dot" and words in {DROP, HANG})
        )

    def write(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")

    def clear(self) -> None:
        self.sender: str | None = None
        self.recipients: list[str] = []
        self.parameters = ""

    def secure(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        self.request = context.wrap_socket(self.request, server_side=True)
        self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", buffering=0)

    def unknown(self, _: str) -> None:
        self.write("500 5.5.1 Unknown command")

    def ehlo(self, _: str) -> None:
        offered = list(self.book.extensions)
        if self.book.tls == "starttls" and not isinstance(self.request, ssl.SSLSocket):
            offered.append("STARTTLS")
        if self.book.login:
            offered.append(f"AUTH {self.book.mechanism}")
        lines = ["recording.example", *offered]
        for line in lines[:-1]:
            self.write(f"250-{line}")
        self.write(f"250 {lines[-1]}")

    def starttls(self, rest: str) -> None:
        if self.book.tls != "starttls":
            return self.unknown(rest)
        self.write("220 2.0.0 Go ahead")
        self.secure()
        return None

    def auth(self, rest: str) -> None:
        mechanism, _, initial = rest.partition(" ")
        if mechanism == "LOGIN":
            given = (self.prompted("User"), self.prompted("Password"))
        else:
            given = cast("tuple[str, str]", tuple(_decoded(initial).split("\0")[1:]))
        self.logged_in = given == self.book.login
        self.write("235 2.7.0 Welcome" if self.logged_in else "535 5.7.8 Wrong user or password")

    def prompted(self, what: str) -> str:
        self.write("334 " + base64.b64encode(what.encode()).decode())
        return _decoded(self.rfile.readline().decode().strip())

    def mail(self, rest: str) -> None:
        if not self.logged_in:
            return self.write("530 5.7.0 Log in first")
        if self.sender is not None:
            return self.write("503 5.5.1 One sender is enough")
        self.fault = self.book.next_fault(at_banner=False)
        taken = not self.refuses("mail")
        self.say("mail", "250 2.1.0 Ok")
        if taken:
            self.sender, self.parameters = _path(rest)
        return None

    def rcpt(self, rest: str) -> None:
        if self.sender is None:
            return self.write("503 5.5.1 MAIL first")
        recipient, _ = _path(rest)
        self.fault = self.fault or FAULTS.get(recipient.partition("@")[0].partition("+")[0], "")
        if not self.refuses("rcpt"):
            self.recipients.append(recipient)
        self.say("rcpt", "250 2.1.5 Ok")
        return None

    def data(self, _: str) -> None:
        if not self.recipients:
            return self.write("503 5.5.1 RCPT first")
        refused = self.refuses("data")
        self.say("data", "354 Go on")
        if not refused:
            self.take()
        return None

    def take(self) -> None:
        try:
            raw = self.body()
        except (OSError, _HungUp):
            self.book.abandon()
            raise
        if not self.refuses("dot"):
            received = Received(
                sender=self.sender or "", recipients=tuple(self.recipients), raw=raw, at=time.time(),
                parameters=self.parameters, connection=self.number,
                answered=self.fault not in {f"dot:{DROP}", f"dot:{HANG}"},
            )  # fmt: skip
            self.book.keep(received)
        self.clear()
        self.say("dot", "250 2.0.0 Taken")

    def body(self) -> bytes:
        lines: list[bytes] = []
        while line := self.rfile.readline():
            if self.fault.startswith("body:"):
                raise _HungUp
            ended = not lines or lines[-1].endswith(b"\r\n")
            if (line == b".\r\n" and ended) or (self.book.lenient and line.rstrip(b"\r\n") == b"."):
                return b"".join(lines)
            lines.append(line[1:] if line.startswith(b".") else line)
        raise _HungUp

    def rset(self, _: str) -> None:
        self.clear()
        self.fault = ""
        self.write("250 2.0.0 Forgotten")

    def quit(self, _: str) -> None:
        self.say("quit", "221 2.0.0 Bye")
        raise _HungUp

    def hang(self) -> None:
        """Say nothing until the client gives up or the server stops."""
        self.request.settimeout(0.05)
        while not self.book.stopping.is_set():
            try:
                if not self.request.recv(1):
                    return
            except TimeoutError:
                continue


def _decoded(text: str) -> str:
    return base64.b64decode(text).decode()


def _path(rest: str) -> tuple[str, str]:
    address, _, parameters = rest.partition("<")[2].partition(">")
    return address, parameters.strip()
