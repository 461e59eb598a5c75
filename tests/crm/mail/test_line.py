import os
import signal
import subprocess
import sys

import pytest
from support.handing_over import RAW, SENDER, hand_over, open_line, transport, wait_until_heard
from support.scripted_server import scripted
from support.smtp_server import FAULTS, RecordingServer

from crm.errors import InvalidInput, MailError
from crm.mail.failures import Outcome, Phase
from crm.mail.smtp import SmtpFailure

END = b"\r\n.\r\n"
GO_ON = (b"220 x\r\n", b"250 x\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n")

EXPECTED = {
    "none": (Outcome.ACCEPTED, Phase.REPLY, 250, True, 1),
    "banner421": (Outcome.REFUSED_TEMP, Phase.BANNER, 421, False, 0),
    "mail451": (Outcome.REFUSED_TEMP, Phase.MAIL, 451, True, 0),
    "rcpt450": (Outcome.REFUSED_TEMP, Phase.RCPT, 450, True, 0),
    "rcpt550": (Outcome.REFUSED_ADDRESS, Phase.RCPT, 550, True, 0),
    "data451": (Outcome.REFUSED_TEMP, Phase.DATA, 451, True, 0),
    "drop_in_body": (Outcome.REFUSED_TEMP, Phase.BODY, None, False, 0),
    "dot451": (Outcome.REFUSED_TEMP, Phase.REPLY, 451, True, 0),
    "dot554": (Outcome.REFUSED_CONTENT, Phase.REPLY, 554, True, 0),
    "dot421": (Outcome.REFUSED_TEMP, Phase.REPLY, 421, False, 0),
    "drop_after_dot": (Outcome.IN_DOUBT, Phase.REPLY, None, False, 1),
    "hang_after_dot": (Outcome.IN_DOUBT, Phase.REPLY, None, False, 1),
    "quit_bad": (Outcome.ACCEPTED, Phase.REPLY, 250, True, 1),
    "quit_drop": (Outcome.ACCEPTED, Phase.REPLY, 250, True, 1),
}


ONCE_GREETED = {fault: expected for fault, expected in EXPECTED.items() if fault != "banner421"}


OFFERED = ("8BITMIME", "SMTPUTF8", "SIZE 10485760", "ENHANCEDSTATUSCODES")


@pytest.fixture(params=[OFFERED, (*OFFERED, "PIPELINING")], ids=["in turns", "pipelined"])
def server(request):
    with RecordingServer(extensions=request.param) as server:
        yield server


def test_the_fourteen_faults_are_those_of_the_table():
    assert FAULTS.keys() == EXPECTED.keys()
    assert len(EXPECTED) == 14


def test_a_server_that_is_too_busy_to_greet_is_tried_again(server):
    server.play("banner421")
    with pytest.raises(SmtpFailure) as failed:
        transport(server.port).line()
    assert (failed.value.verdict.outcome, failed.value.phase, failed.value.reply_code) == EXPECTED[
        "banner421"
    ][:3]
    with open_line(server) as line:
        assert hand_over(line)[0] is Outcome.ACCEPTED


@pytest.mark.parametrize(("fault", "expected"), ONCE_GREETED.items(), ids=ONCE_GREETED.keys())
def test_each_fault_has_its_outcome_and_leaves_the_line_as_it_should(server, fault, expected):
    outcome, phase, code, ready, kept = expected
    server.play(fault)
    line = transport(server.port).line()
    assert hand_over(line, heard=fault == "drop_in_body") == (outcome, phase, code)
    assert line.ready is ready
    line.quit()
    assert not line.ready
    assert len(server.messages) == kept


@pytest.mark.parametrize("fault", [name for name, expected in EXPECTED.items() if expected[3]])
def test_after_an_answer_the_same_line_takes_the_next_message(server, fault):
    server.play(fault, "none")
    with open_line(server) as line:
        hand_over(line)
        assert hand_over(line, to="next@acme.example") == (Outcome.ACCEPTED, Phase.REPLY, 250)
    assert server.connections == 1
    assert server.messages[-1].recipients == ("next@acme.example",)
    begun = fault in {"rcpt450", "rcpt550", "data451"}
    assert server.commands.count("RSET") == begun  # only where an envelope was left half written


@pytest.mark.parametrize(
    "fault", [name for name in FAULTS if name not in {"banner421", "mail451", "quit_bad", "quit_drop"}]
)
def test_a_recipient_can_ask_for_its_fault(server, fault):
    with open_line(server) as line:
        assert (
            hand_over(line, to=f"{fault}+7@acme.example", heard=fault == "drop_in_body")
            == EXPECTED[fault][:3]
        )


def test_the_message_and_its_envelope_arrive_as_they_are(server):
    with open_line(server) as line:
        hand_over(line)
    received = server.messages[0]
    assert (received.sender, received.recipients, received.raw) == (SENDER, ("amina@acme.example",), RAW)
    assert received.parameters == f"SIZE={len(RAW)}"
    assert received.message["subject"] == "Your membership"


