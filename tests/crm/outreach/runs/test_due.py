"""What of a run is due, and what a plan must know of it."""

from support.runs import DAY, enrolled, launched, writes


def test_what_is_due_carries_what_a_plan_must_know(book, colleague, acme, clock):
    run = launched(book, colleague, enrolled(*acme))
    (waiting,) = book.runs.due(limit=10)
    assert (waiting.run_id, waiting.organization_id, waiting.person_id) == (run.id, acme[0].id, acme[1].id)
    assert (waiting.step, waiting.arm, waiting.language, waiting.coverage) == (
        "letter",
        "treatment",
        "en",
        "T",
    )
    assert (waiting.answered, waiting.goal_reached, waiting.done) == (False, False, {})
    assert waiting.facts["person"] == {"name": "Amina"}
    book.runs.take([writes(waiting, book)])
    (waiting,) = book.runs.due(limit=10)
    assert (waiting.step, waiting.done["letter"].at, waiting.done["letter"].letter) == (
        "call",
        clock.now(),
        "queued",
    )


def test_what_is_due_comes_longest_waiting_first_and_never_more_than_asked_for(
    book, colleague, acme, orbit, clock
):
    launched(book, colleague, enrolled(*acme), enrolled(*orbit))
    first, second = book.runs.due(limit=10)
    book.runs.take([writes(first, book, due_at=clock.now() + DAY)])
    assert [w.enrolment_id for w in book.runs.due(limit=10)] == [second.enrolment_id]
    clock.advance(DAY)
    assert [w.enrolment_id for w in book.runs.due(limit=10)] == [second.enrolment_id, first.enrolment_id]
    assert [w.enrolment_id for w in book.runs.due(limit=1)] == [second.enrolment_id]
