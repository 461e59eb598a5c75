"""SMTP smuggling (VU#302671): no body ends its own message and starts another."""

import pytest
from support.handing_over import RAW, SENDER, hand_over, open_line
from support.letters import letter
from support.smtp_server import RecordingServer

from crm.errors import MailError
from crm.mail.failures import Outcome
from crm.mail.gate import body_text
from crm.mail.line import dot_stuffed
from crm.mail.mime import compose


@pytest.fixture
def server():
    with RecordingServer() as server:
        yield server


EVIL = "MAIL FROM:<evil@x.org>{0}RCPT TO:<victim@x.org>{0}DATA{0}Subject: evil{0}{0}evil{0}.{0}"
SMUGGLED = [
    end + EVIL.format(line)
    for end in (
        "\n.\n",
        "\r\n.\r\n",
        "\n.\r\n",
        "\r\n.\n",
        "\r.\r",
        "\r.\n",
        "\r.\r\n",
        ".\r\n",
        ".\n",
        "\r\n..\r\n",
    )
    for line in ("\r\n", "\n")
]


@pytest.mark.parametrize("lenient", [False, True], ids=["strict", "lenient"])
@pytest.mark.parametrize("kind", ["text", "html"])
@pytest.mark.parametrize("payload", SMUGGLED)
def test_no_body_smuggles_a_second_message(payload, kind, lenient):
    raw = compose(letter(**{"html": None, kind: payload}))
    with RecordingServer(lenient=lenient) as server:
        with open_line(server) as line:
            assert hand_over(line, raw=raw)[0] is Outcome.ACCEPTED
        assert [(message.recipients, message.raw) for message in server.messages] == [
            (("amina@acme.example",), raw)
        ]


@pytest.mark.parametrize("payload", SMUGGLED)
def test_no_body_smuggles_a_second_message_even_unencoded(payload):
    raw = b"Subject: x\r\n\r\n" + body_text(payload, field="text").encode()
    with RecordingServer() as server, open_line(server) as line:
        assert hand_over(line, raw=raw)[0] is Outcome.ACCEPTED
        assert [(message.recipients, message.raw) for message in server.messages] == [
            (("amina@acme.example",), raw)
        ]


@pytest.mark.parametrize("tail", [b"\n.\n", b"\r.\r", b"\n.\r\n", b"\r\n.\n", b"\n\r", b"a\rb", b"a\nb"])
def test_bytes_with_a_bare_line_end_are_refused_before_a_word_is_said(server, tail):
    with open_line(server) as line:
        with pytest.raises(MailError):
            line.stage(SENDER, to="amina@acme.example", raw=RAW + tail + b"\r\n")
        assert line.ready
    assert not [command for command in server.commands if command.startswith("MAIL")]


@pytest.mark.parametrize(
    ("raw", "stuffed"),
    [
        (b"a\r\n", b"a\r\n"),
        (b"a", b"a\r\n"),
        (b"", b"\r\n"),
        (b".\r\n", b"..\r\n"),
        (b".", b"..\r\n"),
        (b"a\r\n.\r\nb\r\n", b"a\r\n..\r\nb\r\n"),
        (b"..a\r\n.b\r\n", b"...a\r\n..b\r\n"),
        (b"a.\r\n", b"a.\r\n"),
        (b"\r\n.\r\n.\r\n", b"\r\n..\r\n..\r\n"),
    ],
)
def test_dots_at_the_start_of_a_line_are_doubled(raw, stuffed):
    assert dot_stuffed(raw) == stuffed


@pytest.mark.parametrize("raw", [b".\r\n", b"a\r\n.\r\nb\r\n", b"..\r\n.a\r\n", b"\r\n.\r\n.\r\n"])
def test_dots_arrive_as_they_were_written(server, raw):
    with open_line(server) as line:
        hand_over(line, raw=raw)
        hand_over(line, raw=b"next\r\n")
    assert [message.raw for message in server.messages] == [raw, b"next\r\n"]
