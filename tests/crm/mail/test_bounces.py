import pytest
from support.inbound_mail import LETTER_ID, TOKEN, message, sample

from crm.mail.answers import BounceRecipient, DeliveryAction
from crm.mail.bounces import read_status, recipient, status_in
from crm.mail.inbound import AnswerKind, TokenFound, parse


def status(text):
    defects = []
    return read_status(text.encode(), defects), defects


def test_a_bounce_names_letter_recipient_status_and_what_the_server_said():
    answer = parse(sample("bounce_no_such_user"))
    assert answer.tokens == (TokenFound("bounces", TOKEN),)
    assert answer.references == (LETTER_ID,)
    assert answer.bounce == (
        BounceRecipient(
            address="amina@acme.example",
            action=DeliveryAction.FAILED,
            status="5.1.1",
            diagnostic="550 5.1.1 <amina@acme.example>: Recipient address rejected: User unknown in virtual mailbox table",
            permanent=True,
            policy=False,
            suppress=True,
        ),
    )


def test_each_recipient_of_a_report_has_its_own_fate():
    fates = [
        (found.address, found.action.value, found.permanent)
        for found in parse(sample("bounce_several_recipients")).bounce
    ]
    assert fates == [
        ("one@acme.example", "failed", True),
        ("two@acme.example", "delayed", False),
        ("three@acme.example", "delivered", False),
        ("four@acme.example", "relayed", False),
        ("five@acme.example", "expanded", False),
    ]


@pytest.mark.parametrize(
    ("name", "status", "permanent", "policy", "suppress"),
    [
        ("bounce_expired", "4.4.7", False, False, False),
        ("bounce_policy_outlook", "5.7.515", True, True, False),
        ("bounce_policy_in_words", "5.0.0", True, True, False),
        ("bounce_disguised_as_reply", "5.2.2", True, False, False),
        ("bounce_status_without_action", "5.1.10", True, False, True),
        ("bounce_action_without_status", "5.0.0", True, False, True),
        ("delay", "4.4.1", False, False, False),
    ],
)
def test_what_follows_from_a_report(name, status, permanent, policy, suppress):
    (found,) = parse(sample(name)).bounce
    assert (found.status, found.permanent, found.policy, found.suppress) == (
        status,
        permanent,
        policy,
        suppress,
    )


def test_addresses_and_words_in_any_script_are_read():
    first, second = parse(sample("bounce_utf8")).bounce
    assert first.address == "محمد@مثال.إختبار"
    assert first.diagnostic == "550 5.1.1 لا يوجد مستخدم بهذا الاسم"
    assert second.address == "почта@пример.рф"


def test_a_forged_bounce_brings_no_token_and_no_letter_of_ours():
    answer = parse(sample("bounce_forged"))
    assert answer.kind is AnswerKind.BOUNCE
    assert (answer.tokens, answer.references) == ((), ("<made-up@evil.example>",))


def test_a_report_without_an_action_is_read_by_its_status_and_noted():
    (found,), defects = status("Final-Recipient: rfc822; a@x.example\nStatus: 4.4.1\n")
    assert found.action is DeliveryAction.DELAYED
    assert defects == ["report without an action"]


@pytest.mark.parametrize("action", ["Failed", "failed (no such user)", " FAILED;"])
def test_an_action_is_read_in_any_case_and_with_a_comment(action):
    (found,), defects = status(
        f"Final-Recipient: rfc822; a@x.example\nAction: {action}\nStatus: 5.1.1 (gone)\n"
    )
    assert (found.action, found.status, defects) == (DeliveryAction.FAILED, "5.1.1", [])


def test_a_block_that_says_neither_action_nor_code_is_passed_over():
    found, defects = status(
        "Final-Recipient: rfc822; a@x.example\n\nFinal-Recipient: rfc822; b@x.example\nAction: dropped\n"
    )
    assert found == ()
    assert "report without an action" in defects


