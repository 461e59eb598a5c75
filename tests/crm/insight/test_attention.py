from collections import Counter
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event

from crm.errors import InvalidInput, NotFound
from crm.insight.need import NeedReason

TODAY = date(2026, 11, 24)


@pytest.fixture
def dana(book):
    return book.staff.add("Dana Novak", email="dana@accord.example", office="BDT")


@pytest.fixture
def lucia(book):
    return book.staff.add("Lucía Fernández", email="lucia@accord.example", office="TSB")


@pytest.fixture
def acme(book, dana):
    return book.organizations.add("Acme", country="KE", owner=dana)


def ago(book, days):
    return book.clock.now() - timedelta(days=days)


def seen(book, **asked):
    return [(need.organization.name, need.reason.value) for need in book.attention(**asked)]


def the_need(book, **asked):
    (need,) = book.attention(**asked)
    return need


def test_without_a_need_there_is_nothing_to_see(book, acme):
    assert book.attention(owner="dana@accord.example") == ()


@pytest.mark.parametrize(
    ("due", "reason", "words"),
    [
        ("today", "due", "Send the fee table, due today"),
        ("yesterday", "overdue", "Send the fee table, 1 day late"),
        ("10d ago", "overdue", "Send the fee table, 10 days late"),
    ],
)
def test_a_next_step_calls_from_its_day_on(book, acme, due, reason, words):
    step = book.follow_ups.plan(acme, "Send the fee table", due=due)
    book.follow_ups.plan(acme, "Some day")
    book.follow_ups.plan(acme, "Not yet", due="tomorrow")

    need = the_need(book)

    assert (need.reason, need.words, need.due_on) == (reason, words, step.due_on)
    assert need.refers_to == f"follow_up:{step.id}"
    book.follow_ups.complete(step)
    assert book.attention() == ()


def test_a_step_belongs_to_who_owes_it_and_one_of_nobody_to_the_account_manager(book, acme, dana, lucia):
    book.follow_ups.plan(acme, "Write", due="today", owner=lucia)
    unowned = book.organizations.add("Beta")
    book.follow_ups.plan(unowned, "Ask", due="today")
    assert seen(book, owner=dana) == []
    assert seen(book, owner=lucia) == [("Acme", "due")]

    book.organizations.change(unowned, owner=dana)

    assert seen(book, owner=dana) == [("Beta", "due")]
    assert the_need(book, owner=dana).owner == dana


@pytest.mark.parametrize(
    ("tier", "days", "reason"),
    [
        (None, 90, None),
        (None, 91, "going_cold"),
        (None, 180, "going_cold"),
        (None, 181, "cold"),
        ("key", 31, "going_cold"),
        ("key", 61, "cold"),
        ("light", 180, None),
    ],
)
def test_wish_16_an_account_goes_cold_by_the_gap_that_its_tier_allows(book, acme, tier, days, reason):
    book.organizations.change(acme, tier=tier)
    book.log("call", acme, "Hello", at=ago(book, days))
    assert seen(book) == ([("Acme", reason)] if reason else [])


def test_wish_16_any_logged_touch_resets_the_gap_and_a_note_does_not(book, acme):
    book.log("call", acme, "Hello", at=ago(book, 200))
    book.log("note", acme, "They have a new building", at=ago(book, 5))
    assert seen(book) == [("Acme", "cold")]

    book.log("event", acme, "At our booth", at=ago(book, 5))

    assert seen(book) == []


def test_wish_16_a_touch_of_theirs_resets_it_too_and_waits_for_an_answer(book, acme):
    book.log("call", acme, "Hello", at=ago(book, 200))
    reply = book.log("email", acme, "When is  the\nworkshop?", inbound=True, at=ago(book, 3))

    need = the_need(book)

    assert (need.reason, need.since_on) == ("unanswered", date(2026, 11, 21))
    assert need.words == "Waits for an answer to their email of 3 days ago: When is the workshop?"
    assert need.refers_to == f"interaction:{reply.id}"


def test_where_no_tier_is_set_the_default_one_counts_and_is_said(book, acme):
    book.log("call", acme, "Hello", at=ago(book, 91))
    assert the_need(book).words == "Last call with BDT 91 days ago; Standard tier by default: 90 days ideally"
    book.organizations.change(acme, tier="standard")
    assert the_need(book).words == "Last call with BDT 91 days ago; Standard tier: 90 days ideally"


def test_what_was_never_touched_counts_from_when_it_got_its_manager(book, clock, dana, lucia):
    acme = book.organizations.add("Acme", owner=dana)
    clock.advance(timedelta(days=100))
    assert the_need(book).words == "Never contacted, for 100 days; Standard tier by default: 90 days ideally"
    assert the_need(book).refers_to == f"organization:{acme.id}"

    book.organizations.change(acme, owner=lucia)

    assert book.attention() == ()
    clock.advance(timedelta(days=91))
    assert the_need(book).since_on == date(2027, 3, 4)


def test_what_nobody_keeps_goes_cold_only_as_a_member_or_with_a_tier_of_its_own(book, clock):
    for name, more in (("Prospect", {}), ("Member", {}), ("Key", {"tier": "key"})):
        book.organizations.add(name, **more)
    book.terms.join("Member", "sector_member", sector="T", on=date(2020, 1, 1))
    clock.advance(timedelta(days=200))
    assert Counter(seen(book)) == {("Member", "cold"): 1, ("Key", "cold"): 1}


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


