"""What must not happen whatever is asked: tokens that are none, odd paths and hosts, too much, and the log."""

import logging
import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.books import settings_for_tests
from support.pages import ONE_CLICK, WEB_URL, letter_to, link_to, served

from crm.opening import wire

TOKEN_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


def token_of(sent):
    return sent.unsubscribe.rpartition("/")[2]


def forged(sent, book):
    token = token_of(sent)
    flipped = TOKEN_LETTERS[(TOKEN_LETTERS.index(token[20]) + 1) % 32]
    return {
        "flipped": token[:20] + flipped + token[21:],
        "truncated": token[:-1],
        "longer": token + "a",
        "nothing": "",
        "another purpose": book.identity.token("preferences", sent.letter.id),
        "a bounce's": book.identity.token("bounces", sent.letter.id),
        "a Message-ID's": book.identity.token("message-id", sent.letter.id),
        "double-encoded": "%25" + f"{ord(token[0]):x}" + token[1:],
        "a number": str(sent.letter.id),
        "a UUID": str(uuid.UUID(int=sent.letter.id)),
        "oversized": token * 200,
        "not ASCII": "%D0%B0" + token[1:],
        "NUL": token[:-1] + "%00",
        "a line break": token + "%0D%0ASet-Cookie:%20a=b",
        "a slash": token + "/",
        "an encoded slash": token + "%2F",
        "dots": f"../u/{token}x",
        "an SQL end": "'%20OR%20''='",
    }


def test_a_token_that_we_did_not_sign_opens_nothing_and_changes_nothing(book, site, sent):
    for number, (name, token) in enumerate(forged(sent, book).items()):
        asker = {"X_Forwarded_For": f"192.0.2.{number}"}  # each asks for the first time
        for page in "uc" if name == "another purpose" else "ucp":
            assert site.get(f"/{page}/{token}", **asker).status == 404, (page, name)
            body = f"{ONE_CLICK}&do=stop&stop=campaigns&language=fr"
            answer = site.post(f"/{page}/{token}", body, **asker)
            assert answer.status == 404, (page, name)
            assert "Set-Cookie" not in answer.headers
    assert book.suppressions.of(sent.address) == ()


def test_a_token_encoded_once_is_the_token(book, site, sent):
    token = token_of(sent)
    assert site.get(f"/u/%{ord(token[0]):x}{token[1:]}").status == 200


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(token=st.text(TOKEN_LETTERS, min_size=40, max_size=40) | st.text(max_size=60))
def test_no_token_can_be_guessed(book, token):
    for purpose in ("unsubscribe", "preferences"):
        assert book.identity.letter(purpose, token) is None


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=st.integers(0, 2**63 - 1), at=st.integers(0, 39), by=st.integers(1, 31))
def test_a_token_is_good_for_its_letter_and_purpose_alone_and_any_change_breaks_it(book, number, at, by):
    token = book.identity.token("unsubscribe", number)
    assert book.identity.letter("unsubscribe", token) == number
    assert book.identity.letter("preferences", token) is None
    changed = token[:at] + TOKEN_LETTERS[(TOKEN_LETTERS.index(token[at]) + by) % 32] + token[at + 1 :]
    assert book.identity.letter("unsubscribe", changed) is None


@pytest.mark.parametrize(
    "path",
    ["/", "//evil.example", "///evil.example/%2e%2e", "/\\evil.example", "/https:evil.example", "/u", "/u/",
     "/%0d%0aLocation:%20https://evil.example", "/.git/config", "/admin", "/u//evil.example", "/..%2f..%2fetc%2fpasswd",
     "/?next=//evil.example", "/health/"],
)  # fmt: skip
def test_there_is_no_way_to_another_site(site, path):
    answer = site.get(path)
    assert answer.status == 404
    assert "Location" not in answer.headers
    assert "evil" not in answer.text + str(answer.headers)


@pytest.mark.parametrize(
    "query",
    ["next=//evil.example", "lang=evil", "lang=%0d%0aSet-Cookie:%20evil=1", "lang=fr&lang=evil", "lang=%22%3E%3Cscript%3Eevil",
     "redirect=https:evil.example", "lang=" + "evil" * 500],
)  # fmt: skip
def test_what_else_stands_in_the_address_is_neither_followed_nor_repeated(site, sent, query):
    for answer in (site.get(f"{sent.unsubscribe}?{query}"), site.post(f"{sent.unsubscribe}?{query}")):
        assert answer.status == 200
        assert "evil" not in answer.text + str(answer.headers)
        assert not any(name in answer.headers for name in ("Location", "Set-Cookie"))


