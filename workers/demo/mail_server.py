"""A mail server on this machine that keeps every letter as a file, as it came over the wire."""

import asyncio
import re
import threading
from collections.abc import Iterable
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Self

from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"
_NAME_PARTS = re.compile(r"[^a-z0-9.-]+")


class MailServer:
    """Takes letters on a free port of 127.0.0.1, from `with` to the end of the block, and passes none of them on.

    A letter becomes a file ``001-fr-helene.lefevre.eml``: the bytes that arrived, below the Return-Path that a server
    writes above them on final delivery (RFC 5321 4.4).

    Args:
        folder: where the letters go; it must exist.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._count = 0
        self.port = 0

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - by aiosmtpd
        """Keep a letter; the answer promises that it is on disk."""
        self._count += 1
        raw = envelope.content
        assert isinstance(raw, bytes)
        path = self._folder / f"{self._count:03d}-{_name(raw, envelope.rcpt_tos)}.eml"
        path.write_bytes(f"Return-Path: <{(envelope.mail_from or '').strip('<>')}>\r\n".encode() + raw)
        return "250 2.0.0 Kept"

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

    async def _serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        server = await self._loop.create_server(self._conversation, HOST, 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._over.wait()
        server.close()

    def _conversation(self) -> SMTP:
        return SMTP(self, hostname="mail.demonstration.example", enable_SMTPUTF8=True)


def read_letter(path: Path) -> EmailMessage:
    """A letter that arrived."""
    letter = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(letter, EmailMessage)
    return letter


def _name(raw: bytes, recipients: Iterable[str]) -> str:
    language = message_from_bytes(raw, policy=policy.default)["Content-Language"] or "xx"
    mailbox = next(iter(recipients), "nobody").partition("@")[0]
    return _NAME_PARTS.sub("-", f"{language}-{mailbox}".lower())[:80]
