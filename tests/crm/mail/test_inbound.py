import hashlib
import pickle
import random
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.inbound_mail import LETTER_ID, SAMPLES, TOKEN, message, sample

from crm.errors import MailError
from crm.mail.inbound import AnswerKind, Sender, TokenFound, parse
from crm.mail.parts import DEEPEST, LARGEST_MESSAGE

ALL_SAMPLES = sorted(path.stem for path in SAMPLES.glob("*.eml"))
KINDS = {
    "absence_exchange": "automatic_reply",
    "absence_without_headers": "automatic_reply",
    "bounce_quoted_by_a_person": "reply",
    "calendar_reply": "calendar_reply",
    "complaint": "complaint",
    "delay": "delay",
    "delay_sendmail_text": "delay",
    "delivered": "other",
    "feedback_not_spam": "other",
    "hostile_encoded_words": "other",
    "list_mail": "other",
    "list_mail_answering_us": "reply",
    "read_receipt": "automatic_reply",
    "report_without_recipient": "other",
    "subject_alone_is_no_reply": "other",
    "unsubscribe_in_words": "unsubscribe",
    "unsubscribe_mailto": "unsubscribe",
    "unsubscribe_only_quoted": "reply",
}


@pytest.mark.parametrize("name", ALL_SAMPLES)
def test_every_sample_is_sorted_as_its_name_says(name):
    assert parse(sample(name)).kind == KINDS.get(name, name.partition("_")[0])


@pytest.mark.parametrize("name", ALL_SAMPLES)
def test_an_answer_survives_pickling_and_storing(name):
    answer = parse(sample(name))
    assert pickle.loads(pickle.dumps(answer)) == answer
    assert_storable(answer)


def assert_storable(answer):
    texts = [answer.subject, answer.text, *answer.recipients, *answer.references, *answer.defects]
    texts += [text for found in answer.bounce for text in (found.address or "", found.diagnostic)]
    texts += list(answer.sender or ())
    for text in texts:
        text.encode("utf-8")
        assert "\0" not in text
        assert "\r" not in text
    assert not any("\n" in text for text in texts if text is not answer.text)
    assert answer.date is None or answer.date.tzinfo is UTC


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "reply_gmail",
            "Dear Dana,\n\nyes, please send us the fee table. Could we talk on Thursday?\n\nAmina",
        ),
        ("reply_koi8_russian", "Здравствуйте! Спасибо за письмо, мы обсудим это на совете."),
        ("reply_chinese_gb18030", "您好，我们有兴趣成为部门成员。㐂\n\n王芳"),
        ("reply_arabic_windows1256", "شكرا جزيلا، سنناقش الأمر مع الإدارة."),
        ("reply_gmail_arabic_unmarked", "شكراً، سنجيب الأسبوع القادم."),
        (
            "reply_apple_arabic",
            "السيدة دانا،\n\nنعم، نود الانضمام كعضو كامل في القطاع. أرسلوا لنا جدول الرسوم من فضلكم.\n\nليلى",
        ),
        (
            "reply_outlook_german",
            "Sehr geehrte Frau Kim,\n\nwir prüfen das und melden uns nächste Woche.\n\nMit freundlichen Grüßen\nJörg Weiß",
        ),
        (
            "reply_outlook_french_html",
            "Bonjour Madame,\nNous sommes intéressés : appelez-moi mardi & jeudi, après l'été.\nHélène",
        ),
        ("reply_between_the_lines", "Tom Reed <tom@fibre.example> here.\n\nSG15, please.\nJune."),
        ("unsubscribe_only_quoted", ""),
    ],
)
def test_the_text_is_what_the_person_wrote(name, words):
    answer = parse(sample(name))
    assert answer.text == words
    assert answer.defects == ()


@pytest.mark.parametrize(
    ("name", "subject", "writer"),
    [
        ("reply_koi8_russian", "Re: Членство", "Ирина Соколова"),
        ("reply_chinese_gb18030", "回复：正式成员", "王芳"),
        ("reply_arabic_windows1256", "رد: العضوية", "سامي المصري"),
        ("reply_outlook_german", "AW: Mitgliedschaft – Sektor T", "Weiß, Jörg"),
        ("reply_outlook_french_html", "RE: Adhésion", "Hélène Dupré"),
    ],
)
def test_subjects_and_names_are_read_in_their_charset(name, subject, writer):
    answer = parse(sample(name))
    assert (answer.subject, answer.sender.name) == (subject, writer)


