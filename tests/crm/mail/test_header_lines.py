import pytest

from crm.mail.header_lines import folded, mailbox_line, text_line
from crm.mail.message import Mailbox


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("", "Subject: "),
        ("Your membership", "Subject: Your membership"),
        ("Réunion à Genève", "Subject: =?utf-8?q?R=C3=A9union_=C3=A0_Gen=C3=A8ve?="),
        ("会员", "Subject: =?utf-8?b?5Lya5ZGY?="),
        (" x", "Subject: =?utf-8?q?_x?="),
        ("a  b", "Subject: =?utf-8?q?a__b?="),
        ("word " * 15 + "end", "Subject: " + "word " * 13 + "word\r\n word end"),
    ],
)
def test_a_subject_is_encoded_only_where_it_must_be(value, line):
    assert text_line("Subject", value) == line


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("", "To: a@x.org"),
        ("Amina Odhiambo", "To: Amina Odhiambo <a@x.org>"),
        ("Odhiambo, Amina", 'To: "Odhiambo, Amina" <a@x.org>'),
        ('say "hi" \\', 'To: "say \\"hi\\" \\\\" <a@x.org>'),
        ("José", "To: =?utf-8?q?Jos=C3=A9?= <a@x.org>"),
        ("x" * 70, "To: " + "x" * 70 + "\r\n <a@x.org>"),
    ],
)
def test_a_name_is_quoted_or_encoded_only_where_it_must_be(name, line):
    assert mailbox_line("To", Mailbox(name, "a@x.org")) == line


def test_words_are_folded_before_a_line_grows_too_long():
    assert folded("References", ["<" + "a" * 40 + ">", "<" + "b" * 40 + ">"]) == (
        "References: <" + "a" * 40 + ">\r\n <" + "b" * 40 + ">"
    )
