"""One click: RFC 8058, and everything that must not unsubscribe anybody."""

import re

import pytest
from support.outbox import campaign_letters, contact, running, staffed, told
from support.pages import FORM, ONE_CLICK, erase, letter_to, path_of

from crm.consent.bases import Purpose
from crm.consent.suppressions import Scope, SuppressionReason

MULTIPART = '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'


def stopped(book, address):
    return [entry.scope for entry in book.suppressions.of(address)]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (ONE_CLICK, FORM),
        (ONE_CLICK, f"{FORM}; charset=utf-8"),
        (ONE_CLICK, FORM.upper()),
        (MULTIPART, "multipart/form-data; boundary=x"),
    ],
)
def test_one_post_of_either_kind_unsubscribes_without_cookie_login_or_redirect(book, site, sent, body, kind):
    answer = site.post(sent.unsubscribe, body, Content_Type=kind)
    assert answer.status == 200
    assert not any(name in answer.headers for name in ("Set-Cookie", "Location", "WWW-Authenticate"))
    (entry,) = book.suppressions.of(sent.address)
    assert (entry.scope, entry.reason) == (Scope.CAMPAIGNS, SuppressionReason.UNSUBSCRIBED)


def test_the_trail_names_the_web_and_the_letter(book, site, sent):
    site.post(sent.unsubscribe)
    (entry,) = book.suppressions.of(sent.address)
    (happened,) = book.history(entry)
    assert (happened.actor, happened.verb) == ("web", "preferences.stopped")
    assert happened.reason == f"Asked for on the page of letter {sent.letter.id}"


def test_it_ends_the_journey_and_proves_that_the_letter_came_as_the_same_wish_by_mail_does(
    make_book, book, site
):
    staffed(book)
    to = contact(book)
    run = running(make_book, to)
    (letter,) = campaign_letters(book, run, to)
    site.post(path_of(book.identity.unsubscribe_page(letter.id)))
    (row,) = book.runs.audience(run)
    assert (row.state, row.reason) == ("exited", "unsubscribed")
    assert told(book, letter)[-1] == "unsubscribed"


def test_a_repeated_post_is_answered_alike_and_changes_nothing_more(book, site, sent):
    first = site.post(sent.unsubscribe)
    before = (book.suppressions.of(sent.address), told(book, sent.letter), len(book.history(sent.letter)))
    again = site.post(sent.unsubscribe)
    assert (again.status, again.text) == (first.status, first.text)
    assert (
        book.suppressions.of(sent.address),
        told(book, sent.letter),
        len(book.history(sent.letter)),
    ) == before


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "PROPFIND"])
def test_no_other_method_changes_anything(book, site, sent, method):
    answer = site.ask(method, sent.unsubscribe)
    assert answer.status == (200 if method in {"GET", "HEAD"} else 405)
    assert book.suppressions.of(sent.address) == ()
    assert told(book, sent.letter) == ["queued"]


def test_the_page_has_one_button_which_posts_what_a_mail_program_would(book, site, sent):
    page = site.get(sent.unsubscribe).text
    assert page.count("<button") == page.count("<form") == 1
    assert '<input type="hidden" name="List-Unsubscribe" value="One-Click">' in page
    assert "<script" not in page


@pytest.mark.parametrize(
    "body",
    ["", "List-Unsubscribe=", "List-Unsubscribe=Two-Clicks", "list-unsubscribe=one-click", "a=b",
     f"{ONE_CLICK}&{ONE_CLICK}", "&".join(f"f{n}=1" for n in range(50)) + f"&{ONE_CLICK}"],
)  # fmt: skip
def test_another_body_changes_nothing(book, site, sent, body):
    assert site.post(sent.unsubscribe, body).status == 400
    assert book.suppressions.of(sent.address) == ()


@pytest.mark.parametrize(
    "kind", ["", "application/json", "text/plain", "multipart/mixed; boundary=x", "a\tb"]
)
def test_another_kind_of_body_changes_nothing(book, site, sent, kind):
    assert site.post(sent.unsubscribe, Content_Type=kind).status == 415
    assert book.suppressions.of(sent.address) == ()


@pytest.mark.parametrize(
    "kind",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=" + "x" * 5_000,
        "multipart/form-data; boundary=y",
    ],
)
def test_a_multipart_that_cannot_be_read_changes_nothing(book, site, sent, kind):
    assert site.post(sent.unsubscribe, MULTIPART, Content_Type=kind).status == 400
    assert book.suppressions.of(sent.address) == ()


def test_a_file_instead_of_a_field_changes_nothing(book, site, sent):
    body = MULTIPART.replace("\r\n\r\n", '; filename="a"\r\n\r\n', 1)
    assert site.post(sent.unsubscribe, body, Content_Type="multipart/form-data; boundary=x").status == 400
    assert book.suppressions.of(sent.address) == ()


def test_an_oversized_body_is_refused_whether_or_not_it_says_so(book, site, sent):
    huge = f"{ONE_CLICK}&x=" + "x" * 1_000_000
    assert site.post(sent.unsubscribe, huge).status == 413
    chunk = b"2000\r\n" + b"x" * 0x2000 + b"\r\n"
    head = f"POST {sent.unsubscribe} HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert site.raw(head.encode() + chunk * 3 + b"0\r\n\r\n").startswith(b"HTTP/1.1 413 ")
    assert book.suppressions.of(sent.address) == ()


def test_a_passed_on_letter_stops_letters_to_its_own_address_and_to_nobody_else(book, site, sent):
    other = letter_to(book, "Ben Otieno")
    book.bases.record(sent.reader, "campaigns", "legitimate_interest", source="a fair")
    site.post(sent.unsubscribe, Cookie="reader=ben", From=other.address)
    assert stopped(book, sent.address) == [Scope.CAMPAIGNS]
    assert book.bases.on(sent.reader, Purpose.CAMPAIGNS) == ()
    assert stopped(book, other.address) == []


def test_an_old_letter_stops_the_address_that_it_went_to_and_leaves_the_new_one(book, site, sent):
    book.bases.record(sent.reader, "campaigns", "legitimate_interest", source="a fair")
    book.people.change(sent.reader, email="amina@elsewhere.example")
    assert site.post(sent.unsubscribe).status == 200
    assert stopped(book, sent.address) == [Scope.CAMPAIGNS]
    assert stopped(book, "amina@elsewhere.example") == []
    assert len(book.bases.on(sent.reader, Purpose.CAMPAIGNS)) == 1


def alike(one, other):
    """Whether two answers differ in nothing but the tokens of their links."""
    bare = [re.sub("/c/[a-z2-7]{40}", "/c/TOKEN", answer.text) for answer in (one, other)]
    return one.status == other.status and bare[0] == bare[1] and set(one.headers) == set(other.headers)


@pytest.mark.parametrize("suppress", [True, False])
def test_who_was_erased_is_answered_like_anybody(book, site, sent, suppress):
    other = letter_to(book, "Ben Otieno")
    erase(book, sent, suppress=suppress)
    assert alike(site.get(sent.unsubscribe), site.get(other.unsubscribe))
    assert alike(site.post(sent.unsubscribe), site.post(other.unsubscribe))
    assert len(book.suppressions.of(sent.address)) == suppress


def test_a_letter_that_is_in_the_book_no_more_is_answered_like_any(book, site, sent):
    gone = f"/u/{book.identity.token('unsubscribe', 9_000_000_000)}"
    assert alike(site.get(gone), site.get(sent.unsubscribe))
    assert alike(site.post(gone), site.post(sent.unsubscribe))