@pytest.mark.parametrize(
    "names",
    [{"Host": "evil.example"}, {"X_Forwarded_Host": "evil.example"}, {"Forwarded": "host=evil.example"},
     {"X_Original_URL": "/evil"}, {"Origin": "https://evil.example"}, {"Referer": "https://evil.example"},
     {"X_Forwarded_Proto": "evil"}, {"X_HTTP_Method_Override": "DELETE"}],
)  # fmt: skip
def test_no_header_makes_a_page_name_another_host(site, sent, names):
    for path in (sent.unsubscribe, sent.choices, "/nothing"):
        answer = site.get(path, **names)
        assert "evil" not in answer.text + str(answer.headers)


def test_octets_that_are_no_request_change_nothing(book, site, sent):
    for head in (
        f"POST {sent.unsubscribe}\r\n",
        f"POST {sent.unsubscribe} HTTP/1.1\nHost: x\nContent-Length: -1\n",
        f"POST http://evil.example{sent.unsubscribe}x HTTP/1.1\r\nHost: x\r\nContent-Length: 26\r\n",
        f"GET {sent.unsubscribe} HTTP/1.1\r\nHost: x\r\nX: {'x' * 300_000}\r\n",
        f"POST {sent.unsubscribe} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n",
    ):
        answer = site.raw(f"{head}\r\n{ONE_CLICK}".encode())
        assert not answer.startswith(b"HTTP/1.1 200"), head[:60]
    assert book.suppressions.of(sent.address) == ()


EXPECTED = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
}


def test_every_answer_has_strict_headers_and_no_page_loads_anything(book, site, sent):
    link = link_to(book, sent, site)
    answers = [
        *(site.get(path) for path in (sent.unsubscribe, sent.choices, link, "/nothing", "/health")),
        site.post(sent.unsubscribe),
        site.post(sent.unsubscribe, "x"),
        site.ask("DELETE", sent.unsubscribe),
    ]
    for answer in answers:
        headers = {name.lower(): value for name, value in answer.headers.items()}
        assert EXPECTED.items() <= headers.items()
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "unsafe" not in policy
        assert {"set-cookie", "server"}.isdisjoint(headers)
        assert not any(
            word in answer.text
            for word in ("http:", "https:", "src=", "url(", "@import", "<script", "<link", "<img")
        )


def test_errors_of_ours_tell_nothing(book, sent, monkeypatch, caplog):
    def broken(*_):
        raise RuntimeError(f"no {sent.address}")

    monkeypatch.setattr(book.preferences, "stop", broken)
    with caplog.at_level(logging.INFO), served(book) as site:
        answer = site.post(sent.unsubscribe)
    assert answer.status == 500
    assert sent.address not in answer.text + caplog.text
    assert [record.message for record in caplog.records if record.name == "crm.web"] == [
        "POST unsubscribe: RuntimeError",
        "POST unsubscribe: 500",
    ]


def test_while_the_database_is_down_a_mail_provider_is_told_to_try_again(sent, clock):
    url, settings = "postgresql://accord@127.0.0.1:1/nowhere", settings_for_tests(web_url=WEB_URL)
    away = wire(url, actor="web", settings=settings, clock=clock)
    with served(away) as site:
        answers = [site.post(sent.unsubscribe), site.get(sent.unsubscribe)]
    away.close()
    assert [answer.status for answer in answers] == [503, 503]
    assert int(answers[0].headers["Retry-After"]) > 0
    assert "on our side" in answers[1].text


def test_who_tries_tokens_is_told_to_wait_and_who_has_one_is_not(site, sent):
    answers = [site.get(f"/u/{'a' * 40}") for _ in range(25)]
    assert [answer.status for answer in answers][:20] == [404] * 20
    assert answers[-1].status == 429
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 5
    assert site.post(sent.unsubscribe).status == 200


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [
        ("192.0.2.1", "192.0.2.2", 404),
        ("2001:db8::1", "2001:db8:0:1::1", 404),
        ("2001:db8::1", "2001:db8::ffff", 429),
    ],
)
def test_askers_are_told_apart_behind_a_proxy_by_address_or_by_network(site, first, second, status):
    while site.get("/u/none", X_Forwarded_For=first).status == 404:
        pass
    assert site.get("/u/none", X_Forwarded_For=second).status == status


def test_one_token_that_is_shown_without_end_is_told_to_wait_and_others_are_not(book, site, sent):
    statuses = [site.post(sent.unsubscribe).status for _ in range(40)]
    assert statuses[:30] == [200] * 30
    assert 429 in statuses
    assert site.post(letter_to(book, "Ben Otieno").unsubscribe).status == 200
