"""A mail server on the loopback that keeps what it takes, and misbehaves on command.

    with RecordingServer() as server:
        server.play("dot451", "none")      # the first message is put off, the second is taken
        ...
        server.messages[0].recipients

Faults are played one a message in the order given, or by the recipient: whatever goes to `rcpt550@…` or
`rcpt550+anything@…` meets that fault (from RCPT on). Besides the named faults, `"rcpt:550 5.7.1 Blocked"` answers
at a stage (banner, mail, rcpt, data, dot, quit) with those words, `"mail:drop"` hangs up there, and `"rcpt:late 0.3"` answers as usual, after so many
seconds. A message whose answer is lost (`drop_after_dot`, `hang_after_dot`) was taken, and is kept.
"""

import socketserver
import threading
from collections import deque
from typing import Self

from support.smtp_conversation import CERTIFICATE, DROP, FAULTS, Conversation, Received

__all__ = ["CERTIFICATE", "FAULTS", "Received", "RecordingServer"]


class RecordingServer:
    """Listens on a free port of 127.0.0.1 from `with` to the end of the block, in threads of its own.

    Args:
        tls: "none", "starttls" or "implicit".
        login: the one (user, password) that may log in; offers AUTH if given.
        extensions: what EHLO offers besides AUTH and STARTTLS.
        mechanism: the one way to log in, PLAIN or LOGIN.
        lenient: ends a message also at a dot between bare line feeds, as servers open to smuggling do.
    """

    host = "127.0.0.1"

    def __init__(
        self,
        *,
        tls: str = "none",
        login: tuple[str, str] | None = None,
        extensions: tuple[str, ...] = ("8BITMIME", "SMTPUTF8", "SIZE 10485760", "ENHANCEDSTATUSCODES"),
        mechanism: str = "PLAIN",
        lenient: bool = False,
    ) -> None:
        self.tls = tls
        self.login = login
        self.extensions = extensions
        self.mechanism = mechanism
        self.lenient = lenient
        self.connections = 0
        self.abandoned = 0
        self.commands: list[str] = []
        self.stopping = threading.Event()
        self._schedule: deque[str] = deque()
        self._messages: list[Received] = []
        self._changed = threading.Condition()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def messages(self) -> tuple[Received, ...]:
        with self._changed:
            return tuple(self._messages)

    def play(self, *faults: str) -> None:
        """The next messages meet these faults, in this order; after that all goes well again."""
        with self._changed:
            self._schedule.extend(FAULTS[fault] if fault in FAULTS else _checked(fault) for fault in faults)

    def wait_for(self, count: int, *, timeout: float = 60) -> tuple[Received, ...]:
        """The messages, once there are so many of them."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._messages) >= count, timeout):
                raise TimeoutError(f"{len(self._messages)} of {count} messages came")
            return tuple(self._messages)

    def wait_until_abandoned(self, count: int, *, timeout: float = 60) -> None:
        """Wait until so many messages were given up by their senders before the dot."""
        with self._changed:
            if not self._changed.wait_for(lambda: self.abandoned >= count, timeout):
                raise TimeoutError(f"{self.abandoned} of {count} messages were abandoned")

    def forget(self) -> None:
        """Start counting again."""
        with self._changed:
            self._messages.clear()
            self.commands.clear()

    def keep(self, message: Received) -> None:
        with self._changed:
            self._messages.append(message)
            self._changed.notify_all()

    def abandon(self) -> None:
        with self._changed:
            self.abandoned += 1
            self._changed.notify_all()

    def next_fault(self, *, at_banner: bool) -> str:
        with self._changed:
            if self._schedule and self._schedule[0].startswith("banner:") is at_banner:
                return self._schedule.popleft()
            return ""

    def connected(self) -> int:
        with self._changed:
            self.connections += 1
            return self.connections

    def heard(self, command: str) -> None:
        with self._changed:
            self.commands.append(command)


def _checked(fault: str) -> str:
    stage, _, words = fault.partition(":")
    if stage not in {"banner", "mail", "rcpt", "data", "dot", "quit"} or not (" " in words or words == DROP):
        raise ValueError(f"no such fault: {fault}")
    return fault


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, recorder: RecordingServer) -> None:
        self.recorder = recorder
        super().__init__((recorder.host, 0), Conversation)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed is no error of the server."""