def test_the_whole_of_a_reply():
    raw = sample("reply_gmail")
    answer = parse(raw)
    assert answer.digest == hashlib.sha256(raw).hexdigest()
    assert answer.message_id == "<CAKx7Q@mail.gmail.example>"
    assert answer.date == datetime(2026, 5, 5, 7, 14, 2, tzinfo=UTC)
    assert answer.sender == Sender("amina@acme.example", "Amina Odhiambo")
    assert answer.recipients == (f"reply+{TOKEN}@mail.accord.example",)
    assert answer.tokens == (TokenFound("reply", TOKEN),)
    assert answer.references == (LETTER_ID, "<first-letter@mail.accord.example>")
    assert answer.subject == "Re: Full membership for Acme Satellites"
    assert answer.bounce == ()


def test_references_run_from_the_nearest_letter_to_the_farthest():
    raw = message(In_Reply_To="<parent@x>", References="<first@x> <second@x>\r\n <parent@x>")
    assert parse(raw).references == ("<parent@x>", "<second@x>", "<first@x>")


@pytest.mark.parametrize(
    "fields",
    [
        {"In_Reply_To": LETTER_ID},
        {"References": LETTER_ID},
        {"To": f"reply+{TOKEN}@mail.accord.example"},
        {"Delivered_To": f"reply+{TOKEN}@mail.accord.example"},
        {"Cc": f"Accord <REPLY+{TOKEN.upper()}@mail.accord.example>"},
    ],
)
def test_a_reference_or_a_token_makes_a_reply_and_a_subject_does_not(fields):
    assert parse(message("Hello", Subject="Hello", **fields)).kind is AnswerKind.REPLY
    assert parse(message("Hello", Subject=f"Re: {LETTER_ID}")).kind is AnswerKind.OTHER


def test_a_drop_address_alone_makes_no_reply_and_the_writer_says_whom_it_is_for():
    answer = parse(
        message(
            "Hello.", To="Amina <a@x.example>", Cc="b@x.example", Delivered_To=f"log+{TOKEN}@accord.example"
        )
    )
    assert (answer.kind, answer.addressed) == (AnswerKind.OTHER, ("a@x.example", "b@x.example"))
    assert answer.tokens == (TokenFound("log", TOKEN),)


def test_a_colleague_may_answer_under_another_subject():
    answer = parse(sample("reply_from_a_colleague"))
    assert answer.sender == Sender("bjorn@acme.example", "Björn")
    assert answer.recipients == (f"reply+{TOKEN}@mail.accord.example", "amina@acme.example")


def test_a_mail_program_may_unsubscribe_for_a_person():
    answer = parse(sample("unsubscribe_mailto"))
    assert answer.tokens == (TokenFound("unsubscribe", TOKEN),)


def test_a_bounce_to_the_unsubscribe_address_unsubscribes_nobody():
    raw = sample("bounce_no_such_user").replace(b"bounces+", b"unsubscribe+")
    assert parse(raw).kind is AnswerKind.BOUNCE


def test_stop_to_a_list_or_beside_other_words_unsubscribes_nobody():
    assert parse(message("stop", List_Id="<x.lists.example>")).kind is AnswerKind.OTHER
    assert parse(message("stop", In_Reply_To=LETTER_ID)).kind is AnswerKind.UNSUBSCRIBE
    assert parse(message("stop by on Friday", In_Reply_To=LETTER_ID)).kind is AnswerKind.REPLY


def test_a_complaint_names_our_letter_although_the_provider_wrote_to_another_address():
    answer = parse(sample("complaint"))
    assert answer.tokens == (TokenFound("bounces", TOKEN),)
    assert answer.references == (LETTER_ID,)
    assert answer.text == "This is an email abuse report for an email message received from IP 192.0.2.1."