def test_an_address_without_its_type_is_read():
    (found,), _ = status("Final-Recipient: <a@x.example>\nAction: failed\nStatus: 5.1.1\n")
    assert found.address == "a@x.example"


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("smtp; 550 no; really", "550 no; really"),
        ("550 no; really", "550 no; really"),
        ("X-Postfix; gone", "gone"),
    ],
)
def test_what_the_server_said_is_kept_without_its_type(field, said):
    (found,), _ = status(f"Action: failed\nStatus: 5.1.1\nDiagnostic-Code: {field}\n")
    assert found.diagnostic == said


def test_an_escaped_surrogate_or_huge_number_is_no_character():
    (found,), _ = status(
        "Final-Recipient: utf-8; \\x{D800}\\x{FFFFFF}a@x.example\nAction: failed\nStatus: 5.1.1\n"
    )
    assert found.address == "\ufffda@x.example"


def test_a_report_of_many_thousand_recipients_is_cut():
    found, defects = status("Action: failed\nStatus: 5.1.1\n\n" * 5_000)
    assert len(found) == 200
    assert "too many recipients in the report" in defects


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("550 5.1.1 no such user", "5.1.1"),
        ("550-5.7.26 not authenticated", "5.7.26"),
        ("550 No such user", "5.0.0"),
        ("452 later", "4.0.0"),
        ("host 5.1.2.3 said nothing", None),
        ("version 15.5.1.1 of 2550 sheep", None),
        ("(#5.1.1)", "5.1.1"),
        ("", None),
    ],
)
def test_codes_are_found_and_addresses_are_not_taken_for_codes(said, status):
    assert status_in(said) == status


@pytest.mark.parametrize(
    ("stated", "said", "status"),
    [
        ("5.0.0", "550 5.1.1 unknown", "5.1.1"),
        ("5.1.1", "550 5.7.1 refused", "5.1.1"),
        ("5.0.0", "450 4.2.2 full", "5.0.0"),
        (None, "550 5.1.1 unknown", "5.1.1"),
        (None, "no idea", None),
    ],
)
def test_an_exact_code_of_the_remote_server_wins_over_a_general_one(stated, said, status):
    assert recipient(None, action=DeliveryAction.FAILED, stated=stated, said=said).status == status


@pytest.mark.parametrize(
    ("action", "stated", "policy"),
    [
        (DeliveryAction.FAILED, "5.7.1", True),
        (DeliveryAction.DELAYED, "4.7.0", True),
        (DeliveryAction.FAILED, "4.7.0", True),
        (DeliveryAction.FAILED, "5.1.1", False),
        (DeliveryAction.DELIVERED, "2.7.0", False),
    ],
)
def test_a_refusal_for_policy_is_told_from_one_of_the_address(action, stated, policy):
    assert recipient("a@x.example", action=action, stated=stated, said="").policy is policy


def test_a_report_that_a_person_passes_on_is_a_reply():
    report = "--b\n\nWhat is this?\n--b\nContent-Type: message/delivery-status\n\nAction: failed\nStatus: 5.1.1\n--b--\n"
    raw = message(report, Content_Type="multipart/mixed; boundary=b", In_Reply_To=LETTER_ID)
    assert parse(raw).kind is AnswerKind.REPLY
    assert parse(raw.replace(b"Amina <amina@", b"<mailer-daemon@")).kind is AnswerKind.BOUNCE


def test_a_report_in_base64_is_read():
    encoded = "QWN0aW9uOiBmYWlsZWQKU3RhdHVzOiA1LjEuMQo="
    head = "Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n"
    raw = message(
        f"--b\n{head}{encoded}\n--b--\n",
        Content_Type="multipart/report; report-type=delivery-status; boundary=b",
    )
    assert [found.status for found in parse(raw).bounce] == ["5.1.1"]


def test_a_report_that_names_nobody_is_left_to_a_person():
    answer = parse(sample("report_without_recipient"))
    assert (answer.bounce, answer.defects) == ((), ("report without a recipient",))
