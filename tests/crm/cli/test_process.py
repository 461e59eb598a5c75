"""The command as a process of its own: exit codes, pipes, signals."""

import os
import signal

from support.crm_command import PASSWORD
from support.inbound_mail import message

SECONDS = 60


def test_a_mail_server_is_told_to_try_again_while_the_database_is_down(crm):
    down = {"CRM_DATABASE_URL": f"postgresql://accord:{PASSWORD}@127.0.0.1:1/nowhere"}
    out, said = (process := crm.started("mail", "receive", env=down)).communicate(message("hello"), SECONDS)
    assert process.returncode == os.EX_TEMPFAIL
    assert out == b""
    assert said.count(b"\n") == 1
    assert PASSWORD.encode() not in said


def test_a_message_through_a_real_pipe_is_taken_in(crm):
    _, said = (process := crm.started("--json", "mail", "receive")).communicate(message("hello"), SECONDS)
    assert process.returncode == 0, said
    assert crm.json("mail", "unmatched")[0]["answer"]["text"].strip() == "hello"


def test_a_reader_that_hangs_up_is_no_reason_for_a_traceback(crm):
    process = crm.started("--json", "report", "prospects-by-state")
    process.stdout.close()
    said = process.stderr.read()
    process.stdin.close()
    process.stderr.close()
    assert process.wait(SECONDS) != 0
    assert said == b""


def test_control_c_ends_the_command_quietly(crm, tmp_path):
    slow = tmp_path / "slow.eml"
    os.mkfifo(slow)
    process = crm.started("mail", "receive", slow)
    with slow.open("wb"):  # it is reading, because this blocks until it does
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=SECONDS)
    assert process.returncode == 130
    assert b"Traceback" not in said
