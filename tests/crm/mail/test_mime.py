import binascii
import re
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.header import decode_header, make_header

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.letters import full_letter, letter

from crm.errors import MailError
from crm.mail.gate import body_text
from crm.mail.message import Mailbox
from crm.mail.mime import _encoded, compose

FORBIDDEN = "\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
ANY_LETTER = st.characters(exclude_categories=["Cc", "Cs"], exclude_characters=FORBIDDEN)
HEADER_TEXT = st.text(ANY_LETTER, max_size=200).map(lambda text: text.replace("=?", "= "))
BODY = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=300)
PIECES = [
    "\r",
    "\n",
    "\r\n",
    ".",
    "..",
    " ",
    "\t",
    "=",
    "--",
    "From ",
    "é",
    "ш",
    "中",
    "مرحبا",
    "x" * 80,
    "--=_",
    "\x0c",
]
ROUGH_BODY = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)

SCRIPTS = {
    "english": ("Dear Amina", "Dear Amina, thank you."),
    "french": ("Réunion à Genève", "Chère Amina, merci d'être venue à Genève."),
    "arabic": ("ترقية العضوية", "السيدة أمينة، شكرا لكم على اللقاء"),
    "chinese": ("会员资格升级", "尊敬的阿米娜女士,感谢您的来访。"),
    "russian": ("Повышение членства", "Уважаемая Амина, благодарим Вас."),
    "spanish": ("¿Reunión mañana?", "Señora Amina, ¡gracias!"),
    "hindi": ("सदस्यता", "नमस्ते"),
    "amharic": ("አባልነት", "ሰላም"),
    "emoji": ("👩‍👩‍👧 🇨🇭", "👩‍👩‍👧 🇨🇭"),
}
NAMES = [
    "Amina Odhiambo",
    "Odhiambo, Amina",
    'Eve" <ceo@bank.com>, "',
    "../../etc/passwd",
    'a".pdf; x="y',
    "عقد.pdf",
    "back\\slash",
    "O'Neill (ITU)",
    "Dr. J. R. Smith",
    "Jürgen Müller",
    "محمد بن عبد الله",
    "陈小明",
    "two  spaces",
    "@:;,<>[]",
    "a" * 300,
    "=",
    "",
]


def parsed(raw):
    return message_from_bytes(raw, policy=policy.default)


def name_in(raw, header):
    """The name by the rule of RFC 2047 6.2; the standard library of 3.11 puts a space between two encoded words."""
    head = raw.partition(b"\r\n\r\n")[0].decode()
    line = re.search(rf"^{header}:([^\r\n]*(?:\r\n [^\r\n]*)*)", head, re.MULTILINE)[1]
    if line.count("=?") < 2:
        return parsed(raw)[header].addresses[0].display_name
    return str(make_header(decode_header(line.replace("\r\n", "").rpartition(" ")[0].strip())))


def bodies(raw):
    message = parsed(raw)
    plain, page = message.get_body(("plain",)), message.get_body(("html",))
    return plain.get_content(), page and page.get_content()


def assert_fit_to_travel(raw):
    assert raw.isascii()
    assert raw.endswith(b"\r\n")
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    assert len(re.findall(rb"\r\n|\r|\n", raw)) == raw.count(b"\r\n")


@pytest.mark.parametrize(("subject", "text"), SCRIPTS.values(), ids=SCRIPTS.keys())
def test_any_script_comes_back_as_it_was_written(subject, text):
    raw = compose(letter(subject=subject, text=text * 50, html=f"<p>{text}</p>" * 50))
    assert parsed(raw)["subject"] == subject
    assert bodies(raw) == (text * 50 + "\r\n", f"<p>{text}</p>" * 50 + "\r\n")
    assert_fit_to_travel(raw)


@given(HEADER_TEXT)
@example("x" * 998)
@example("word " * 199)
@example("  lead and trail  ")
@example("é" * 300)
@example("中" * 300)
@example("a" * 60 + " " + "b" * 80)
@example("x" * 69)
@example("x" * 70)
def test_any_subject_comes_back(subject):
    raw = compose(letter(subject=subject))
    assert parsed(raw)["subject"] == subject
    assert not parsed(raw)["subject"].defects
    assert_fit_to_travel(raw)


