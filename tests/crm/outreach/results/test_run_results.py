from datetime import date, timedelta

import pytest
from sqlalchemy import text
from support.associates import associate
from support.runs import changing, enrolled, launched, left_out, writes

from crm.outreach.runs.runs import exit_enrolment, mark_answered


def test_results_count_by_arm_and_show_letters_in_doubt_and_assumed_sent(book, colleague, clock):
    rows = []
    for n in range(6):
        account, person = associate(book, f"Account {n}")
        rows.append(enrolled(account, person, arm="hold_out" if n == 5 else "treatment"))
    out = [left_out(associate(book, f"Out {n}")[0], "arrears") for n in range(2)]
    run = launched(book, colleague, *rows, *out)
    written = [waiting for waiting in book.runs.due(limit=10) if waiting.arm == "treatment"]
    book.runs.take([writes(waiting, book) for waiting in written])
    for status, letter in zip(
        ["in_doubt", "assumed_sent", "accepted", "accepted"], book.outbox.of(), strict=False
    ):
        with book.engine.begin() as connection:
            connection.execute(
                text("UPDATE outbox SET status = :status WHERE id = :id"), {"status": status, "id": letter.id}
            )
    with changing(book) as change:
        mark_answered(change, written[0].enrolment_id, at=change.now)
        exit_enrolment(change, written[1].enrolment_id, "unsubscribed")
    results = book.outcomes.of(run)
    treatment, hold_out = results.arms
    assert (treatment.enrolled, treatment.underway, treatment.answered, treatment.converted) == (5, 3, 1, 0)
    assert treatment.letters == {"in_doubt": 1, "assumed_sent": 1, "accepted": 2, "queued": 1}
    assert treatment.exits == {"answered": 1, "unsubscribed": 1}
    assert (hold_out.enrolled, hold_out.underway, hold_out.letters) == (1, 1, {})
    assert (results.enrolled, results.left_out) == (6, {"arrears": 2})


@pytest.mark.parametrize(
    ("recorded_after", "effective", "sector", "counts", "ends"),
    [
        (1, date(2026, 11, 24), "T", True, True),
        (1, date(2027, 1, 1), "T", True, True),
        (1, date(2026, 11, 23), "T", False, True),
        (-1, date(2027, 1, 1), "T", False, False),
        (1, date(2027, 1, 1), "R", False, False),
    ],
    ids=["on the day", "next year", "before the launch", "on file when it was frozen", "another Sector"],
)
def test_an_upgrade_counts_if_it_was_decided_after_the_launch_and_ends_the_journey_if_it_was_recorded_later(
    book, colleague, acme, clock, recorded_after, effective, sector, counts, ends
):
    book.terms.join(acme[0], "associate", sector="R", study_group="R-SG4", on=date(2020, 1, 1))
    launch_at = clock.now()
    clock.advance(timedelta(hours=recorded_after))
    if recorded_after < 0:
        book.terms.upgrade(acme[0], sector=sector, on=effective)
    clock.at = launch_at
    run = launched(book, colleague, enrolled(*acme))
    clock.advance(timedelta(hours=1))
    if recorded_after > 0:
        book.terms.upgrade(acme[0], sector=sector, on=effective)
    assert [waiting.goal_reached for waiting in book.runs.due(limit=10)] == [ends]
    assert book.outcomes.of(run).arms[0].converted == int(counts)
