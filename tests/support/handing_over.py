"""Handing one message to a server, as the outbox does it, with little patience."""

import select
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from support.letters import letter
from support.smtp_server import RecordingServer

from crm.mail.failures import Outcome, Phase
from crm.mail.line import SmtpLine, Timeouts
from crm.mail.mime import compose
from crm.mail.smtp import SmtpFailure, SmtpTransport, Tls

RAW = compose(letter())
SENDER = "bounces+token@itu.example"
QUICK = Timeouts(connect=5, command=5, final=1, quit=0.5)


def transport(port: int, **changes: Any) -> SmtpTransport:
    return SmtpTransport("127.0.0.1", port, **({"tls": Tls.NONE, "timeouts": QUICK} | changes))


@contextmanager
def open_line(server: RecordingServer, **changes: Any) -> Iterator[SmtpLine]:
    line = transport(server.port, **changes).line()
    try:
        yield line
    finally:
        line.quit()


def hand_over(
    line: SmtpLine, *, to: str = "amina@acme.example", raw: bytes = RAW, heard: bool = False
) -> tuple[Outcome, Phase, int | None]:
    """One message as the outbox hands it over: the verdict, the phase it is from, and the code.

    Args:
        line: ready.
        to: the recipient.
        raw: the message.
        heard: whether to wait before the dot until the server has said something, or hung up.
    """
    try:
        line.stage(SENDER, to=to, raw=raw)
        if heard:
            wait_until_heard(line)
        line.send_dot()
        reply = line.read_reply()
    except SmtpFailure as failure:
        return failure.verdict.outcome, failure.phase, failure.reply_code
    return reply.verdict.outcome, Phase.REPLY, reply.code


def wait_until_heard(line: SmtpLine) -> None:
    """Wait until the server has said something, or hung up, without reading it."""
    assert select.select([line._wire._socket], [], [], 10)[0]