def test_a_message_may_have_no_return_path(server):
    with open_line(server) as line:
        line.stage("", to="amina@acme.example", raw=RAW)
        line.send_dot()
        line.read_reply()
    assert server.messages[0].sender == ""


def test_a_staged_message_that_is_dropped_is_forgotten(server):
    line = transport(server.port).line()
    line.stage(SENDER, to="amina@acme.example", raw=RAW)
    line.drop()
    line.drop()
    server.wait_until_abandoned(1)
    assert not line.ready
    assert server.messages == ()


def test_a_goodbye_before_the_dot_is_no_goodbye_in_the_body(server):
    line = transport(server.port).line()
    line.stage(SENDER, to="amina@acme.example", raw=RAW)
    line.quit()
    server.wait_until_abandoned(1)
    assert server.messages == ()
    assert "QUIT" not in server.commands


def test_several_lines_get_their_dots_first_and_their_replies_after(server):
    server.play("none", "dot451", "dot554", "drop_after_dot")
    lines = [transport(server.port).line() for _ in range(4)]
    for number, line in enumerate(lines):
        line.stage(SENDER, to=f"a{number}@acme.example", raw=RAW)
    for line in lines:
        line.send_dot()
    codes = []
    for line in lines:
        try:
            codes.append(line.read_reply().code)
        except SmtpFailure as failure:
            codes.append(failure.verdict.outcome)
        line.drop()
    assert codes == [250, 451, 554, Outcome.IN_DOUBT]


def test_a_refusal_at_the_dot_is_an_answer_and_returned(server):
    server.play("dot:550 5.7.1 Blocked by policy")
    with open_line(server) as line:
        line.stage(SENDER, to="amina@acme.example", raw=RAW)
        line.send_dot()
        assert line.read_reply().verdict.stop_sender


def test_the_verbs_have_one_order(server):
    with open_line(server) as line:
        with pytest.raises(MailError):
            line.send_dot()
        line.stage(SENDER, to="amina@acme.example", raw=RAW)
        with pytest.raises(MailError):
            line.read_reply()
        with pytest.raises(SmtpFailure) as failed:
            line.stage(SENDER, to="amina@acme.example", raw=RAW)
        assert failed.value.verdict.try_again
        line.send_dot()
        with pytest.raises(MailError):
            line.send_dot()
        assert line.read_reply().code == 250
    assert len(server.messages) == 1


def test_a_server_that_speaks_before_the_dot_does_not_get_it():
    for words, code in ((b"421 bye\r\n", 421), (b"552 5.3.4 too big\r\n", 552), (b"250 taken\r\n", 250)):
        with scripted(*GO_ON, words, linger=5) as port:
            line = transport(port).line()
            line.stage(SENDER, to="amina@acme.example", raw=RAW)
            wait_until_heard(line)
            with pytest.raises(SmtpFailure) as failed:
                line.send_dot()
            assert (failed.value.phase, failed.value.reply_code) == (Phase.BODY, code)
            assert failed.value.verdict.outcome in {Outcome.REFUSED_TEMP, Outcome.REFUSED_CONTENT}
            assert not line.ready


def test_a_second_answer_to_one_message_does_not_count_for_the_next():
    with scripted(*GO_ON, (END, b"250 taken\r\n250 taken\r\n"), linger=5) as port:
        line = transport(port).line()
        line.stage(SENDER, to="amina@acme.example", raw=RAW)
        line.send_dot()
        assert line.read_reply().code == 250
        with pytest.raises(SmtpFailure) as failed:
            line.stage(SENDER, to="bilal@acme.example", raw=RAW)
        assert failed.value.verdict.try_again


@pytest.mark.parametrize(
    "words",
    [b"nonsense\r\n", b"500" + b"x" * 10_000 + b"\r\n", b"250", b"250-yes\r\n550 no\r\n", b"354 what\r\n"],
)
def test_nonsense_after_the_dot_is_doubt_and_not_a_refusal(words):
    with scripted(*GO_ON, (END, words)) as port:
        assert hand_over(transport(port).line())[0] is Outcome.IN_DOUBT


def test_a_line_that_the_server_closed_while_idle_fails_before_the_dot():
    with RecordingServer() as server:
        line = transport(server.port).line()
        hand_over(line)
        server.play("quit_drop")
        line._wire.ask(Phase.QUIT, "QUIT", timeout=30)
        wait_until_heard(line)
        with pytest.raises(SmtpFailure) as failed:
            line.stage(SENDER, to="amina@acme.example", raw=RAW)
        assert failed.value.phase is Phase.MAIL
        assert failed.value.verdict.try_again


