"""The oracle can fail: each promise is broken here once, and kept at its very edge."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from faults.oracle import RULES, Breach, Copy, Enrolled, Evidence, Letter, Pause, breaches

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def letter(number=1, **changes):
    values = {"key": f"letter {number}", "message_id": f"<{number}@x>", "address": f"p{number}@x.example"}
    return Letter(**(values | {"enrolment": number, "status": "accepted", "intents": (NOON,)} | changes))


def copy(number=1, **changes):
    values = {"message_id": f"<{number}@x>", "recipient": f"p{number}@x.example", "at": NOON.timestamp()}
    return Copy(**(values | changes))


def contact(number=1, **changes):
    return Enrolled(**({"number": number, "arm": "treatment", "state": "enrolled", "due": True} | changes))


def evidence(letters=(), copies=(), enrolled=(), **changes):
    values = {"window": 2, "kills": 0, "letters": tuple(letters), "copies": tuple(copies)}
    return Evidence(**(values | {"enrolled": tuple(enrolled)} | changes))


GOOD = evidence([letter(1), letter(2)], [copy(1), copy(2)], [contact(1), contact(2)])
PAUSE = Pause(NOON, NOON + 10 * SECOND, NOON.timestamp(), NOON.timestamp() + 10, workers=2)
DOUBTS = [letter(n, status="in_doubt") for n in range(5)]
IN_PAUSE = [copy(n, at=NOON.timestamp() + 5) for n in range(5)]

BROKEN = {
    "a doubled delivery": (
        evidence([letter(intents=(NOON, NOON))], [copy(), copy()]),
        "nothing twice",
        "letter 1",
    ),
    "a third copy where one person asked for one": (
        evidence([letter(asked_again=1, intents=(NOON,) * 3)], [copy()] * 3),
        "nothing twice",
        "letter 1",
    ),
    "a letter that is lost": (evidence([letter()]), "nothing lost", "letter 1"),
    "a failure without a reason": (evidence([letter(status="failed")]), "nothing lost", "letter 1"),
    "a letter that is nowhere": (evidence([letter(status="gone")]), "nothing lost", "letter 1"),
    "a message that nobody wrote": (evidence([], [copy(7)]), "nothing made up", "<7@x>"),
    "a letter at another's door": (
        evidence([letter()], [copy(recipient="p2@x.example")]),
        "nothing made up",
        "letter 1",
    ),
    "a contact that was forgotten": (
        evidence(enrolled=[contact(due=False)]),
        "everybody accounted for",
        "1",
    ),
    "a contact that finished unwritten": (
        evidence(enrolled=[contact(state="finished")]),
        "everybody accounted for",
        "1",
    ),
    "a contact that left for no reason": (
        evidence(enrolled=[contact(state="exited")]),
        "everybody accounted for",
        "1",
    ),
    "somebody held out and written to": (
        evidence([letter()], [copy()], [contact(arm="hold_out")]),
        "everybody accounted for",
        "1",
    ),
    "a letter that arrived and may go again": (
        evidence([letter(status="queued")], [copy()]),
        "nothing left unsaid",
        "letter 1",
    ),
    "a letter that arrived and is called refused": (
        evidence([letter(status="failed", reason="no such user")], [copy()]),
        "nothing left unsaid",
        "letter 1",
    ),
    "too many in doubt": (evidence(DOUBTS, kills=2), "little in doubt", "the round"),
    "too many assumed sent": (
        evidence([replace(one, status="assumed_sent") for one in DOUBTS], kills=1, unanswered=1),
        "little in doubt",
        "the round",
    ),
    "a doubt that a person settled counts, too": (
        evidence([letter(decided=True)], [copy()]),
        "little in doubt",
        "the round",
    ),
    "a recipient who had refused": (
        evidence([letter(suppressed_at=NOON - SECOND)], [copy()]),
        "nobody against their will",
        "letter 1",
    ),
    "a dot that nobody intended": (
        evidence([letter(intents=())], [copy()]),
        "every copy intended",
        "letter 1",
    ),
    "an intent in a pause": (
        evidence([letter(intents=(NOON + SECOND,))], [copy()], pauses=(PAUSE,)),
        "pauses are exact",
        "letter 1",
    ),
    "a letter of no run while all mail is stopped": (
        evidence(
            [letter(enrolment=0, intents=(NOON + SECOND,))], [copy()], pauses=(replace(PAUSE, all_mail=True),)
        ),
        "pauses are exact",
        "letter 1",
    ),
    "more than a window a worker in a pause": (
        evidence([letter(n, enrolment=9) for n in range(5)], IN_PAUSE, pauses=(PAUSE,)),
        "pauses are exact",
        str(NOON),
    ),
    "a letter that stays claimed": (
        evidence([letter(status="claimed", intents=())]),
        "everything comes to rest",
        "letter 1",
    ),
    "a round without an end": (evidence(settled=False), "everything comes to rest", "the round"),
}

KEPT = {
    "all went well": GOOD,
    "a second copy that a person asked for": evidence(
        [letter(asked_again=1, decided=True, intents=(NOON, NOON))], [copy(), copy()], kills=1
    ),
    "the second copy of a letter that a person asked for was refused": evidence(
        [letter(asked_again=1, decided=True, status="failed", reason="no")], [copy()], kills=1
    ),
    "as many in doubt as two kills and a lost answer allow": evidence(
        DOUBTS, [copy(0, answered=False)], kills=2
    ),
    "as many in doubt as a kill and an unanswered commit allow": evidence(DOUBTS[:4], kills=1, unanswered=1),
    "failed, stopped and held with their reasons": evidence(
        [
            letter(n, status=status, reason="why", intents=())
            for n, status in enumerate(["failed", "stopped", "held"])
        ]
    ),
    "pending": evidence([letter(status="queued", intents=())], [], [contact()]),
    "refused just after the intent": evidence([letter(suppressed_at=NOON + SECOND)], [copy()]),
    "a window for each worker in a pause": evidence(
        [letter(n) for n in range(4)], IN_PAUSE[:4], pauses=(PAUSE,)
    ),
    "a letter of no run while a run is paused": evidence(
        [letter(enrolment=0, intents=(NOON + SECOND,))], [copy()], pauses=(PAUSE,)
    ),
    "an intent at the instant after a pause": evidence(
        [letter(intents=(NOON + 11 * SECOND,))], [copy()], pauses=(PAUSE,)
    ),
    "left with a reason, and held out": evidence(
        enrolled=[contact(1, state="exited", reason="answered"), contact(2, arm="hold_out", state="finished")]
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_promise_is_named_with_what_it_is_about(case):
    facts, promise, subject = BROKEN[case]
    assert breaches(facts) == (Breach(promise, subject),)


@pytest.mark.parametrize("case", KEPT)
def test_a_promise_that_is_just_kept_is_no_breach(case):
    assert breaches(KEPT[case]) == ()


def test_each_rule_is_broken_by_some_line_of_the_table():
    caught = {rule for rule in RULES for facts, _, _ in BROKEN.values() if tuple(rule(facts))}
    assert caught == set(RULES)


def test_a_breach_reads_as_a_sentence():
    (found,) = breaches(evidence([letter()]))
    assert str(found) == "nothing lost: letter 1: accepted, and the server never had it"