@given(HEADER_TEXT)
def test_any_name_comes_back(name):
    mailbox = Mailbox(name, "amina@acme.example")
    raw = compose(letter(to=mailbox, sender=mailbox, reply_to=mailbox))
    assert [name_in(raw, header) for header in ("To", "From", "Reply-To")] == [mailbox.name] * 3
    assert [address.addr_spec for address in parsed(raw)["to"].addresses] == ["amina@acme.example"]
    assert_fit_to_travel(raw)


@pytest.mark.parametrize("name", NAMES)
def test_no_name_makes_a_second_recipient_or_header(name):
    raw = compose(letter(to=Mailbox(name, "amina@acme.example"), subject=name))
    message = parsed(raw)
    assert [address.addr_spec for address in message["to"].addresses] == ["amina@acme.example"]
    assert name_in(raw, "To") == name.replace("  ", " ")
    assert message["subject"] == name
    assert "bcc" not in message


@given(text=BODY | ROUGH_BODY, html=BODY | ROUGH_BODY)
@example(text="", html="")
@example(text=".\r\n.\r\n", html="\n.\n")
@example(text="a\n.\r\nb\r\n.\nc", html="\r.\r")
@example(text="From me\n.leading\n..two\n", html="x" * 5_000)
@example(text="trailing space \ntrailing tab\t\n", html="=\n==\n")
@example(text="\ufeffbom", html="\x0b\x0c\x1c\x85\u2028\u2029")
def test_any_body_comes_back_with_its_line_ends_made_whole(text, html):
    raw = compose(letter(text=text, html=html))
    assert bodies(raw) == (body_text(text, field="text"), body_text(html, field="html"))
    assert_fit_to_travel(raw)


@given(text=BODY | ROUGH_BODY)
def test_lines_are_quoted_one_by_one_as_they_would_be_together(text):
    raw = body_text(text, field="text").encode()
    encoding, body = _encoded(raw)
    assert encoding == b"base64" or body == binascii.b2a_qp(raw)


@given(text=BODY | ROUGH_BODY)
def test_a_letter_in_plain_text_only_is_a_single_part(text):
    raw = compose(letter(text=text, html=None))
    assert parsed(raw).get_content_type() == "text/plain"
    assert bodies(raw) == (body_text(text, field="text"), None)
    assert_fit_to_travel(raw)


def test_a_full_letter_carries_every_header_once():
    message = parsed(compose(full_letter(language="fr")))
    assert dict(message.items()) == {
        "Date": "Thu, 04 Mar 2027 05:06:07 +0000",
        "From": "ITU Membership <membership@itu.example>",
        "To": "Amina Odhiambo <amina@acme.example>",
        "Reply-To": "reply+token@itu.example",
        "Subject": "Your membership",
        "Message-ID": "<a1b2c3@crm.example>",
        "In-Reply-To": "<question@acme.example>",
        "References": "<first@acme.example> <question@acme.example>",
        "List-Id": "<associate-upgrade.itu.example>",
        "List-Unsubscribe": "<https://letters.itu.example/u/token>,"
        " <mailto:unsubscribe+token@itu.example?subject=unsubscribe>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
        "Feedback-ID": "upgrade:letter:itu:crm",
        "Content-Language": "fr",
        "MIME-Version": "1.0",
        "Content-Type": message["Content-Type"],
    }
    assert len(message.items()) == 16
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_a_bare_letter_carries_no_header_that_it_does_not_need():
    names = set(parsed(compose(letter())).keys())
    assert names.isdisjoint(
        {
            "Reply-To",
            "In-Reply-To",
            "References",
            "List-Id",
            "List-Unsubscribe",
            "List-Unsubscribe-Post",
            "Auto-Submitted",
            "Precedence",
        }
    )


def test_without_a_page_nothing_promises_one_click():
    raw = compose(full_letter(unsubscribe_page=None))
    assert parsed(raw)["List-Unsubscribe"] == "<mailto:unsubscribe+token@itu.example?subject=unsubscribe>"
    assert b"One-Click" not in raw


