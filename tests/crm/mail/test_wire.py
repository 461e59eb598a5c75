import socket

import pytest
from support.scripted_server import scripted

from crm.mail.failures import Phase
from crm.mail.smtp_reply import SmtpFailure
from crm.mail.wire import MOST_LINES, Wire


def connected(port):
    return Wire(socket.create_connection(("127.0.0.1", port), 5))


@pytest.mark.parametrize(
    ("words", "code", "lines"),
    [
        (b"220 hi\r\n", 220, ("hi",)),
        (b"220\r\n", 220, ("",)),
        (b"220-a\r\n220-b\r\n220 c\r\n", 220, ("a", "b", "c")),
        (b"220 bare line feed\n", 220, ("bare line feed",)),
        (b"421 4.3.2 bye\r\n", 421, ("4.3.2 bye",)),
    ],
)
def test_a_reply_is_read_to_its_end(words, code, lines):
    with scripted(words) as port:
        wire = connected(port)
        reply = wire.reply(Phase.BANNER, timeout=30)
        assert (reply.code, reply.lines) == (code, lines)
        wire.close()


@pytest.mark.parametrize(
    "words",
    [
        b"",
        b"250 no line end",
        b"250-unfinished\r\n",
        b"hello\r\n",
        b"2500 ok\r\n",
        b"999 ok\r\n",
        b"150 ok\r\n",
        b"250-yes\r\n550 no\r\n",
        b"\r\n",
        b"x" * 10_000,
        b"250-\r\n" * (MOST_LINES + 1) + b"250 ok\r\n",
        b"500 " + b"x" * 10_000 + b"\r\n",
    ],
    ids=range(12),
)
def test_what_is_no_reply_breaks_the_line_without_a_code(words):
    with scripted(words) as port:
        wire = connected(port)
        with pytest.raises(SmtpFailure) as failed:
            wire.reply(Phase.REPLY, timeout=30)
        assert (failed.value.phase, failed.value.reply_code) == (Phase.REPLY, None)
        assert not wire.open


def test_a_reply_that_does_not_come_in_time_is_a_failure_of_its_phase():
    with scripted(b"", linger=5) as port:
        wire = connected(port)
        with pytest.raises(SmtpFailure) as failed:
            wire.reply(Phase.REPLY, timeout=0.05)
        assert failed.value.phase is Phase.REPLY
        assert not wire.open


def test_the_connection_does_not_wait_to_fill_its_packets():
    with scripted(b"220 hi\r\n", linger=5) as port:
        sock = socket.create_connection(("127.0.0.1", port), 5)
        wire = Wire(sock)
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        wire.close()


def test_a_closed_wire_says_so():
    with scripted(b"220 hi\r\n") as port:
        wire = connected(port)
        wire.close()
        wire.close()
        with pytest.raises(SmtpFailure):
            wire.ask(Phase.MAIL, "MAIL FROM:<>", timeout=30)
        assert wire.spoke()


def test_words_out_of_turn_are_noticed_and_silence_is_not_waited_for():
    with scripted(b"220 hi\r\n", b"250 hello\r\n", b"", linger=5) as port:
        wire = connected(port)
        wire.reply(Phase.BANNER, timeout=30)
        assert not wire.spoke()
        wire.ask(Phase.HELLO, "EHLO x", timeout=30)
        assert not wire.spoke()
        wire.close()
    with scripted(b"220 hi\r\n421 bye\r\n", linger=5) as port:
        wire = connected(port)
        wire.reply(Phase.BANNER, timeout=30)
        assert wire.spoke()
        wire.close()
