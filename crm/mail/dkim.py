"""Signing letters here (DKIM, RFC 6376), for those whose mail server does not: an extra (`pip install accord[dkim]`).

The mail server is the better place: it signs what really goes out, and faster. Where it cannot, what is signed here is
every header that a receiver looks at, List-Unsubscribe and List-Unsubscribe-Post among them (RFC 8058 4).
"""

from dataclasses import dataclass
from importlib import import_module

from pydantic import SecretStr

from crm.errors import ConfigurationError, MailError
from crm.mail.smtp import Line, Reply, Transport

SIGNED = (
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Auto-Submitted",
    "Feedback-ID",
    "MIME-Version",
    "Content-Type",
    "Content-Language",
    "Content-Transfer-Encoding",
)
"""What is signed as far as it is there, and From once more, so that nobody can add a second one (RFC 6376 8.15)."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs messages for a domain.

    Attributes:
        domain: whose letters they are; that of the From address, or receivers see no alignment (DMARC).
        selector: names the key in the domain's DNS: `SELECTOR._domainkey.DOMAIN`.
        key: an RSA private key in PEM.

    Raises:
        ConfigurationError: the extra is not installed, or the key cannot sign.
    """

    domain: str
    selector: str
    key: SecretStr

    def __post_init__(self) -> None:
        try:
            self.signed(b"From: a@a.example\r\n\r\n\r\n")
        except ModuleNotFoundError as error:
            hint = "Install it: pip install 'accord[dkim]'; or let the mail server sign, and set no CRM_DKIM_KEY."
            raise ConfigurationError(
                "Signing letters needs dkimpy.", field="CRM_DKIM_KEY", hint=hint
            ) from error
        except MailError as error:
            hint = "It is an RSA private key in PEM; the selector and the domain are names in DNS."
            raise ConfigurationError("The DKIM key cannot sign.", field="CRM_DKIM_KEY", hint=hint) from error

    def signed(self, raw: bytes) -> bytes:
        """A message with its signature in front of it; the message itself stays as it is.

        Args:
            raw: the finished message.

        Raises:
            MailError: it cannot be signed.
        """
        dkim = import_module("dkim")
        head = raw.partition(b"\r\n\r\n")[0].lower()
        there = [name.encode() for name in SIGNED if b"\r\n" + name.lower().encode() + b":" in b"\r\n" + head]
        try:
            signature: bytes = dkim.sign(
                raw,
                self.selector.encode(),
                self.domain.encode(),
                self.key.get_secret_value().encode(),
                canonicalize=(b"relaxed", b"relaxed"),
                include_headers=[*there, b"From"],
            )
        except (dkim.DKIMException, ValueError) as error:
            raise MailError(f"The message cannot be signed: {type(error).__name__}.") from error
        return signature + raw


@dataclass(frozen=True, slots=True)
class SigningTransport:
    """A mail server that gets its messages signed.

    Attributes:
        transport: the way to it.
        signer: signs each message when it is handed over, so that what the book keeps of it stays the same each time.
    """

    transport: Transport
    signer: Signer

    def line(self) -> Line:
        """A new connection, ready for its first message."""
        return _SigningLine(self.transport.line(), self.signer)


@dataclass(slots=True)
class _SigningLine:
    line: Line
    signer: Signer

    @property
    def ready(self) -> bool:
        return self.line.ready

    def stage(self, envelope_from: str, *, to: str, raw: bytes, smtputf8: bool = False) -> None:
        self.line.stage(envelope_from, to=to, raw=self.signer.signed(raw), smtputf8=smtputf8)

    def send_dot(self) -> None:
        self.line.send_dot()

    def read_reply(self) -> Reply:
        return self.line.read_reply()

    def drop(self) -> None:
        self.line.drop()

    def quit(self) -> None:
        self.line.quit()
