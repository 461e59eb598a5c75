from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from support.associates import associate
from support.runs import reminder

from campaigns.keys import letter_key, notice_key
from crm.outreach.outbox import LetterOrder, queue_letters

steps = st.from_regex(r"[a-z][a-z0-9_]{0,40}", fullmatch=True)
numbers = st.integers(min_value=1, max_value=2**63 - 1)
letters = st.tuples(numbers, steps, numbers)


@given(letters, letters)
def test_wish_13_two_letters_share_a_key_only_if_run_step_and_person_are_the_same(one, other):
    keys = [letter_key(run, step=step, person_id=person) for run, step, person in (one, other)]
    assert (keys[0] == keys[1]) == (one == other)


notices = st.tuples(steps, numbers, st.dates(), steps)


@given(notices, notices)
def test_wish_3_a_notice_has_one_key_for_each_rule_subject_reference_date_and_step(one, other):
    keys = [notice_key(rule, subject_id=n, reference_on=on, step=step) for rule, n, on, step in (one, other)]
    assert (keys[0] == keys[1]) == (one == other)


def test_wish_3_the_key_changes_with_the_reference_date_and_comes_back_with_it():
    def key(on: date) -> str:
        return notice_key("term_ends", subject_id=7, reference_on=on, step="first")

    assert key(date(2026, 12, 31)) != key(date(2027, 12, 31))
    assert key(date(2026, 12, 31)) == key(date(2026, 12, 31))


@given(letters, notices)
def test_a_letter_and_a_notice_never_share_a_key(letter, notice):
    run, step, person = letter
    rule, subject, on, first = notice
    assert letter_key(run, step=step, person_id=person) != notice_key(
        rule, subject_id=subject, reference_on=on, step=first
    )


def test_wish_3_a_notice_is_sent_neither_twice_nor_lost_when_its_reference_date_moves(book):
    account, person = associate(book, "Acme")

    def queued(on: date) -> int:
        key = notice_key("term_ends", subject_id=account.id, reference_on=on, step="first")
        notice = LetterOrder(
            key=key,
            message_class="correspondence",
            organization_id=account.id,
            person_id=person.id,
            to_name=person.name,
            to_address=person.email,
            from_name="Dana",
            language="en",
            template=reminder(),
            facts={},
            due_at=book.clock.now(),
        )
        with book._store.changing("notice.queued") as change:
            return queue_letters(change, [notice], identity=book.identity)[key]

    first, moved = queued(date(2026, 12, 31)), queued(date(2027, 12, 31))
    assert first != moved
    assert [queued(date(2026, 12, 31)), queued(date(2027, 12, 31))] == [first, moved]
    assert len(book.outbox.of(account)) == 2
