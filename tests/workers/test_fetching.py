"""Answers from a mailbox on an IMAP server: in the book first, and marked as seen then."""

from types import SimpleNamespace

import pytest
from support.imap_server import ImapServer
from support.inbound_mail import message
from support.mailboxes import mailbox_at

from crm.errors import Unreachable
from workers import jobs


def hello(number=1):
    return message(f"Hello {number}.\n", Message_ID=f"<{number}@acme.example>")


def test_what_nobody_has_seen_is_taken_into_the_book_and_marked_as_seen(book):
    with ImapServer([hello(1), hello(2)]) as server:
        server.flags[1].add(r"\Seen")
        assert jobs.fetch(book, mailbox_at(server)) == {"other": 1}
        assert server.unseen() == []
        assert jobs.fetch(book, mailbox_at(server)) == {}
    assert [answer.raw for answer in book.answers.of()] == [hello(2)]


def test_no_mailbox_is_none(book):
    assert jobs.fetch(book, None) == {}


def test_a_line_that_breaks_before_the_mark_repeats_and_loses_nothing(book):
    with ImapServer([hello(1), hello(2)]) as server:
        server.drop_at = "STORE"
        with pytest.raises(Unreachable, match="broke off"):
            jobs.fetch(book, mailbox_at(server))
        assert (len(book.answers.of()), server.unseen()) == (1, [1, 2])
        server.drop_at = ""
        assert jobs.fetch(book, mailbox_at(server)) == {"other": 2}
        assert server.unseen() == []
    assert len(book.answers.of()) == 2


@pytest.mark.parametrize("when", ["SEARCH", "RFC822.SIZE", "BODY.PEEK"])
def test_a_line_that_breaks_anywhere_leaves_everything_for_the_next_time(book, when):
    with ImapServer([hello()]) as server:
        server.drop_at = when
        with pytest.raises(Unreachable):
            jobs.fetch(book, mailbox_at(server))
        assert server.unseen() == [1]
    assert book.answers.of() == ()


def test_what_is_too_large_is_not_even_fetched_and_flagged_for_a_person(book, caplog):
    with ImapServer([hello(1), hello(2)]) as server:
        server.claimed_sizes[1] = 10 * 1024 * 1024 + 1
        assert jobs.fetch(book, mailbox_at(server)) == {"unreadable": 1, "other": 1}
        assert server.flags == {1: {r"\Seen", r"\Flagged"}, 2: {r"\Seen"}}
        assert not [command for command in server.heard("BODY") if " 1 " in command]
    assert "set aside" in caplog.text


def test_what_cannot_be_read_holds_nothing_up(book):
    with ImapServer([b"\r\n", hello()]) as server:
        assert jobs.fetch(book, mailbox_at(server)) == {"unreadable": 1, "other": 1}
        assert server.flags[1] == {r"\Seen", r"\Flagged"}


def test_one_message_that_fails_oddly_stays_unseen_and_holds_no_other_up(book, caplog):
    def receive(raw):
        if b"Hello 1" in raw:
            raise LookupError("odd")
        return book.answers.receive(raw)

    with ImapServer([hello(1), hello(2)]) as server:
        odd = SimpleNamespace(answers=SimpleNamespace(receive=receive))
        assert jobs.fetch(odd, mailbox_at(server)) == {"failed": 1, "other": 1}
        assert server.unseen() == [1]
    assert "could not be taken in: UID 1" in caplog.text


def test_a_database_that_is_away_marks_nothing():
    def receive(_raw):
        raise Unreachable("The database does not answer.")

    with ImapServer([hello()]) as server:
        away = SimpleNamespace(answers=SimpleNamespace(receive=receive))
        with pytest.raises(Unreachable, match="database"):
            jobs.fetch(away, mailbox_at(server))
        assert server.unseen() == [1]


def test_a_message_that_goes_away_between_looking_and_reading_is_no_failure(book):
    with ImapServer([hello(1), hello(2)]) as server:

        def receive(raw):
            server.messages.pop(2)
            return book.answers.receive(raw)

        going = SimpleNamespace(answers=SimpleNamespace(receive=receive))
        assert jobs.fetch(going, mailbox_at(server)) == {"other": 1}


def test_many_messages_are_asked_about_in_commands_of_a_bearable_length(book):
    with ImapServer([hello()] * 201) as server:
        assert jobs.fetch(book, mailbox_at(server)) == {"other": 201}
        assert max(map(len, server.commands)) < 8192
    assert len(book.answers.of()) == 1
