"""The way to the IMAP servers of tests."""

from pydantic import SecretStr
from support.imap_server import PASSWORD, USER

from crm.config import Tls
from crm.mail.imap import ImapMailbox


def mailbox_at(server, **changes):
    values = {"username": USER, "password": SecretStr(PASSWORD), "tls": Tls.NONE, "patience": 5}
    return ImapMailbox(server.host, server.port, **(values | changes))
