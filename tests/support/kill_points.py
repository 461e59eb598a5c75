"""The points that a letter passes on its way out, for whoever wants to look there, wait there, or die there.

The points come from wrappers that stand around the parts of the send path and are handed to its composition root;
the send path itself knows nothing of them.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from crm.mail.failures import Phase
from crm.mail.line import SmtpLine
from crm.mail.smtp import Reply, SmtpTransport
from crm.outreach.delivery.handover import Attempt, Claim, Handover
from crm.outreach.outbox_tables import Letter

Watch = Callable[[str], None]

KILL_POINTS = ("claim", "mail", "rcpt", "body", "intent", "dot", "reply", "outcome")
"""In the order in which a letter passes them; each is told of just after it happened."""


class WatchedHandover:
    """The book's side of the hand-over, with somebody watching. Also tells before an outcome is recorded."""

    def __init__(self, handover: Handover, watch: Watch) -> None:
        self._handover = handover
        self._watch = watch

    def claim(self, *, limit: int, ids: Iterable[int] | None = None) -> tuple[Claim, ...]:
        claims = self._handover.claim(limit=limit, ids=ids)
        if claims:
            self._watch("claim")
        return claims

    def intend(self, letters: Sequence[Letter]) -> frozenset[int]:
        cleared = self._handover.intend(letters)
        self._watch("intent")
        return cleared

    def settle(self, attempts: Sequence[Attempt]) -> int:
        self._watch("settling")
        settled = self._handover.settle(attempts)
        self._watch("outcome")
        return settled

    def put_back(self, claims: Sequence[Claim], **why: Any) -> None:
        self._handover.put_back(claims, **why)


class WatchedTransport:
    """A way to the mail server, with somebody watching each of its lines."""

    def __init__(self, transport: SmtpTransport, watch: Watch) -> None:
        self._transport = transport
        self._watch = watch

    def line(self) -> "WatchedLine":
        return WatchedLine(self._transport.line(), self._watch)


class WatchedLine:
    """One line; also tells before it stages, before it writes a dot, and before it waits for the answer."""

    def __init__(self, line: SmtpLine, watch: Watch) -> None:
        line._wire = _WatchedWire(line._wire, watch)  # type: ignore[assignment]
        self._line = line
        self._watch = watch

    @property
    def ready(self) -> bool:
        return self._line.ready

    def stage(self, envelope_from: str, *, to: str, raw: bytes, smtputf8: bool = False) -> None:
        self._watch("staging")
        self._line.stage(envelope_from, to=to, raw=raw, smtputf8=smtputf8)
        self._watch("body")

    def send_dot(self) -> None:
        self._watch("dotting")
        self._line.send_dot()
        self._watch("dot")

    def read_reply(self) -> Reply:
        self._watch("reading")
        reply = self._line.read_reply()
        self._watch("reply")
        return reply

    def drop(self) -> None:
        self._line.drop()

    def quit(self) -> None:
        self._line.quit()


class _WatchedWire:
    def __init__(self, wire: Any, watch: Watch) -> None:
        self._wire = wire
        self._watch = watch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._wire, name)

    def ask(self, phase: Phase, command: str, *, timeout: float) -> Reply:
        reply: Reply = self._wire.ask(phase, command, timeout=timeout)
        if phase in {Phase.MAIL, Phase.RCPT}:
            self._watch(phase.value)
        return reply

    def reply(self, phase: Phase, *, timeout: float) -> Reply:
        reply: Reply = self._wire.reply(phase, timeout=timeout)
        if phase is Phase.MAIL:  # the answer to a pipelined envelope
            self._watch("mail")
        return reply