def test_a_receipt_names_the_letter_that_was_read():
    assert parse(sample("read_receipt")).references == (LETTER_ID,)


def test_encoded_words_can_name_no_address_token_or_letter_and_start_no_header():
    answer = parse(sample("hostile_encoded_words"))
    assert answer.sender == Sender("eve@x.example", "Eve Bcc: evil@x.example, <ceo@bank.example>")
    assert answer.subject == "Hi Bcc: evil@x.orggpj.exe"
    assert (answer.tokens, answer.references) == ((), ())
    assert answer.recipients == ("info@accord.example",)


def test_plain_text_is_preferred_and_attachments_are_not_read():
    body = (
        "--b\nContent-Type: text/plain; name=notes.txt\nContent-Disposition: attachment\n\nattached\n"
        "--b\nContent-Type: text/html\n\n<p>in <b>HTML</b></p>\n--b\nContent-Type: text/plain\n\nin text\n--b--\n"
    )
    raw = message(body, MIME_Version="1.0", Content_Type="multipart/mixed; boundary=b")
    assert parse(raw).text == "in text"


def test_the_text_of_an_attached_message_is_not_the_persons():
    body = (
        "--b\n\nsee below\n--b\nContent-Type: message/rfc822\n\n"
        + sample("bounce_no_such_user").decode()
        + "\n--b--\n"
    )
    answer = parse(message(body, Content_Type="multipart/mixed; boundary=b", In_Reply_To=LETTER_ID))
    assert (answer.kind, answer.text, answer.bounce) == (AnswerKind.REPLY, "see below", ())


@pytest.mark.parametrize(
    "date",
    [
        "",
        "yesterday",
        "Mon, 99 May 99999 99:99:99 +9999",
        "Fri, 31 Dec 9999 23:00:00 -1400",
        "1" * 5_000,
        "\0",
    ],
)
def test_a_date_that_is_none_is_a_defect(date):
    answer = parse(message("x", Date=date))
    assert answer.date is None
    assert "no readable date" in answer.defects


def test_a_date_without_a_zone_is_taken_as_universal():
    assert parse(message("x", Date="Tue, 5 May 2026 10:00:00 -0000")).date == datetime(
        2026, 5, 5, 10, tzinfo=UTC
    )


def test_a_message_without_an_id_or_a_sender_is_read_all_the_same():
    answer = parse(message("x", Message_ID=None, From=None))
    assert (answer.message_id, answer.sender) == (None, None)
    assert set(answer.defects) == {"no Message-ID", "no sender"}


def test_a_wrong_charset_is_replaced_and_noted():
    answer = parse(message("caf\xe9", charset="latin-1", Content_Type="text/plain; charset=utf-8"))
    assert answer.text == "caf\ufffd"
    assert answer.defects == ("text does not fit its charset",)


def test_a_message_over_the_limit_is_refused_in_one_sentence():
    with pytest.raises(MailError, match="more than the 10,485,760 that are read") as caught:
        parse(b"a" * (LARGEST_MESSAGE + 1))
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("raw", [b"", b"\r\n \r\n"])
def test_an_empty_message_is_refused(raw):
    with pytest.raises(MailError, match="empty"):
        parse(raw)


def test_carriage_returns_alone_and_an_mbox_line_do_no_harm():
    raw = sample("unsubscribe_only_quoted").replace(b"\r\n", b"\r")
    assert parse(raw).references == (LETTER_ID,)
    assert parse(b"From amina Tue May  5 2026\n" + sample("reply_gmail")).kind is AnswerKind.REPLY


def nested(depth, leaf):
    opening = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(depth))
    return b"In-Reply-To: <a@b>\n" + opening.encode() + leaf


def test_two_hundred_nested_parts_are_not_followed():
    answer = parse(nested(200, b"\nunsubscribe\n"))
    assert answer.text == ""
    assert "parts nested too deep" in answer.defects
    assert parse(nested(DEEPEST, b"\nhello\n")).text == "hello"


