import pytest

from crm.mail.failures import Outcome, Phase, Verdict, sort

TAKEN, LATER, DOUBT = Outcome.ACCEPTED, Outcome.REFUSED_TEMP, Outcome.IN_DOUBT
ADDRESS, POLICY, CONTENT = Outcome.REFUSED_ADDRESS, Outcome.REFUSED_POLICY, Outcome.REFUSED_CONTENT
SCRIPT = Outcome.UNSUPPORTED_ADDRESS

FOURTEEN_FAULTS = {
    "none": (Phase.REPLY, 250, "2.0.0", TAKEN),
    "banner421": (Phase.BANNER, 421, "4.3.2", LATER),
    "mail451": (Phase.MAIL, 451, "4.3.0", LATER),
    "rcpt450": (Phase.RCPT, 450, "4.2.1", LATER),
    "rcpt550": (Phase.RCPT, 550, "5.1.1", ADDRESS),
    "data451": (Phase.DATA, 451, "4.3.0", LATER),
    "drop_in_body": (Phase.BODY, None, None, LATER),
    "dot451": (Phase.REPLY, 451, "4.3.0", LATER),
    "dot554": (Phase.REPLY, 554, "5.6.0", CONTENT),
    "dot421": (Phase.REPLY, 421, "4.3.2", LATER),
    "drop_after_dot": (Phase.REPLY, None, None, DOUBT),
    "hang_after_dot": (Phase.REPLY, None, None, DOUBT),
    "quit_bad": (Phase.QUIT, 500, "5.5.1", TAKEN),
    "quit_drop": (Phase.QUIT, None, None, TAKEN),
}

BEFORE_DOT = [
    Phase.CONNECT,
    Phase.BANNER,
    Phase.HELLO,
    Phase.TLS,
    Phase.AUTH,
    Phase.MAIL,
    Phase.RCPT,
    Phase.DATA,
    Phase.BODY,
]


@pytest.mark.parametrize(
    ("phase", "code", "enhanced", "outcome"), FOURTEEN_FAULTS.values(), ids=FOURTEEN_FAULTS.keys()
)
def test_each_of_the_fourteen_faults_has_its_outcome(phase, code, enhanced, outcome):
    assert sort(phase, code=code, enhanced=enhanced).outcome is outcome


@pytest.mark.parametrize("phase", BEFORE_DOT)
@pytest.mark.parametrize("code", [None, 421, 450, 451, 452, 250, 354])
def test_whatever_is_not_refused_for_good_before_the_dot_can_be_tried_again(phase, code):
    assert sort(phase, code=code).try_again


@pytest.mark.parametrize("phase", [Phase.DOT, Phase.REPLY])
@pytest.mark.parametrize("code", [None, 354])
def test_silence_after_the_dot_is_doubt_and_never_tried_again(phase, code):
    verdict = sort(phase, code=code)
    assert verdict.outcome is DOUBT
    assert [verdict.try_again, verdict.suppress, verdict.stop_sender] == [False] * 3