def test_the_deputy_is_shown_what_waits_for_a_colleague_who_is_away(book, acme, dana, lucia):
    book.follow_ups.plan(acme, "Call", due="today")
    book.log("email", acme, "Hello?", inbound=True, at=ago(book, 3))
    assert seen(book, owner=lucia) == []
    book.staff.away(dana, until="friday", deputy=lucia)

    needs = book.attention(owner=lucia)

    assert [str(need) for need in needs] == [
        "Acme: Waits for an answer to their email of 3 days ago: Hello? (for Dana Novak)",
        "Acme: Call, due today (for Dana Novak)",
    ]
    assert {need.owner.id for need in needs} == {dana.id}
    assert [need.stands_in for need in book.attention(owner=dana)] == [False, False]
    assert seen(book, owner=lucia, on="2026-11-28") == []


def test_needs_are_asked_for_by_owner_office_and_region(book, acme, dana, lucia):
    beta = book.organizations.add("Beta", country="FR", owner=lucia)
    for account in (acme, beta, book.organizations.add("Gamma", country="KE")):
        book.log("email", account, "Hello?", inbound=True, staff=[dana], at=ago(book, 1))

    assert Counter(name for name, _ in seen(book)) == {"Acme": 1, "Beta": 1, "Gamma": 1}
    assert seen(book, owner=lucia) == seen(book, office="TSB") == [("Beta", "unanswered")]
    assert [name for name, _ in seen(book, region="Africa")] == ["Acme", "Gamma"]
    assert seen(book, region="Africa", office="TSB") == []
    assert seen(book, owner=dana, office="TSB") == []
    for wrong in ({"owner": "Nobody"}, {"office": "XYZ"}, {"region": "Atlantis"}):
        with pytest.raises(NotFound):
            book.attention(**wrong)


def test_kinds_and_limit_narrow_the_list(book, acme):
    book.follow_ups.plan(acme, "Call", due="today")
    book.follow_ups.plan(acme, "Write", due="yesterday")
    assert seen(book, kinds={NeedReason.DUE}) == seen(book, kinds="due") == [("Acme", "due")]
    assert seen(book, limit=1) == [("Acme", "overdue")]
    with pytest.raises(InvalidInput) as caught:
        book.attention(kinds={"lukewarm"})
    assert "going_cold" in caught.value.candidates


def test_one_may_look_from_another_day(book, acme):
    book.follow_ups.plan(acme, "Call", due="friday")
    assert seen(book) == []
    assert seen(book, on="friday") == [("Acme", "due")]
    assert seen(book, on="next monday") == [("Acme", "overdue")]


def test_the_day_is_that_of_the_owner_who_is_asked_about(book, clock):
    aroha = book.staff.add(
        "Aroha", email="aroha@accord.example", office="RO-ASP", time_zone="Pacific/Auckland"
    )
    account = book.organizations.add("Kiwi", owner=aroha)
    book.follow_ups.plan(account, "Call", due=date(2026, 11, 25))
    clock.at = datetime(2026, 11, 24, 10, 59, tzinfo=UTC)
    assert seen(book, owner=aroha) == []
    clock.at = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
    assert seen(book, owner=aroha) == [("Kiwi", "due")]
    assert seen(book) == []


def test_days_without_a_touch_are_counted_where_one_works(book, acme, clock):
    book.log("call", acme, "Late", at=datetime(2026, 8, 25, 22, 30, tzinfo=UTC))  # the 26th in Zurich
    assert book.attention(on=date(2026, 11, 24)) == ()
    assert the_need(book, on=date(2026, 11, 25)).since_on == date(2026, 8, 26)


def test_what_happens_later_than_the_day_is_no_touch_yet(book, acme):
    book.log("call", acme, "Hello", at=ago(book, 100))
    book.log("meeting", acme, "Next week", at=ago(book, -7))
    assert seen(book) == [("Acme", "going_cold")]


def test_the_needs_of_a_merged_account_are_those_of_its_keeper(book, acme, dana):
    twin = book.organizations.add("Acme Ltd", owner=dana)
    book.log("email", twin, "Hello?", inbound=True, at=ago(book, 2))
    for account in (acme, twin):
        book.standing.record(account, "good", as_of=date(2026, 9, 30), source="finance")
    book.standing.record(twin, "arrears", as_of=date(2026, 11, 20), source="finance")

    book.merge(acme, twin, reason="same LEI")

    assert {need.organization.id for need in book.attention()} == {acme.id}
    assert sorted(reason for _, reason in seen(book)) == ["unanswered", "worse_standing"]


def test_the_number_of_statements_does_not_grow_with_the_accounts(book, acme, dana):
    def grow(count):
        for number in range(count):
            account = book.organizations.add(f"Account {number} of {count}", owner=dana)
            book.log("email", account, "Hello?", inbound=True, at=ago(book, 200))
            book.follow_ups.plan(account, "Call", due="yesterday")

    grow(1)
    with counted(book) as few:
        assert len(book.attention(owner=dana)) == 3
    grow(20)
    with counted(book) as many:
        assert len(book.attention(owner=dana)) == 63
    assert len(few) == len(many)


@contextmanager
def counted(book):
    found = []

    def note(_connection, _cursor, statement, *_more):
        found.append(statement)

    event.listen(book.engine, "before_cursor_execute", note)
    yield found
    event.remove(book.engine, "before_cursor_execute", note)
