import socket
import ssl

import pytest
from pydantic import SecretStr, ValidationError
from support.imap_server import PASSWORD, USER, ImapServer
from support.mailboxes import mailbox_at
from support.smtp_conversation import CERTIFICATE

from crm.config import StatedSettings, Tls
from crm.errors import ConfigurationError, Unreachable
from crm.mail.imap import ImapMailbox, mailbox_of


def trusting():
    return ssl.create_default_context(cafile=CERTIFICATE)


@pytest.mark.parametrize("tls", [Tls.IMPLICIT, Tls.STARTTLS])
def test_a_server_that_we_trust_is_talked_to_under_tls(tls):
    with ImapServer([b"x"], tls=tls) as server:
        with mailbox_at(server, tls=tls, context=trusting()).opened() as box:
            (waiting,) = box.unseen()
            assert box.read(waiting) == b"x"
        assert server.logins == [(USER, PASSWORD)]


@pytest.mark.parametrize("tls", [Tls.IMPLICIT, Tls.STARTTLS])
def test_a_certificate_that_nobody_vouches_for_gets_no_password(tls):
    with ImapServer(tls=tls) as server:
        with pytest.raises(Unreachable, match="certificate"), mailbox_at(server, tls=tls).opened():
            pass
        assert server.logins == []


@pytest.mark.parametrize(
    "how", [{"tls": "starttls", "refuses_tls": True}, {"tls": "none"}, {"greeting": "PREAUTH hi"}]
)
def test_a_server_that_does_without_tls_gets_no_password(how):
    with ImapServer(**how) as server:
        asked = mailbox_at(server, tls=Tls.STARTTLS, context=trusting())
        with pytest.raises(Unreachable), asked.opened():
            pass
        assert server.logins == []


def test_a_password_does_not_travel_in_the_clear():
    with pytest.raises(ConfigurationError, match="clear"):
        ImapMailbox("mail.accord.example", 143, username=USER, password=SecretStr(PASSWORD), tls=Tls.NONE)


def test_a_password_in_any_script_logs_in_where_the_server_offers_a_way():
    with ImapServer(plain=True) as server:
        with mailbox_at(server, password=SecretStr("пароль")).opened():
            pass
        assert server.logins == [(USER, "пароль")]
    with (
        ImapServer() as server,
        pytest.raises(Unreachable, match="ASCII") as refused,
        mailbox_at(server, password=SecretStr("пароль")).opened(),
    ):
        pass
    assert "пароль" not in str(refused.value)


def test_a_server_that_does_not_know_us_is_quoted_without_the_password():
    with (
        ImapServer() as server,
        pytest.raises(Unreachable, match="who are you") as refused,
        mailbox_at(server, username="somebody").opened(),
    ):
        pass
    assert PASSWORD not in str(refused.value)


def test_a_folder_that_is_not_there_is_named():
    with (
        ImapServer() as server,
        pytest.raises(Unreachable, match="Answers"),
        mailbox_at(server, folder="Answers").opened(),
    ):
        pass


def test_a_server_that_is_not_there_or_says_nothing_is_unreachable():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        nobody = ImapMailbox(
            "127.0.0.1",
            silent.getsockname()[1],
            username=USER,
            password=SecretStr("x"),
            tls=Tls.NONE,
            patience=0.2,
        )
        with pytest.raises(Unreachable, match="does not answer"), nobody.opened():
            pass
    with pytest.raises(Unreachable, match="does not answer"), nobody.opened():
        pass


def test_looking_and_reading_mark_nothing():
    with ImapServer([b"x"]) as server:
        with mailbox_at(server).opened() as box:
            assert [box.read(waiting) for waiting in box.unseen()] == [b"x"]
        assert server.unseen() == [1]


def test_the_settings_name_a_mailbox_or_none():
    assert mailbox_of(StatedSettings()) is None
    named = mailbox_of(
        StatedSettings(imap_host="imap.accord.example", imap_username="accord", imap_password="x")
    )
    assert (named.host, named.port, named.tls, named.folder) == (
        "imap.accord.example",
        993,
        Tls.IMPLICIT,
        "INBOX",
    )
    assert "x" not in repr(named.password)


@pytest.mark.parametrize("folder", ['IN"BOX', "A\r\nB", "Réponses", "a\\b", ""])
def test_a_folder_whose_name_would_end_the_command_is_refused(folder):
    with pytest.raises(ValidationError):
        StatedSettings(imap_folder=folder)
