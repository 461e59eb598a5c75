"""Settings, read from the environment (prefix ``CRM_``) at the edges only: the command line, the workers, `crm.open`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict


class Tls(StrEnum):
    """How the connection to the mail server is secured."""

    NONE = "none"
    STARTTLS = "starttls"
    IMPLICIT = "implicit"


ON_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
"""Hosts whose connections leave no machine, and may be in the clear."""


class Settings(BaseSettings):
    """Everything that differs between a laptop and a server. A variable that is set to nothing counts as not set.

    Attributes:
        database_url: PostgreSQL; empty: the embedded server in the data folder.
        broker_url: Redis; empty: the embedded server in the data folder.
        data_folder: where the embedded servers, the secret key and the inbox live; empty: the user's data folder.
        book: the name of the database on the embedded server, so that a rehearsal stays apart from the real book.
        secret_key: keys the tokens in mail addresses and the suppression list; on a laptop it is made on first use.
        former_keys: keys that are no longer signed with, but still recognised; in the environment with commas between.
        actor: who you are, as the trail names you, where the caller does not say.
        smtp_host: the mail server that letters are handed to.
        smtp_port: its port.
        smtp_username: for a mail server that asks who you are; empty: do not log in.
        smtp_password: goes with it.
        smtp_tls: none, starttls or implicit, both with a certificate that is checked; empty: starttls, and none where the
            mail server is on this machine.
        smtp_messages: how many letters go over one connection to the mail server; empty: as many as it takes.
        dkim_key: an RSA private key in PEM that signs letters here; empty: the mail server signs.
        dkim_selector: names that key in the DNS of the domain.
        dkim_domain: the domain that signs; empty: that of the sender's address.
        sender_address: the address that letters come from.
        sender_name: who signs where an account has no account manager.
        answer_domain: the domain of the addresses that answers, bounces and unsubscribes come back to.
        web_url: where readers reach the web part, as in ``https://letters.accord.example``; empty: letters name no page.
        window: how many letters one worker process hands over at once; at most as many are in doubt per kill.
        batch: how many letters one task claims.
        lease_seconds: after which a claim without a sign of life lapses.
        doubt_seconds: how long evidence is waited for before a class's policy settles a letter in doubt.
        tick_seconds: how often the beat looks for due work.
        inbox: a Maildir that the mail server delivers answers into; empty: ``inbox`` in the data folder.
        imap_host: an IMAP server that answers are fetched from as well; empty: none.
        imap_port: its port.
        imap_username: who logs in there; the mailbox is Accord's alone.
        imap_password: goes with it.
        imap_tls: none, starttls or implicit.
        imap_folder: where answers arrive, by its name in ASCII (RFC 3501 5.1.3).
        send_hours: when campaigns may write, by the clock of the reader's country, on working days there; or "always".
        cap_days: the least number of days between letters of two campaigns to one person.
        per_minute: how many letters all workers together hand over in a minute; empty: as many as they can.
        per_domain_per_minute: the same for the letters to one domain.
        failure_share: a run pauses itself when more than this share of its last letters could not be delivered.
        failure_span: how many letters are looked back on for it.
        complaint_share: a run pauses itself when more than this share of its letters was marked as unwanted.
    """

    model_config = SettingsConfigDict(env_prefix="CRM_", env_ignore_empty=True, extra="ignore", frozen=True)

    database_url: SecretStr | None = None
    broker_url: SecretStr | None = None
    data_folder: Path | None = None
    book: str = Field(default="accord", pattern=r"^[a-z][a-z0-9_]{0,40}$")
    secret_key: SecretStr | None = None
    former_keys: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    actor: str = ""

    smtp_host: str = "127.0.0.1"
    smtp_port: int = 1025
    smtp_username: str = ""
    smtp_password: SecretStr | None = None
    smtp_tls: Tls | None = None
    smtp_messages: int | None = Field(default=None, ge=1)
    dkim_key: SecretStr | None = None
    dkim_selector: str = Field(default="accord", pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]{0,61}[A-Za-z0-9])?$")
    dkim_domain: str = Field(default="", pattern=r"^[A-Za-z0-9.-]*$")
    sender_address: str = "membership@accord.example"
    sender_name: str = "Membership team"
    answer_domain: str = "accord.example"
    web_url: str = Field(
        default="", pattern=r"^(https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)*/?)?$"
    )

    window: int = Field(default=16, ge=1, le=100)
    batch: int = Field(default=200, ge=1, le=1000)
    lease_seconds: int = Field(default=300, ge=1)
    doubt_seconds: int = Field(default=3 * 86_400, ge=1)
    tick_seconds: float = Field(default=10, gt=0)
    inbox: Path | None = None
    imap_host: str = ""
    imap_port: int = 993
    imap_username: str = ""
    imap_password: SecretStr = SecretStr("")
    imap_tls: Tls = Tls.IMPLICIT
    imap_folder: str = Field(default="INBOX", pattern=r'^[^"\\\x00-\x1f\x7f-\U0010ffff]{1,200}$')

    send_hours: str = "09:00-17:00"
    cap_days: int = Field(default=3, ge=0, le=365)
    per_minute: int | None = Field(default=None, ge=1)
    per_domain_per_minute: int | None = Field(default=None, ge=1)
    failure_share: float = Field(default=0.05, ge=0, le=1)
    failure_span: int = Field(default=200, ge=1, le=10_000)
    complaint_share: float = Field(default=0.003, ge=0, le=1)

    @property
    def tls_of_mail_server(self) -> Tls:
        """How the connection to the mail server is secured: as stated, else in the clear on this machine alone."""
        return self.smtp_tls or (Tls.NONE if self.smtp_host in ON_THIS_MACHINE else Tls.STARTTLS)

    @field_validator("web_url")
    @classmethod
    def _without_last_slash(cls, value: str) -> str:
        return value.removesuffix("/")

    @field_validator("former_keys", mode="before")
    @classmethod
    def _split_at_commas(cls, value: object) -> object:
        return (
            [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        )


class StatedSettings(Settings):
    """Settings that are what is stated, and the defaults: for demonstrations and tests, which read no environment."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the library's signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is stated."""
        return (init_settings,)
