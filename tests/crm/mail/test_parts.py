import pytest

from crm.mail.parts import MOST_PARTS, read_mail


def read(text):
    defects = []
    mail = read_mail(text if isinstance(text, bytes) else text.encode(), defects)
    return [(leaf.kind, leaf.data(defects)) for leaf in mail.leaves], defects


MIXED = "Content-Type: multipart/mixed; boundary=b\n\n"


@pytest.mark.parametrize(
    ("text", "leaves", "defects"),
    [
        ("X: y\n\nhello", [("text/plain", b"hello")], []),
        ("\nhello", [("text/plain", b"hello")], []),
        (
            f"{MIXED}preamble\n--b\n\none\n--b\n\ntwo\n--b--\nepilogue",
            [("text/plain", b"one"), ("text/plain", b"two")],
            [],
        ),
        (f"{MIXED}--b\n\none\n--b  \n\ntwo\n--b--", [("text/plain", b"one"), ("text/plain", b"two")], []),
        (f"{MIXED}--b\n\none\n--bb\n--b--\n", [("text/plain", b"one\n--bb")], []),
        (f"{MIXED}--b\n\none", [("text/plain", b"one")], ["multipart without an end"]),
        (f"{MIXED}no parts", [], ["multipart without an end"]),
        (
            "Content-Type: multipart/mixed\n\nhello",
            [("text/plain", b"hello")],
            ["multipart without a boundary"],
        ),
        ("Content-Type: nonsense\n\nhello", [("text/plain", b"hello")], ["unreadable content type"]),
        ("Content-Transfer-Encoding: base64\n\naGVs\nbG8=", [("text/plain", b"hello")], []),
        ("Content-Transfer-Encoding: Quoted-Printable\n\nh=65l=\nlo", [("text/plain", b"hello")], []),
        (
            "Content-Transfer-Encoding: x-uue\n\nhello",
            [("text/plain", b"hello")],
            ["unknown transfer encoding"],
        ),
        ("X: y", [("text/plain", b"")], ["header without an end"]),
    ],
)
def test_a_message_is_cut_into_its_parts(text, leaves, defects):
    assert read(text) == (leaves, defects)


def test_a_message_inside_is_not_cut():
    inner = f"{MIXED}--b\n\nhello\n--b--\n"
    leaves, _ = read(f"Content-Type: message/rfc822\n\n{inner}")
    assert leaves == [("message/rfc822", inner.encode())]


def test_parts_are_counted_over_all_levels():
    inner = "Content-Type: multipart/mixed; boundary=c\n\n" + "--c\n\nx\n" * 400 + "--c--\n"
    leaves, defects = read(f"{MIXED}--b\n{inner}\n--b\n{inner}\n--b--\n")
    assert len(leaves) == MOST_PARTS - 2
    assert "too many parts" in defects