LONG = 1_000_000
HOSTILE = {
    "one line": b"\n" + b"a" * LONG,
    "many headers": b"X: y\n" * 1_000 + b"\nhello",
    "folded header": b"Subject: x\n" + b" y\n" * (LONG // 3),
    "encoded words": b"Subject: " + b"=?a?q?" * (LONG // 6),
    "open quotes": b"From: " + b'"\\' * (LONG // 2),
    "open comments": b"From: " + b"(" * LONG,
    "open references": b"References: " + b"<a" * (LONG // 2),
    "parameters": b"Content-Type: text/plain" + b';a="' * (LONG // 4) + b"\n\nx",
    "open tags": b"Content-Type: text/html\n\n" + b"<a " * (LONG // 3),
    "open comments in HTML": b"Content-Type: text/html\n\n" + b"<!--" * (LONG // 4),
    "quotes in quotes": b"Content-Type: text/html\n\n" + b"<blockquote>x" * (LONG // 13),
    "one huge entity": b"Content-Type: text/html\n\n&#" + b"1" * LONG,
    "quoted lines": b"\n" + b"> a\n" * (LONG // 4),
    "attributions": b"\n" + b"1 a@b:\n\n" * (LONG // 8),
    "header blocks": b"\n" + b"From: a\n" * (LONG // 8),
    "dashes": b"\n" + b"-- -- " * (LONG // 6),
    "thousands of parts": b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * (LONG // 7),
    "boundary of one sign": b'Content-Type: multipart/mixed; boundary="-"\n\n' + b"-" * LONG,
    "empty lines, nested": nested(50, b"\n" + b"\n--" * (LONG // 3)),
    "thousands of statuses": b"From: mailer-daemon@x\nContent-Type: message/delivery-status\n\n"
    + b"Status: 5.1.1\n\n" * (LONG // 15),
    "codes in free text": b"From: mailer-daemon@x\nSubject: failure notice\n\n" + b"5.1." * (LONG // 4),
    "dashes in free text": b"From: mailer-daemon@x\nSubject: failure notice\n\n" + b"-" * LONG,
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_megabyte_is_read_in_linear_time(raw):
    answer = parse(raw)
    assert_storable(answer)
    assert len(answer.text) <= 100_000
    assert len(answer.references) <= 100
    assert len(answer.defects) <= 20


def test_a_thousand_headers_hide_none():
    assert parse(b"X: y\n" * 1_000 + b"In-Reply-To: <a@b>\n\nhello").kind is AnswerKind.REPLY


@given(st.binary(min_size=1, max_size=2_000))
def test_any_bytes_become_an_answer_or_a_mail_error(raw):
    try:
        assert_storable(parse(raw))
    except MailError:
        assert not raw.strip()


SPLINTERS = (
    b"\n\n", b"\n--", b"\0", b"\xff\xfe", b"=?utf-8?q?=00?=", b"=?\0?b?AA?=", b"<!--", b"&#1114112;", b"&#" + b"9" * 5_000,
    b"charset=punycode", b"charset=utf-16", b"charset=\0", b"charset=iso-2022-jp", b"\\x{D800}", b"Status: 5.1.1\n\n",
    b"Content-Transfer-Encoding: base64\n", b"Content-Transfer-Encoding: quoted-printable\n", b"<blockquote>", b'"', b"(", b"<",
    b"Content-Type: multipart/report; boundary=\n", b"\xe2\x80\xae",
)  # fmt: skip


@settings(max_examples=300)
@given(st.sampled_from(ALL_SAMPLES), st.randoms(use_true_random=False), st.integers(1, 10))
def test_damaged_samples_become_an_answer(name, rng, wounds):
    raw = bytearray(sample(name))
    for _ in range(wounds):
        wound(raw, rng)
    assert_storable(parse(b"x" + bytes(raw)))


def wound(raw, rng: random.Random):
    at = rng.randrange(len(raw) + 1)
    cut = rng.randrange(len(raw) + 1)
    choice = rng.randrange(4)
    if choice == 0:
        raw[at:at] = rng.choice(SPLINTERS)
    elif choice == 1:
        del raw[at : at + cut % 80]
    elif choice == 2:
        raw[at:at] = raw[cut : cut + 200]
    else:
        raw[at:at] = bytes([rng.randrange(256), rng.randrange(256)])
