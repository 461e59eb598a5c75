import base64
import ssl

import pytest
from pydantic import SecretStr
from support.scripted_server import scripted
from support.smtp_server import CERTIFICATE, RecordingServer

from crm.config import StatedSettings
from crm.errors import ConfigurationError
from crm.mail.failures import Outcome, Phase
from crm.mail.line import Timeouts
from crm.mail.smtp import SmtpFailure, SmtpTransport, Tls, mail_server

QUICK = Timeouts(connect=2, command=2, final=2, quit=0.5)
PASSWORD = "correct horse battery"


def trusting():
    return ssl.create_default_context(cafile=str(CERTIFICATE))


def transport(server, **changes):
    return SmtpTransport("localhost", server.port, **({"tls": Tls.NONE, "timeouts": QUICK} | changes))


def hand_over(line):
    line.stage("b@x.org", to="a@x.org", raw=b"Subject: x\r\n\r\nx\r\n")
    line.send_dot()
    reply = line.read_reply()
    line.quit()
    return reply.code


@pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.IMPLICIT])
def test_a_server_with_a_good_certificate_gets_the_message(tls):
    with RecordingServer(tls=tls) as server:
        assert hand_over(transport(server, tls=tls, context=trusting()).line()) == 250
        assert len(server.messages) == 1


@pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.IMPLICIT])
def test_several_messages_go_over_one_secured_line(tls):
    with RecordingServer(tls=tls) as server:
        line = transport(server, tls=tls, context=trusting()).line()
        for _ in range(3):
            line.stage("b@x.org", to="a@x.org", raw=b"x\r\n")
            line.send_dot()
            assert line.read_reply().code == 250
        line.quit()
        assert (len(server.messages), server.connections) == (3, 1)


@pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.IMPLICIT])
def test_a_certificate_that_nobody_vouches_for_is_refused_by_default(tls):
    with RecordingServer(tls=tls) as server:
        with pytest.raises(SmtpFailure) as failed:
            transport(server, tls=tls).line()
        assert failed.value.phase is Phase.TLS
        assert failed.value.message == "The certificate of the mail server is not good for localhost."
        assert failed.value.verdict.outcome is Outcome.REFUSED_TEMP
        assert not [command for command in server.commands if command.startswith("MAIL")]


def test_a_certificate_for_another_host_is_refused():
    with RecordingServer(tls="implicit") as server:
        elsewhere = SmtpTransport(
            "127.0.0.2", server.port, tls=Tls.IMPLICIT, context=trusting(), timeouts=QUICK
        )
        with pytest.raises(SmtpFailure) as failed:
            elsewhere.line()
        assert failed.value.phase in {Phase.TLS, Phase.CONNECT}


def test_a_server_without_starttls_does_not_get_the_message_in_the_clear():
    with RecordingServer() as server:
        with pytest.raises(SmtpFailure) as failed:
            transport(server, tls=Tls.STARTTLS, context=trusting()).line()
        assert (failed.value.phase, failed.value.reply_code) == (Phase.TLS, 500)


def test_a_mail_server_that_the_settings_only_name_is_asked_for_tls():
    with RecordingServer() as server:
        named = StatedSettings(smtp_host="0.0.0.0", smtp_port=server.port)
        with pytest.raises(SmtpFailure) as failed:
            mail_server(named, timeouts=QUICK).line()
        assert failed.value.phase is Phase.TLS
        assert server.commands[1:] == ["STARTTLS"]


def test_words_slipped_in_before_the_handshake_end_the_connection():
    with scripted(b"220 x\r\n", b"250 STARTTLS\r\n", b"220 go\r\n250 injected\r\n", linger=2) as port:
        slipped = SmtpTransport("localhost", port, tls=Tls.STARTTLS, context=trusting(), timeouts=QUICK)
        with pytest.raises(SmtpFailure) as failed:
            slipped.line()
        assert (failed.value.phase, failed.value.text) == (
            Phase.TLS,
            "The server spoke ahead of the TLS handshake.",
        )


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
@pytest.mark.parametrize("password", [PASSWORD, "пароль"])
def test_a_user_logs_in(mechanism, password):
    with RecordingServer(tls="starttls", login=("crm", password), mechanism=mechanism) as server:
        login = {
            "username": "crm",
            "password": SecretStr(password),
            "tls": Tls.STARTTLS,
            "context": trusting(),
        }
        assert hand_over(transport(server, **login).line()) == 250


def test_a_wrong_password_stops_the_sender_and_is_never_shown():
    with RecordingServer(login=("crm", "another")) as server:
        chosen = transport(server, username="crm", password=SecretStr(PASSWORD))
        with pytest.raises(SmtpFailure) as failed:
            chosen.line()
        assert (failed.value.phase, failed.value.reply_code) == (Phase.AUTH, 535)
        assert failed.value.verdict.stop_sender
        shown = repr(failed.value) + str(failed.value.details()) + repr(chosen)
        encoded = base64.b64encode(f"\0crm\0{PASSWORD}".encode()).decode()
        assert PASSWORD not in shown
        assert encoded not in shown


def test_a_server_that_knows_no_way_to_log_in_is_a_failure():
    with RecordingServer(login=("crm", PASSWORD), mechanism="CRAM-MD5") as server:
        with pytest.raises(SmtpFailure) as failed:
            transport(server, username="crm", password=SecretStr(PASSWORD)).line()
        assert failed.value.phase is Phase.AUTH


def test_a_password_does_not_travel_in_the_clear():
    with pytest.raises(ConfigurationError) as refused:
        SmtpTransport("mail.example", 25, username="crm", password=SecretStr(PASSWORD), tls=Tls.NONE)
    assert refused.value.field == "tls"
    assert PASSWORD not in repr(refused.value.details())


@pytest.mark.parametrize("hello", ["a b", "x\r\nMAIL FROM:<e@x>", "é"])
def test_our_name_is_a_host_name(hello):
    with pytest.raises(ConfigurationError):
        SmtpTransport("mail.example", 25, hello=hello)


@pytest.mark.parametrize(
    ("hello", "said"), [("", "EHLO [127.0.0.1]"), ("crm.itu.example", "EHLO crm.itu.example")]
)
def test_we_say_who_we_are(hello, said):
    with RecordingServer() as server:
        transport(server, hello=hello).line().quit()
        assert server.commands == [said, "QUIT"]


def test_no_server_is_a_failure_to_connect():
    with RecordingServer() as server:
        port = server.port
    with pytest.raises(SmtpFailure) as failed:
        SmtpTransport("127.0.0.1", port, tls=Tls.NONE, timeouts=QUICK).line()
    assert failed.value.phase is Phase.CONNECT
    assert failed.value.verdict.try_again


def test_a_server_that_does_not_greet_is_not_waited_for_forever():
    impatient = Timeouts(connect=2, command=0.1)
    with scripted(b"", linger=5) as port:
        silent = SmtpTransport("127.0.0.1", port, tls=Tls.NONE, timeouts=impatient)
        with pytest.raises(SmtpFailure) as failed:
            silent.line()
        assert failed.value.phase is Phase.BANNER


def test_the_patience_of_the_standard_is_the_default():
    assert Timeouts() == Timeouts(connect=30, command=300, final=600, quit=5)
