from datetime import datetime

import pytest
from support.letters import WRITTEN_AT, full_letter, letter

from crm.errors import InvalidInput
from crm.mail.message import Mailbox

INJECTIONS = [
    "<a@x.org>\r\nBcc: evil@x.org",
    "<=?utf-8?q?Hi=0ABcc:_evil@x.org?=>",
    "=?utf-8?B?SGkNCkJjYzogZXZpbEB4Lm9yZw==?=",
    "<a@x.org> <b@x.org>",
    "<a b@x.org>",
    "<a\x00@x.org>",
    "<\u202ea@x.org>",
    "",
    "x" * 2_000,
]
IDENTIFIERS = [
    "message_id",
    "in_reply_to",
    "list_id",
    "list_unsubscribe",
    "unsubscribe_page",
    "language",
    "auto_submitted",
]


@pytest.mark.parametrize("value", INJECTIONS)
@pytest.mark.parametrize("field", IDENTIFIERS)
def test_an_identifier_with_anything_else_in_it_is_refused(field, value):
    with pytest.raises(InvalidInput) as refused:
        full_letter(**{field: value})
    assert refused.value.field == field


@pytest.mark.parametrize("value", INJECTIONS[:-2])
def test_a_conversation_with_anything_else_in_it_is_refused(value):
    with pytest.raises(InvalidInput):
        letter(references=("<first@x.org>", value))


@pytest.mark.parametrize("value", ["a:b:c:d:e", "a b", "a\r\nb"])
def test_a_feedback_id_is_four_words_at_most(value):
    with pytest.raises(InvalidInput):
        letter(feedback_id=value)


@pytest.mark.parametrize(
    "value", ["https://x.org/u", "mailto:", "mailto:a", "mailto:a@x.org>,<https://evil.example"]
)
def test_the_way_to_unsubscribe_is_a_mail_address(value):
    with pytest.raises(InvalidInput):
        letter(list_unsubscribe=value)


@pytest.mark.parametrize(
    "value",
    [
        "http://x.org/u/t",
        "//x.org/u/t",
        "https:x.org/u/t",
        "https://good@evil.example/u",
        "https://x.org/u?next=//evil.example",
        "https://x.org/u>, <https://evil.example/u",
        "https://x.org/u,https://evil.example/u",
        "https://x.org\\@evil.example/u",
        "javascript:alert(1)",
        "https://x.org",
    ],
)
def test_the_page_to_unsubscribe_is_plain_https(value):
    with pytest.raises(InvalidInput):
        full_letter(unsubscribe_page=value)


@pytest.mark.parametrize("value", ["<x@[10.0.0.1]>", "<$x:y,z@mail>", "<no-at-sign>"])
def test_mail_that_we_answer_may_have_odd_names(value):
    assert letter(in_reply_to=value, references=(value,)).in_reply_to == value


def test_a_date_without_a_zone_is_refused():
    with pytest.raises(InvalidInput) as refused:
        letter(date=datetime(2027, 1, 1))  # noqa: DTZ001 - the point
    assert refused.value.field == "date"
    assert letter(date=WRITTEN_AT).date == WRITTEN_AT


@pytest.mark.parametrize("name", ["a\r\nBcc: x@y.org", "=?utf-8?q?x?=", "a\x00", "\u202ea", "x" * 10_000])
def test_a_name_that_no_header_may_hold_is_refused(name):
    with pytest.raises(InvalidInput) as refused:
        Mailbox(name, "a@x.org")
    assert refused.value.field == "name"


@pytest.mark.parametrize("address", ["a@x.org\r\nRCPT TO:<e@x>", "Eve <a@x.org>", "a@x.org,b@y.org", ""])
def test_a_mailbox_has_one_good_address(address):
    with pytest.raises(InvalidInput) as refused:
        Mailbox("Eve", address)
    assert refused.value.field == "address"


def test_a_mailbox_keeps_the_form_that_goes_to_the_server():
    assert Mailbox(" Иван ", "Ivan@Пример.РФ") == Mailbox("Иван", "Ivan@xn--e1afmkfd.xn--p1ai")


def test_one_address_in_another_script_makes_the_message_need_smtputf8():
    assert not letter().needs_smtputf8
    assert not letter(to=Mailbox("محمد", "a@مثال.إختبار")).needs_smtputf8
    assert letter(to=Mailbox("محمد", "محمد@مثال.إختبار")).needs_smtputf8
    assert letter(reply_to=Mailbox("", "josé@x.org")).needs_smtputf8


def test_a_body_with_nul_is_refused():
    with pytest.raises(InvalidInput) as refused:
        letter(html="<p>\x00</p>")
    assert refused.value.field == "html"
