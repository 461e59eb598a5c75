"""A small IMAP server on the loopback (RFC 3501), as far as a collector of mail needs one, that misbehaves on command.

with ImapServer(messages=[b"..."]) as server:
    server.drop_at = "STORE"           # the connection breaks off when that command comes
"""

import base64
import re
import socketserver
import ssl
import threading
from typing import Self

from support.smtp_conversation import CERTIFICATE

USER, PASSWORD = "accord", 'let me "in"'


class ImapServer:
    """Listens on a free port of 127.0.0.1 from `with` to the end of the block.

    Args:
        messages: what is in the mailbox, by UID from 1 on.
        tls: "none", "starttls" or "implicit".
        refuses_tls: says NO to STARTTLS.
        greeting: how it greets.
        plain: whether it offers AUTHENTICATE PLAIN.
    """

    host = "127.0.0.1"

    def __init__(self, messages=(), *, tls="none", refuses_tls=False, greeting="OK ready", plain=False):
        self.messages = dict(enumerate(messages, 1))
        self.flags = {uid: set() for uid in self.messages}
        self.claimed_sizes: dict[int, int] = {}
        self.tls, self.refuses_tls, self.greeting, self.plain = tls, refuses_tls, greeting, plain
        self.drop_at = ""
        self.commands: list[str] = []
        self.logins: list[tuple[str, str]] = []
        self._server = _Server((self.host, 0), _Conversation)
        self._server.book = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def unseen(self):
        return [uid for uid in self.messages if r"\Seen" not in self.flags[uid]]

    def heard(self, verb):
        return [command for command in self.commands if verb in command]


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    book: ImapServer

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that does not trust us is no error of the server."""


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self):
        if self.server.book.tls == "implicit":
            self.secure()
        self.say(f"* {self.server.book.greeting}")
        while line := self.rfile.readline():
            tag, _, command = line.decode().rstrip("\r\n").partition(" ")
            self.server.book.commands.append(command)
            drop_at = self.server.book.drop_at
            if drop_at and drop_at in command:
                return
            verb = command.removeprefix("UID ").split(" ", 1)[0].lower()
            answer = getattr(self, verb, self.unknown)(command)
            self.say(f"{tag} {answer}")
            if verb == "logout":
                return
            if verb == "starttls" and answer.startswith("OK"):
                self.secure()

    def finish(self):
        super().finish()
        self.request.close()

    def say(self, words):
        self.wfile.write(words.encode() + b"\r\n")

    def secure(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        self.request = context.wrap_socket(self.request, server_side=True)
        self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", buffering=0)

    def unknown(self, _):
        return "BAD unknown command"

    def capability(self, _):
        book = self.server.book
        offered = ["IMAP4rev1", *["STARTTLS"] * (book.tls == "starttls"), *["AUTH=PLAIN"] * book.plain]
        self.say(f"* CAPABILITY {' '.join(offered)}")
        return "OK done"

    def starttls(self, _):
        return "NO not today" if self.server.book.refuses_tls else "OK begin"

    def login(self, command):
        user, password = re.fullmatch(r'LOGIN (\S+) "(.*)"', command).groups()
        return self.logged_in(user.strip('"'), re.sub(r"\\(.)", r"\1", password))

    def authenticate(self, _):
        self.say("+ ")
        _, user, password = _decoded(self.rfile.readline()).split("\0")
        return self.logged_in(user, password)

    def logged_in(self, user, password):
        self.server.book.logins.append((user, password))
        return "OK welcome" if user == USER else "NO who are you"

    def select(self, command):
        if '"INBOX"' not in command:
            return "NO no such folder"
        self.say(f"* {len(self.server.book.messages)} EXISTS")
        self.say("* OK [UIDVALIDITY 7] numbers")
        return "OK [READ-WRITE] selected"

    def search(self, _):
        self.say(" ".join(["* SEARCH", *map(str, self.server.book.unseen())]))
        return "OK done"

    def fetch(self, command):
        book = self.server.book
        uids, what = re.fullmatch(r"UID FETCH (\S+) (\(.*\))", command).groups()
        for uid in map(int, uids.split(",")):
            if uid not in book.messages:
                continue
            raw = book.messages[uid]
            if part := re.search(r"BODY\.PEEK\[\]<0\.(\d+)>", what):
                sent = raw[: int(part[1])]
                self.wfile.write(
                    b"* %d FETCH (UID %d BODY[]<0> {%d}\r\n%b)\r\n" % (uid, uid, len(sent), sent)
                )
            else:
                self.say(f"* {uid} FETCH (UID {uid} RFC822.SIZE {book.claimed_sizes.get(uid, len(raw))})")
        return "OK done"

    def store(self, command):
        uid, flags = re.fullmatch(r"UID STORE (\d+) \+FLAGS\.SILENT \((.*)\)", command).groups()
        self.server.book.flags[int(uid)].update(flags.split())
        return "OK done"

    def logout(self, _):
        self.say("* BYE")
        return "OK goodbye"


def _decoded(line):
    return base64.b64decode(line).decode()
