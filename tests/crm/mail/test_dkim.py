"""Signing in process, verified by dkimpy's own verifier against a DNS of our own."""

import subprocess
from email import message_from_bytes

import dkim
import pytest
from pydantic import SecretStr
from support.handing_over import transport
from support.letters import full_letter, letter
from support.smtp_server import RecordingServer

from crm.errors import ConfigurationError
from crm.mail.dkim import SIGNED, Signer, SigningTransport
from crm.mail.message import Mailbox
from crm.mail.mime import compose


def openssl(*arguments, text=""):
    return subprocess.run(
        ["openssl", *arguments], input=text, capture_output=True, text=True, check=True
    ).stdout


@pytest.fixture(scope="module")
def key():
    return openssl("genrsa", "2048")


@pytest.fixture(scope="module")
def dns(key):
    """What a receiver finds in the DNS of the domain."""
    public = "".join(openssl("rsa", "-pubout", text=key).splitlines()[1:-1])
    records = {b"s1._domainkey.itu.example.": f"v=DKIM1; k=rsa; p={public}".encode()}
    return lambda name, **_: records.get(name)


@pytest.fixture(scope="module")
def signer(key):
    return Signer("itu.example", "s1", SecretStr(key))


def verified(raw, dns):
    return dkim.verify(raw, dnsfunc=dns)


@pytest.mark.parametrize(
    "message",
    [full_letter(), letter(), letter(html=None), letter(subject="ترقية العضوية", to=Mailbox("محمد", "a@مثال.إختبار"))],
)  # fmt: skip
def test_a_receiver_verifies_what_was_signed(signer, dns, message):
    raw = compose(message)
    signed = signer.signed(raw)
    assert signed.endswith(raw)
    assert signed.startswith(b"DKIM-Signature: ")
    assert verified(signed, dns)


def test_every_header_that_counts_is_signed_and_none_can_be_added(signer, dns):
    signed = signer.signed(compose(full_letter()))
    checked = dkim.DKIM(signed)
    assert checked.verify(dnsfunc=dns)
    names = [name.decode().lower() for name in checked.include_headers]
    there = {name.lower() for name in message_from_bytes(compose(full_letter()))}
    assert set(names) == there
    assert names.count("from") == 2
    assert {
        "list-unsubscribe",
        "list-unsubscribe-post",
        "from",
        "to",
        "subject",
        "date",
        "message-id",
    } <= set(names)
    assert not verified(signed.replace(b"\r\nFrom: ", b"\r\nFrom: x@evil.example\r\nFrom: ", 1), dns)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"One-Click", b"Two-Click"),
        (b"https://letters.itu.example", b"https://letters.evil.example"),
        (b"Subject: Your", b"Subject: My"),
        (b"thank you", b"thank me"),
        (b"amina@acme.example", b"other@acme.example"),
        (b"quoted-printable", b"7bit"),
    ],
)
def test_what_was_changed_on_the_way_does_not_verify(signer, dns, old, new):
    signed = signer.signed(compose(full_letter()))
    assert old in signed
    assert not verified(signed.replace(old, new), dns)


def test_a_letter_is_signed_on_its_way_to_the_server_and_its_dots_survive(signer, dns):
    raw = compose(letter(text="one\n.\n..two\n", html=None))
    with RecordingServer() as server:
        line = SigningTransport(transport(server.port), signer).line()
        assert line.ready
        line.stage("bounces@itu.example", to="amina@acme.example", raw=raw)
        line.send_dot()
        assert line.read_reply().code == 250
        line.quit()
        (received,) = server.messages
    assert received.raw.endswith(raw)
    assert verified(received.raw, dns)


@pytest.mark.parametrize(
    "wrong", ["", "hunter2", "-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----"]
)
def test_a_key_that_cannot_sign_is_refused_and_never_repeated(wrong):
    with pytest.raises(ConfigurationError) as refused:
        Signer("itu.example", "s1", SecretStr(wrong))
    assert refused.value.field == "CRM_DKIM_KEY"
    assert "hunter2" not in str(refused.value)


def test_what_is_signed_names_no_header_twice():
    assert len({name.lower() for name in SIGNED}) == len(SIGNED)
