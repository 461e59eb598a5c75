from datetime import timedelta

from sqlalchemy import text
from support.runs import DAY, enrolled, launched, writes


def test_the_latest_letter_to_each_account_is_known_sent_or_about_to_be(book, colleague, acme, orbit, clock):
    launched(book, colleague, enrolled(*acme), enrolled(*orbit))
    book.runs.take([writes(waiting, book) for waiting in book.runs.due(limit=10)])
    since = clock.now() - DAY
    assert set(book.lately.letters(since)) == {acme[0].id, orbit[0].id}
    with book.engine.begin() as connection:
        connection.execute(
            text("UPDATE outbox SET status = 'stopped' WHERE organization_id = :id"), {"id": acme[0].id}
        )
    assert {n: touch.kind for n, touch in book.lately.letters(since).items()} == {orbit[0].id: "letter"}
    assert book.lately.letters(clock.now() + DAY) == {}


def test_who_was_in_touch_is_known_office_by_office_without_the_letters_of_some_enrolments(
    book, colleague, acme, orbit, clock
):
    account, _ = acme
    for office, days in (("TSB", 5), ("TSB", 3), ("BDT", 9)):
        book.log("call", account, "…", office=office, at=clock.now() - timedelta(days=days))
    book.log("note", account, "Nothing that they notice", office="BR")
    book.log("meeting", orbit[0], "Too long ago", office="BR", at=clock.now() - timedelta(days=30))
    launched(book, colleague, enrolled(*acme), enrolled(*orbit))
    due = book.runs.due(limit=10)
    book.runs.take([writes(waiting, book) for waiting in due])
    since, ids = clock.now() - timedelta(days=14), [account.id, orbit[0].id]
    found = book.lately.touches(ids, since=since, but=[due[0].enrolment_id])
    assert {
        number: sorted((touch.kind, touch.office, (clock.now() - touch.at).days) for touch in touches)
        for number, touches in found.items()
    } == {
        account.id: [("call", "BDT", 9), ("call", "TSB", 3)],
        orbit[0].id: [("letter", None, 0)],
    }
    assert book.lately.touches([], since=since) == {}