def test_an_address_in_another_script_needs_a_server_that_takes_it(server):
    with open_line(server) as line:
        line.stage(SENDER, to="محمد@xn--mgbh0fb.xn--kgbechtv", raw=RAW, smtputf8=True)
        line.send_dot()
        line.read_reply()
    assert server.messages[0].recipients == ("محمد@xn--mgbh0fb.xn--kgbechtv",)
    assert server.messages[0].parameters.startswith("BODY=8BITMIME SMTPUTF8")
    with RecordingServer(extensions=("8BITMIME",)) as plain, open_line(plain) as line:
        with pytest.raises(SmtpFailure) as failed:
            line.stage(SENDER, to="محمد@xn--mgbh0fb.xn--kgbechtv", raw=RAW, smtputf8=True)
        assert failed.value.verdict.outcome is Outcome.UNSUPPORTED_ADDRESS
        assert hand_over(line)[0] is Outcome.ACCEPTED


@pytest.mark.parametrize(
    "address",
    [
        "a@x.org>\r\nRCPT TO:<e@x.org",
        "a@x.org> SIZE=1",
        "<a@x.org>",
        "a b@x.org",
        "a\x00@x.org",
        "a\x85@x.org",
    ],
)
def test_an_address_that_would_break_out_of_its_command_is_never_sent(server, address):
    with open_line(server) as line:
        with pytest.raises(InvalidInput):
            line.stage(SENDER, to=address, raw=RAW)
        with pytest.raises(InvalidInput):
            line.stage(address, to="amina@acme.example", raw=RAW)
    assert not [command for command in server.commands if command.startswith(("MAIL", "RCPT"))]


def test_a_killed_client_loses_nothing_but_its_own_message(server):
    script = (
        "from crm.mail.smtp import SmtpTransport, Tls\n"
        f"line = SmtpTransport('127.0.0.1', {server.port}, tls=Tls.NONE).line()\n"
        "line.stage('b@x.org', to='a@x.org', raw=b'half\\r\\n')\n"
        "print('staged', flush=True)\n"
        "input()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    ) as client:
        assert client.stdout.readline() == b"staged\n"
        client.send_signal(signal.SIGKILL)
    server.wait_until_abandoned(1)
    with open_line(server) as line:
        assert hand_over(line)[0] is Outcome.ACCEPTED
    assert [message.raw for message in server.messages] == [RAW]


PIPELINED = (b"220 x\r\n", b"250-x\r\n250 PIPELINING\r\n")
TOGETHER = b"DATA\r\n"


def staged_at(port):
    """What staging a message comes to at a scripted server that offers PIPELINING, and the line."""
    line = transport(port).line()
    try:
        line.stage(SENDER, to="amina@acme.example", raw=RAW)
    except SmtpFailure as failure:
        return (failure.phase, failure.reply_code), line
    return None, line


def test_the_envelope_leaves_in_one_piece_where_the_server_takes_that():
    with scripted(*PIPELINED, (TOGETHER, b"250 a\r\n250 b\r\n354 c\r\n"), (END, b"250 taken\r\n")) as port:
        failed, line = staged_at(port)
        assert failed is None
        line.send_dot()
        assert line.read_reply().code == 250
        line.drop()


@pytest.mark.parametrize(
    ("answers", "failed", "ready"),
    [
        (b"451 a\r\n503 b\r\n503 c\r\n", (Phase.MAIL, 451), True),
        (b"250 a\r\n550 b\r\n554 c\r\n", (Phase.RCPT, 550), True),
        (b"250 a\r\n250 b\r\n451 c\r\n", (Phase.DATA, 451), True),
        # It goes on to take a message that has no recipient or no sender: it gets none, and no dot.
        (b"250 a\r\n550 b\r\n354 c\r\n", (Phase.RCPT, 550), False),
        (b"451 a\r\n250 b\r\n354 c\r\n", (Phase.MAIL, 451), False),
        # A refusal stands, although the server hangs up after it.
        (b"550 a\r\n", (Phase.MAIL, 550), False),
        (b"421 a\r\n", (Phase.MAIL, 421), False),
        (b"250 a\r\n550 b\r\n", (Phase.RCPT, 550), False),
        (b"250 a\r\n421 b\r\n", (Phase.RCPT, 421), False),
        # Where it hangs up without a word, the phase is the first that it has not answered.
        (b"", (Phase.MAIL, None), False),
        (b"250 a\r\n", (Phase.RCPT, None), False),
        (b"250 a\r\n250 b\r\n", (Phase.DATA, None), False),
        (b"250 a\r\nwhat\r\n354 c\r\n", (Phase.RCPT, None), False),
    ],
)
def test_each_answer_to_a_pipelined_envelope_is_told_apart(answers, failed, ready):
    with scripted(*PIPELINED, (TOGETHER, answers), linger=0.2 if ready else 0) as port:
        found, line = staged_at(port)
        assert found == failed
        assert line.ready is ready
        line.drop()
