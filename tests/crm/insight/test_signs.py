"""What else calls for attention: who waits for us, and what has changed."""

from datetime import date, timedelta

import pytest
from support.attention import ago, seen, the_need

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize("answer", ["call", "step", "none", "note", "theirs"])
def test_who_came_to_us_waits_until_we_come_back(book, acme, answer):
    logged = book.log("email", acme, "Please call", inbound=True, at=ago(book, 3), next="call back", due="7d")
    if answer == "call":
        book.log("call", acme, "Called", at=ago(book, 1))
    elif answer == "step":
        book.follow_ups.complete(logged.next)
    elif answer == "note":
        book.log("note", acme, "Somebody should call")
    elif answer == "theirs":
        book.log("call", acme, "They call again", inbound=True, at=ago(book, 1))
    answered = answer in {"call", "step"}
    assert seen(book) == ([] if answered else [("Acme", "unanswered")])


def test_they_wait_since_they_first_came_after_our_last_touch(book, acme):
    book.log("email", acme, "Long answered", inbound=True, at=ago(book, 30))
    book.log("email", acme, "The answer", at=ago(book, 20))
    book.log("email", acme, "First", inbound=True, at=ago(book, 10))
    book.log("email", acme, "Second", inbound=True, at=ago(book, 5))
    assert the_need(book).since_on == date(2026, 11, 14)


def test_a_reply_and_its_step_that_is_due_are_one_need(book, acme):
    book.log("email", acme, "Please call", inbound=True, at=ago(book, 3), next="call back", due="today")
    assert seen(book) == [("Acme", "due")]
    assert seen(book, kinds={"unanswered"}) == [("Acme", "unanswered")]


def test_a_membership_that_was_denounced_calls_until_it_ends(book, acme, clock):
    book.log("call", acme, "Hello")
    book.terms.join(acme, "associate", sector="T", study_group="T-SG13", on=date(2020, 1, 1))
    book.terms.join(acme, "sector_member", sector="D", on=date(2020, 1, 1))
    assert seen(book) == []
    book.terms.denounce(acme, sector="T", on=date(2026, 12, 1), reason="fees")

    need = the_need(book)

    assert need.words == "Membership denounced: associate in ITU-T until 30 November 2026"
    assert need.due_on == date(2026, 11, 30)
    assert seen(book, on="2026-11-30") == [("Acme", "ending")]
    assert seen(book, on="2026-12-01") == []


@pytest.mark.parametrize(
    ("position", "called"),
    [
        ({"role": "Head of regulatory affairs", "since": TODAY}, True),
        ({"role": "Directrice des affaires réglementaires", "since": TODAY - timedelta(days=30)}, True),
        ({"role": "Engineer", "since": TODAY, "focal_point": True}, True),
        ({"role": "Engineer", "since": TODAY}, False),
        ({"role": "Head of spectrum", "since": TODAY - timedelta(days=31)}, False),
        ({"role": "Head of spectrum", "since": TODAY + timedelta(days=1)}, False),
        ({"role": "Head of spectrum"}, False),
    ],
)
def test_who_has_lately_begun_in_a_key_position_is_to_be_met(book, acme, position, called):
    amina = book.people.add("Amina Odhiambo", at=acme, **position)
    assert [need.refers_to for need in book.attention()] == ([f"person:{amina.id}"] if called else [])


def test_a_new_person_is_told_with_the_role(book, acme):
    book.people.add("Amina", at=acme, role="Head of spectrum", focal_point=True, since=date(2026, 11, 20))
    assert the_need(book).words == "New since 20 November 2026: Amina, Head of spectrum, focal point"


@pytest.mark.parametrize(
    ("statements", "began"),
    [
        ([("good", 60), ("arrears", 5)], 5),
        (
            [("good", 60), ("arrears", 20), ("arrears", 5)],
            20,
        ),  # said again, it is no news but still the change
        ([("good", 60), ("arrears", 40), ("arrears", 5)], None),  # since before the 30 days
        ([("arrears", 60), ("suspended", 3)], 3),
        ([("exempt", 60), ("cancelling", 30)], 30),
        ([("arrears", 60), ("good", 5)], None),
        ([("arrears", 60), ("on_plan", 5)], None),
        ([("on_plan", 60), ("arrears", 5)], 5),  # the plan is not kept any more
        ([("good", 60), ("exempt", 5)], None),
        ([("good", 60), ("application_pending", 5)], None),
        ([("arrears", 5)], None),  # nobody has said how it stood before
        ([("good", 20), ("arrears", 10), ("good", 5)], None),
    ],
)
def test_a_standing_that_is_worse_than_before_calls_for_thirty_days(book, acme, statements, began):
    for standing, days in statements:
        book.standing.record(acme, standing, as_of=TODAY - timedelta(days=days), source="finance")
    needs = book.attention()
    assert [need.since_on for need in needs] == ([] if began is None else [TODAY - timedelta(days=began)])


def test_a_worse_standing_is_told_with_its_source(book, acme):
    book.standing.record(acme, "good", as_of=date(2026, 9, 30), source="finance extract")
    book.standing.record(acme, "arrears", as_of=date(2026, 11, 20), source="finance extract")
    assert the_need(book).words == (
        "Was in good standing, is in arrears since 20 November 2026: finance extract says so"
    )


@pytest.mark.parametrize(
    ("days", "steps", "told"),
    [
        (0, [], "Application (associate in ITU-T) waits for us since today"),
        (1, [], "Application (associate in ITU-T) waits for us for 1 day"),
        (45, ["forward"], None),
        (
            46,
            ["forward"],
            "Application (associate in ITU-T) waits for the administration of Kenya for 46 days",
        ),
        (21, ["send_back"], None),
        (22, ["send_back"], "Application (associate in ITU-T) waits for the applicant for 22 days"),
        (46, ["forward", "refuse"], None),
    ],
)
def test_an_application_calls_when_it_waits_for_us_or_for_too_long(book, acme, days, steps, told):
    on = TODAY - timedelta(days=days)
    applied = book.applications.apply(
        acme, "associate", sector="T", study_group="T-SG13", on=on, override="x"
    )
    for step in steps:
        verb = getattr(book.applications, step)
        verb(applied, on=on, **({} if step == "forward" else {"reason": "a paper"}))
    needs = book.attention()
    assert [need.words for need in needs] == ([] if told is None else [told])
    assert {need.refers_to for need in needs} <= {f"application:{applied.id}"}


def test_an_application_grows_more_urgent_once_it_has_waited_for_longer_than_is_usual(book, acme):
    on = TODAY - timedelta(days=50)
    applied = book.applications.apply(
        acme, "associate", sector="T", study_group="T-SG13", on=on, override="x"
    )
    book.applications.forward(applied, on=on)
    need = the_need(book)
    assert (need.reason, need.since_on, need.due_on) == ("application", on, on + timedelta(days=45))
    assert need.weight == 450 + 5 * 5
    assert book.attention(on=on + timedelta(days=45)) == ()