def test_a_long_way_to_unsubscribe_is_folded_between_its_parts():
    page, address = (
        "https://letters.itu.example/" + "u" * 80,
        "mailto:unsubscribe+" + "t" * 60 + "@itu.example",
    )
    raw = compose(full_letter(unsubscribe_page=page, list_unsubscribe=address))
    assert parsed(raw)["List-Unsubscribe"] == f"<{page}>, <{address}>"
    assert f"List-Unsubscribe: <{page}>,\r\n <{address}>\r\n".encode() in raw


def test_a_date_in_any_zone_is_written_in_utc():
    date = datetime(2027, 1, 1, 12, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    assert parsed(compose(letter(date=date)))["date"].datetime == date.astimezone(UTC)


def test_the_same_message_always_gives_the_same_bytes():
    assert compose(full_letter()) == compose(full_letter())


def test_another_message_has_another_boundary():
    one, other = (parsed(compose(letter(message_id=f"<{name}@x.org>"))).get_boundary() for name in "ab")
    assert one != other


def test_a_body_cannot_hold_the_boundary():
    boundary = parsed(compose(letter())).get_boundary()
    text = f"--{boundary}\r\nContent-Type: text/html\r\n\r\nevil\r\n--{boundary}--\r\n"
    raw = compose(letter(text=text, html=text))
    assert bodies(raw) == (text, text)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Dear Amina", b"quoted-printable"),
        ("Chère Amina, merci d'être venue", b"quoted-printable"),
        ("السيدة أمينة", b"base64"),
        ("Уважаемая Амина", b"base64"),
        ("尊敬的阿米娜女士", b"base64"),
    ],
)
def test_latin_letters_stay_readable_and_other_scripts_stay_short(text, encoding):
    assert b"Content-Transfer-Encoding: " + encoding in compose(letter(text=text, html=None))


def test_an_address_in_another_script_is_the_only_thing_that_is_not_ascii():
    message = letter(to=Mailbox("محمد", "محمد@مثال.إختبار"), subject="ترقية", text="شكرا")
    raw = compose(message)
    assert raw.decode().replace("<محمد@xn--mgbh0fb.xn--kgbechtv>", "").isascii()
    address = parsed(raw)["to"].addresses[0]
    assert address.display_name == "محمد"
    assert address.addr_spec.encode("utf-8", "surrogateescape").decode() == "محمد@xn--mgbh0fb.xn--kgbechtv"


def test_a_long_conversation_is_folded_between_its_members():
    references = tuple(f"<{number:040}@mail.acme.example>" for number in range(40))
    raw = compose(letter(references=references))
    assert parsed(raw)["references"].split() == list(references)
    assert_fit_to_travel(raw)


def test_an_identifier_that_is_longer_than_a_line_stays_whole():
    reference = "<" + "x" * 900 + "@acme.example>"
    raw = compose(letter(references=("<a@x.org>", reference), in_reply_to=reference))
    assert parsed(raw)["references"].split() == ["<a@x.org>", reference]
    assert parsed(raw)["in-reply-to"] == reference
    assert max(map(len, raw.split(b"\r\n"))) <= 998


@given(HEADER_TEXT)
def test_no_encoded_word_is_too_long_or_splits_a_character(subject):
    head = compose(letter(subject=subject)).partition(b"\r\n\r\n")[0]
    for word in re.findall(rb"=\?[^?]*\?[bq]\?[^?]*\?=", head):
        assert len(word) <= 75
        for octets, _ in decode_header(word.decode()):
            octets.decode("utf-8")


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize(
    "field",
    [
        "message_id",
        "in_reply_to",
        "list_id",
        "list_unsubscribe",
        "unsubscribe_page",
        "feedback_id",
        "language",
    ],
)
def test_what_slipped_past_the_first_gate_stops_at_the_second(field, end):
    message = full_letter()
    object.__setattr__(message, field, f"x{end}Bcc: evil@x.org")
    with pytest.raises(MailError):
        compose(message)