@pytest.mark.parametrize(
    ("phase", "code", "enhanced", "text", "outcome"),
    [
        # The address.
        (Phase.RCPT, 550, None, "No such user here", ADDRESS),
        (
            Phase.RCPT,
            550,
            "5.1.1",
            "The email account that you tried to reach does not exist. gsmtp",
            ADDRESS,
        ),
        (Phase.RCPT, 550, "5.1.2", "Bad destination system", ADDRESS),
        (Phase.RCPT, 556, "5.1.10", "Recipient address has null MX", ADDRESS),
        (Phase.RCPT, 550, "5.2.1", "The account is inactive. gsmtp", ADDRESS),
        (Phase.RCPT, 550, "5.4.1", "Recipient address rejected: Access denied", ADDRESS),
        (Phase.REPLY, 550, "5.1.1", "User unknown", ADDRESS),
        (Phase.REPLY, 554, "5.1.1", "User unknown", ADDRESS),
        # Who we are and how we send.
        (
            Phase.REPLY,
            550,
            "5.7.515",
            "Access denied, sending domain does not meet the required authentication",
            POLICY,
        ),
        (
            Phase.REPLY,
            550,
            "5.7.26",
            "Your email has been blocked because the sender is unauthenticated",
            POLICY,
        ),
        (
            Phase.REPLY,
            550,
            "5.7.1",
            "Our system has detected that this message is likely unsolicited mail",
            POLICY,
        ),
        (Phase.RCPT, 554, "5.7.1", "Relay access denied", POLICY),
        (Phase.RCPT, 550, "5.7.1", "User unknown", POLICY),
        (Phase.RCPT, 550, None, "Blocked, see https://www.spamhaus.org/", POLICY),
        (Phase.REPLY, 550, None, "DMARC policy of the sender's domain", POLICY),
        (Phase.RCPT, 550, None, "relaying denied", POLICY),
        (Phase.RCPT, 553, "5.1.8", "Sender's system address is bad", POLICY),
        (Phase.MAIL, 550, None, "Sender rejected", POLICY),
        (Phase.MAIL, 553, "5.1.8", "Sender address rejected: domain not found", POLICY),
        (Phase.MAIL, 530, "5.7.0", "Must issue a STARTTLS command first", POLICY),
        (Phase.RCPT, 530, None, "Authentication required", POLICY),
        (Phase.AUTH, 535, "5.7.8", "Username and password not accepted", POLICY),
        (Phase.BANNER, 554, None, "No SMTP service here", POLICY),
        (Phase.BANNER, 521, None, "Host does not accept mail", POLICY),
        (Phase.HELLO, 550, None, "Bad HELO", POLICY),
        # This message, or their mailbox of today.
        (Phase.REPLY, 554, None, "Transaction failed", CONTENT),
        (Phase.REPLY, 550, None, "Message rejected", CONTENT),
        (Phase.REPLY, 554, "5.6.0", "Bad content", CONTENT),
        (Phase.REPLY, 552, "5.3.4", "Message too big", CONTENT),
        (Phase.MAIL, 552, None, "Message size exceeds fixed limit", CONTENT),
        (Phase.MAIL, 552, "5.3.4", "Message size exceeds fixed limit", CONTENT),
        (Phase.RCPT, 552, "5.2.2", "Mailbox full", CONTENT),
        (Phase.RCPT, 550, "5.2.2", "Mailbox full", CONTENT),
        (Phase.RCPT, 550, None, "Requested action not taken: mailbox unavailable", CONTENT),
        (Phase.RCPT, 503, "5.5.1", "Bad sequence of commands", CONTENT),
        (Phase.BODY, 552, None, "Too much mail data", CONTENT),
        # The script of the address.
        (Phase.MAIL, None, "5.6.7", "SMTPUTF8 is not offered", SCRIPT),
        (Phase.RCPT, 553, "5.6.7", "Non-ASCII addresses not permitted", SCRIPT),
        (Phase.REPLY, 550, "5.6.9", "UTF-8 header message cannot be transferred", SCRIPT),
        # Not now.
        (Phase.RCPT, 450, "4.7.1", "Greylisted", LATER),
        (Phase.REPLY, 421, "4.7.28", "Unusual rate of unsolicited mail", LATER),
        # Taken.
        (Phase.REPLY, 250, None, "Ok", TAKEN),
        (Phase.REPLY, 251, None, "Will forward", TAKEN),
    ],
)
def test_an_answer_means_what_the_table_says(phase, code, enhanced, text, outcome):
    assert sort(phase, code=code, enhanced=enhanced, text=text).outcome is outcome


@pytest.mark.parametrize("outcome", Outcome)
def test_each_outcome_calls_for_one_thing_at_most(outcome):
    verdict = Verdict(outcome, "why")
    calls = {"again": verdict.try_again, "suppress": verdict.suppress, "stop": verdict.stop_sender}
    expected = {LATER: {"again"}, ADDRESS: {"suppress"}, POLICY: {"stop"}}
    assert {name for name, called in calls.items() if called} == expected.get(outcome, set())


def test_the_reason_repeats_nothing_that_the_server_wrote():
    verdict = sort(Phase.RCPT, code=550, enhanced="5.1.1", text="<amina@acme.example> unknown")
    assert verdict.reason == "The address does not take mail (rcpt 550 5.1.1)."


def test_a_policy_refusal_never_suppresses_anybody():
    verdicts = [
        sort(phase, code=code, enhanced=f"5.7.{detail}")
        for phase in Phase
        for code in (550, 551, 553, 554)
        for detail in (0, 1, 26, 515)
    ]
    assert not any(verdict.suppress for verdict in verdicts)
