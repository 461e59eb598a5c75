r"""A mailbox on an IMAP server that answers arrive in: what nobody has seen yet, and a mark once it is taken in (RFC 3501).

The mark is the flag \Seen, which the server keeps. We remember no UID, so that nothing depends on its UIDVALIDITY beyond
one connection: where a server numbers its messages anew, the flags still say what is new, and the book takes each once.
"""

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from crm.config import ON_THIS_MACHINE, Settings, Tls
from crm.errors import ConfigurationError, Unreachable

_PATIENCE = 60
_AT_ONCE = 200  # so that a command keeps well below 8,192 octets (RFC 7162, section 4)
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d{1,15})\b")
_UID = re.compile(rb"\bUID (\d{1,10})\b")

_Lines = list[Any]
_TROUBLE = (imaplib.IMAP4.error, OSError)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that waits in the mailbox.

    Attributes:
        uid: its number, good while the connection lasts.
        size: in octets, as the server says.
    """

    uid: str
    size: int


@dataclass(frozen=True, slots=True)
class ImapMailbox:
    """A mailbox and how to reach it; it is Accord's alone, since what somebody has read counts as taken in.

    Attributes:
        host: the server's name or address; the name its certificate must be good for.
        port: 993 (imaps) or 143, as a rule.
        username: who logs in.
        password: belongs to the user name.
        tls: how to secure the connection.
        folder: where answers arrive.
        context: what to verify certificates against; the system's authorities if not given.
        patience: how long to wait for an answer, in seconds.
    """

    host: str
    port: int
    username: str
    password: SecretStr
    tls: Tls = Tls.IMPLICIT
    folder: str = "INBOX"
    context: ssl.SSLContext | None = None
    patience: float = _PATIENCE

    def __post_init__(self) -> None:
        if self.tls is Tls.NONE and self.host not in ON_THIS_MACHINE:
            hint = "Choose starttls or implicit."
            raise ConfigurationError("A password does not travel in the clear.", field="imap_tls", hint=hint)

    @contextmanager
    def opened(self) -> Iterator["OpenMailbox"]:
        """The mailbox while it is open.

        Raises:
            Unreachable: the server does not answer, is not who it should be, lets us not in, or goes away.
        """
        with self.told("does not answer"):
            connection = self._connected()
        try:
            with self.told("does not let us in"):
                self._log_in(connection)
                _wanted(connection.select(f'"{self.folder}"'))
            yield OpenMailbox(self, connection)
        finally:
            # A farewell that goes wrong changes nothing, except that it leaves the line open.
            for leave in (connection.logout, connection.shutdown):
                with suppress(*_TROUBLE):
                    leave()

    def _connected(self) -> imaplib.IMAP4:
        context = self.context or ssl.create_default_context()
        if self.tls is Tls.IMPLICIT:
            return imaplib.IMAP4_SSL(self.host, self.port, ssl_context=context, timeout=self.patience)
        connection = imaplib.IMAP4(self.host, self.port, timeout=self.patience)
        if self.tls is Tls.STARTTLS:
            try:
                connection.starttls(context)
            except _TROUBLE:
                with suppress(*_TROUBLE):
                    connection.shutdown()
                raise
        return connection

    def _log_in(self, connection: imaplib.IMAP4) -> None:
        secret = self.password.get_secret_value()
        if "AUTH=PLAIN" in connection.capabilities:  # takes a password in any script (RFC 4616)
            connection.authenticate("PLAIN", lambda _: f"\0{self.username}\0{secret}".encode())
        elif secret.isascii():
            connection.login(self.username, secret)
        else:
            raise imaplib.IMAP4.error("It takes only a password in ASCII.")

    @contextmanager
    def told(self, what: str) -> Iterator[None]:
        """Say of any trouble inside the block which mailbox it is about.

        Raises:
            Unreachable: there was trouble.
        """
        try:
            yield
        except _TROUBLE as error:
            where = f"The mailbox {self.folder} at {self.host}:{self.port}"
            hint = "Look at CRM_IMAP_HOST and its neighbours; what waits there is taken in later."
            raise Unreachable(
                f"{where} {what} ({_in_a_line(error)}).", field="imap_host", hint=hint
            ) from error


class OpenMailbox:
    """A mailbox that is selected; its messages stay where they are.

    Args:
        mailbox: which.
        connection: logged in, with the folder selected.
    """

    def __init__(self, mailbox: ImapMailbox, connection: imaplib.IMAP4) -> None:
        self._mailbox = mailbox
        self._connection = connection

    def unseen(self) -> Iterator[Waiting]:
        """The messages that nobody has seen yet, the oldest first."""
        found = self._asked("SEARCH", "UNSEEN")[0]
        uids = sorted(found.decode("ascii").split() if isinstance(found, bytes) else (), key=int)
        for start in range(0, len(uids), _AT_ONCE):
            wanted = uids[start : start + _AT_ONCE]
            sizes = dict(self._sizes(wanted))
            yield from (Waiting(uid, sizes[uid]) for uid in wanted if uid in sizes)

    def read(self, message: Waiting) -> bytes | None:
        """A message as it arrived, unmarked; None where it has gone meanwhile."""
        # The server sends no more than it said it would, whatever it finds there now.
        lines = self._asked("FETCH", message.uid, f"(BODY.PEEK[]<0.{message.size}>)")
        return next((line[1] for line in lines if isinstance(line, tuple)), None)

    def mark(self, message: Waiting, *, flagged: bool = False) -> None:
        """Mark a message as seen, so that it does not come again.

        Args:
            message: which.
            flagged: whether a person should look at it.
        """
        flags = r"(\Seen \Flagged)" if flagged else r"(\Seen)"
        self._asked("STORE", message.uid, "+FLAGS.SILENT", flags)

    def _sizes(self, uids: list[str]) -> Iterator[tuple[str, int]]:
        for line in self._asked("FETCH", ",".join(uids), "(UID RFC822.SIZE)"):
            if isinstance(line, bytes) and (uid := _UID.search(line)) and (size := _SIZE.search(line)):
                yield uid[1].decode("ascii"), int(size[1])

    def _asked(self, *command: str) -> _Lines:
        with self._mailbox.told("broke off"):
            return _wanted(self._connection.uid(*command))


def _wanted(answer: tuple[str, _Lines]) -> _Lines:
    said, lines = answer
    if said != "OK":
        why = b" ".join(line for line in lines if isinstance(line, bytes))
        raise imaplib.IMAP4.error(why.decode("utf-8", "replace"))
    return lines


def _in_a_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


def mailbox_of(settings: Settings) -> ImapMailbox | None:
    """The mailbox that the settings name; None where they name none.

    Args:
        settings: where it is and who logs in.
    """
    if not settings.imap_host:
        return None
    return ImapMailbox(
        settings.imap_host,
        settings.imap_port,
        username=settings.imap_username,
        password=settings.imap_password,
        tls=settings.imap_tls,
        folder=settings.imap_folder,
    )
