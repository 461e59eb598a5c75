"""A Postfix and a Dovecot of our own: everything in one folder, on ports of the loopback, and no way out of the machine.

Postfix delivers into Maildirs of one system user, and refuses what it cannot deliver only afterwards, with a report, as a
server behind a gateway does. Dovecot serves the Maildir that answers arrive in.
"""

import grp
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from support.smtp_conversation import CERTIFICATE

from crm.store.shared_server import wait_until

ANSWER_DOMAIN = "answers.accord.example"
READER_DOMAIN = "acme.example"
PASSWORD = "lab"
PATIENCE = 60
_SEARCHED = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
_OWNER = "nobody"

_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.lab.example
mydestination =
alias_maps =
local_recipient_maps =
local_transport = error:5.1.1 nobody lives here
default_transport = error:5.1.2 no mail leaves this machine
relay_transport = error:5.1.2 no mail leaves this machine
smtpd_relay_restrictions = reject_unauth_destination
smtpd_reject_unlisted_recipient = no
virtual_mailbox_domains = {answers}, {readers}
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = inline:{{ {{amina@{readers} = amina/}}, {{baraka@{readers} = baraka/}}, {{chandra@{readers} = chandra/}}, {{@{answers} = answers/}} }}
virtual_alias_maps = inline:{{ {{group@{readers} = chandra@{readers} left@{readers}}} }}
transport_maps = inline:{{ {{full@{readers} = error:5.2.2 mailbox full}}, {{strict@{readers} = error:5.7.1 blocked by policy}} }}
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
"""

_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""

_DOVECOT = """
base_dir = {folder}/dovecot
state_dir = {folder}/dovecot
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{certificate}
ssl_key = <{certificate}
mail_location = maildir:{folder}/mail/answers
first_valid_uid = 1
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail
}}
"""


def program(name: str) -> str | None:
    """Where a program of a mail server is."""
    return shutil.which(name, path=_SEARCHED)


@contextmanager
def postfix(folder: Path) -> Iterator[int]:
    """The port of a Postfix that runs during the block."""
    conf, port = folder / "postfix", free_port()
    for name in ("postfix", "queue", "data", "mail"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix")
    shutil.chown(folder / "mail", _OWNER)
    (conf / "main.cf").write_text(_MAIN.format(port=port, **_facts(folder)))
    (conf / "master.cf").write_text(_MASTER.format(port=port))
    _run(program("postfix"), "-c", str(conf), "start")
    try:
        _answers(port, folder / "postfix.log")
        yield port
    finally:
        _run(program("postfix"), "-c", str(conf), "stop")


@contextmanager
def dovecot(folder: Path) -> Iterator[int]:
    """The port of a Dovecot that runs during the block, with TLS from the first octet."""
    conf, port = folder / "dovecot.conf", free_port()
    conf.write_text(_DOVECOT.format(port=port, certificate=CERTIFICATE, password=PASSWORD, **_facts(folder)))
    _run(program("dovecot"), "-c", str(conf))
    try:
        _answers(port, folder / "dovecot.log")
        yield port
    finally:
        _run(program("doveadm"), "-c", str(conf), "stop")


def arrived(folder: Path, user: str) -> list[bytes]:
    """The messages in a Maildir, read or not."""
    places = [folder / "mail" / user / name for name in ("new", "cur")]
    return [path.read_bytes() for place in places if place.is_dir() for path in sorted(place.iterdir())]


def free_port() -> int:
    """A port of the loopback on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _facts(folder: Path) -> dict[str, object]:
    owner = pwd.getpwnam(_OWNER)
    return {
        "folder": folder,
        "answers": ANSWER_DOMAIN,
        "readers": READER_DOMAIN,
        "uid": owner.pw_uid,
        "gid": grp.getgrgid(owner.pw_gid).gr_gid,
    }


def _run(*command: str | None) -> None:
    # What a daemon says goes to a file: a pipe would stay open for as long as it runs.
    with tempfile.TemporaryFile("w+") as said:
        ended = subprocess.run(
            [part or "" for part in command], stdin=subprocess.DEVNULL, stdout=said, stderr=said, check=False
        )
        said.seek(0)
        if ended.returncode:
            raise RuntimeError(f"{command[0]} failed: {said.read()}")


def _answers(port: int, log: Path) -> None:
    def listens() -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        return False

    if not wait_until(listens, seconds=PATIENCE):
        raise RuntimeError(log.read_text() if log.exists() else f"nothing listens on port {port}")
