"""One connection to a mail server, told apart by phases: what was said, what was answered, and where it broke."""

import re
import socket
import ssl

from crm.mail.failures import Phase
from crm.mail.smtp_reply import Reply, SmtpFailure, reply_of

LONGEST_LINE = 4_096
MOST_LINES = 500
"""Bounds of one reply; a server that says more makes no sense (RFC 5321 4.5.3.1.5 allows 512 octets a line)."""

_LINE = re.compile(rb"([2-5][0-9][0-9])(?:([ -])(.*))?", re.DOTALL)


class Wire:
    """The connection itself: it sends octets, reads replies, and closes at the first sign of trouble.

    Args:
        sock: connected.
    """

    def __init__(self, sock: socket.socket) -> None:
        # Without it the final dot waits for the acknowledgement of the body: 66 messages a second instead of 845.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket: socket.socket | None = sock
        self._buffer = bytearray()

    @property
    def open(self) -> bool:
        """Whether anything can still be said."""
        return self._socket is not None

    @property
    def own_literal(self) -> str:
        """The address of our end as EHLO takes it in place of a name (RFC 5321 4.1.3)."""
        address = str(self._alive(Phase.HELLO).getsockname()[0])
        return f"[IPv6:{address}]" if ":" in address else f"[{address}]"

    def close(self) -> None:
        """Hang up, whatever the state."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def ask(self, phase: Phase, command: str, *, timeout: float) -> Reply:
        """Send one command and read its reply."""
        self.send(phase, command.encode() + b"\r\n", timeout=timeout)
        return self.reply(phase, timeout=timeout)

    def send(self, phase: Phase, octets: bytes, *, timeout: float) -> None:
        """Send octets as they are.

        Raises:
            SmtpFailure: the connection is gone, or does not take them in time.
        """
        sock = self._alive(phase)
        try:
            _wait_for(sock, timeout)
            sock.sendall(octets)
        except OSError as error:
            raise self._lost(phase, error) from error

    def reply(self, phase: Phase, *, timeout: float) -> Reply:
        """Read one reply, of however many lines.

        Raises:
            SmtpFailure: none came in time, the connection was lost, or what came is no reply.
        """
        lines: list[bytes] = []
        codes: set[bytes] = set()
        while True:
            match = _LINE.fullmatch(self._line(phase, timeout))
            if not match or len(lines) == MOST_LINES:
                raise self._broken(phase, "The answer is not an SMTP reply.")
            codes.add(match[1])
            lines.append(match[3] or b"")
            if match[2] != b"-":
                break
        if len(codes) > 1:
            raise self._broken(phase, "The lines of the answer contradict each other.")
        return reply_of(int(codes.pop()), lines)

    def spoke(self) -> bool:
        """Whether the server has said something unasked, or hung up; does not wait."""
        if self._socket is None or self._buffer:
            return True
        try:
            self._socket.settimeout(0)
            self._buffer += self._socket.recv(LONGEST_LINE)
        except (BlockingIOError, ssl.SSLWantReadError):
            return False  # a TLS record that carries no words, such as a session ticket
        except OSError:
            pass
        return True

    def secure(self, context: ssl.SSLContext, host: str, *, timeout: float) -> None:
        """Turn the connection into a TLS one; nothing said in the clear before counts afterwards.

        Raises:
            SmtpFailure: the server's certificate is not good for this host, or it does not speak TLS, or it sent
                words ahead that would be taken for secured ones (CVE-2011-0411).
        """
        sock = self._alive(Phase.TLS)
        if self._buffer:
            raise self._broken(Phase.TLS, "The server spoke ahead of the TLS handshake.")
        try:
            sock.settimeout(timeout)
            self._socket = context.wrap_socket(sock, server_hostname=host)
        except ssl.SSLCertVerificationError as error:
            self.close()
            message = f"The certificate of the mail server is not good for {host}."
            raise SmtpFailure(message, phase=Phase.TLS, text=str(error)) from error
        except OSError as error:
            sock.close()
            raise self._lost(Phase.TLS, error) from error

    def _alive(self, phase: Phase) -> socket.socket:
        if self._socket is None:
            raise SmtpFailure("The connection to the mail server is closed.", phase=phase)
        return self._socket

    def _line(self, phase: Phase, timeout: float) -> bytes:
        while b"\n" not in self._buffer:
            if len(self._buffer) > LONGEST_LINE:
                raise self._broken(phase, "The answer has no end.")
            self._receive(phase, timeout)
        line, _, rest = bytes(self._buffer).partition(b"\n")
        self._buffer[:] = rest
        return line.removesuffix(b"\r")

    def _receive(self, phase: Phase, timeout: float) -> None:
        sock = self._alive(phase)
        try:
            _wait_for(sock, timeout)
            octets = sock.recv(LONGEST_LINE)
        except OSError as error:
            raise self._lost(phase, error) from error
        if not octets:
            raise self._broken(phase, "The server hung up.")
        self._buffer += octets

    def _lost(self, phase: Phase, error: OSError) -> SmtpFailure:
        return self._broken(phase, str(error) or type(error).__name__)

    def _broken(self, phase: Phase, text: str) -> SmtpFailure:
        self.close()
        return SmtpFailure(f"The connection to the mail server broke at {phase}.", phase=phase, text=text)


def _wait_for(sock: socket.socket, timeout: float) -> None:
    """Let a socket wait so long; to say it anew each time would be a call of the system for each line."""
    if sock.gettimeout() != timeout:
        sock.settimeout(timeout)
