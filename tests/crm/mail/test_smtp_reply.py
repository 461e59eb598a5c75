import pickle

import pytest

from crm.errors import MailError
from crm.mail.failures import Outcome, Phase
from crm.mail.smtp_reply import Reply, SmtpFailure, refusal, reply_of, wanted


@pytest.mark.parametrize(
    ("code", "lines", "enhanced", "text"),
    [
        (250, [b"2.0.0 Ok"], "2.0.0", "2.0.0 Ok"),
        (550, [b"5.1.1 No such", b"5.1.1 user"], "5.1.1", "5.1.1 No such 5.1.1 user"),
        (550, [b"5.7.515"], "5.7.515", "5.7.515"),
        (550, [b"2.0.0 contradicts itself"], None, "2.0.0 contradicts itself"),
        (550, [b"No such user"], None, "No such user"),
        (550, [b"5.1.1.1 no code"], None, "5.1.1.1 no code"),
        (250, [b""], None, ""),
        (550, ["5.1.1 né\x1b[31m\x00".encode()], "5.1.1", "5.1.1 né [31m"),
        (550, [b"5.1.1 \xff"], "5.1.1", "5.1.1 \ufffd"),
    ],
)
def test_a_reply_is_taken_apart(code, lines, enhanced, text):
    reply = reply_of(code, lines)
    assert (reply.code, reply.enhanced, reply.text) == (code, enhanced, text)


def test_a_long_reply_is_cut():
    assert len(reply_of(550, [b"x" * 5_000]).text) == 1_000


def test_the_error_survives_pickling_with_all_it_knows():
    failure = refusal(Phase.RCPT, Reply(550, "5.1.1", "5.1.1 No such user"))
    copy = pickle.loads(pickle.dumps(failure))
    assert isinstance(copy, SmtpFailure)
    assert isinstance(copy, MailError)
    assert copy.details() == failure.details()
    assert str(copy) == str(failure) == "The mail server answered 550 5.1.1 at rcpt."
    assert copy.phase is Phase.RCPT
    assert copy.verdict.outcome is Outcome.REFUSED_ADDRESS


def test_the_sentence_of_the_error_repeats_nothing_that_the_server_wrote():
    assert "amina" not in str(refusal(Phase.RCPT, Reply(550, None, "<amina@acme.example> unknown")))


def test_the_verdict_of_a_reply_is_that_of_the_final_dot():
    assert Reply(250, None, "Ok").verdict.outcome is Outcome.ACCEPTED
    assert Reply(451, None, "Later").verdict.outcome is Outcome.REFUSED_TEMP
    assert Reply(354, None, "Go on").verdict.outcome is Outcome.IN_DOUBT


@pytest.mark.parametrize(("code", "kind"), [(354, 2), (250, 3), (450, 2), (550, 2)])
def test_a_reply_of_another_kind_is_a_failure(code, kind):
    with pytest.raises(SmtpFailure) as failed:
        wanted(Phase.DATA, Reply(code, None, ""), kind=kind)
    assert (failed.value.phase, failed.value.reply_code) == (Phase.DATA, code)
