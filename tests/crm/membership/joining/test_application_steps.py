"""Who must act next in each state, and which step follows which: tables, and sequences of any steps."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.errors import AccordError, InvalidInput, Refused
from crm.membership.joining.application_steps import (
    CLOSED,
    Party,
    Status,
    Step,
    first_status,
    refuse_odd_day,
    status_after,
    waits_for,
)

TODAY = date(2026, 11, 24)
WHO_MUST_ACT = [
    # status, with the administration, with the Secretary-General
    (Status.RECEIVED, Party.US, Party.US),
    (Status.INCOMPLETE, Party.APPLICANT, Party.APPLICANT),
    (Status.SUBMITTED, Party.ADMINISTRATION, Party.SECRETARY_GENERAL),
    (Status.APPROVED, Party.US, Party.US),
    (Status.INVOICED, Party.PAYMENT, Party.PAYMENT),
    (Status.PAID, Party.US, Party.US),
    (Status.ACTIVE, None, None),
    (Status.REFUSED, None, None),
    (Status.WITHDRAWN, None, None),
]
FOLLOWS = {
    # step: what follows by itself, what wants a reason because it leaves steps out, what always wants one
    Step.SENT_BACK: ("", "", "received submitted"),
    Step.COMPLETED: ("incomplete", "", ""),
    Step.FORWARDED: ("received", "incomplete", ""),
    Step.APPROVED: ("submitted", "received incomplete", ""),
    Step.REFUSED: ("", "received incomplete", "submitted"),
    Step.INVOICED: ("approved", "", ""),
    Step.PAID: ("invoiced", "", ""),
    Step.UNPAID: ("paid", "", ""),
    Step.ACTIVATED: ("paid", "approved invoiced", ""),
    Step.WITHDRAWN: ("", "", "received incomplete submitted approved invoiced paid"),
}
EVERY = [(status, step) for status in Status for step in FOLLOWS]


@pytest.mark.parametrize(("status", "administration", "secretary_general"), WHO_MUST_ACT)
def test_who_must_act_next(status, administration, secretary_general):
    assert waits_for(status, direct=False) is administration
    assert waits_for(status, direct=True) is secretary_general


def test_the_table_has_every_state_and_every_step():
    assert [status for status, *_ in WHO_MUST_ACT] == list(Status)
    assert {*FOLLOWS, Step.APPLIED} == set(Step)


@pytest.mark.parametrize(("status", "step"), EVERY)
def test_which_step_follows_which(status, step):
    usual, skipping, explained = (places.split() for places in FOLLOWS[step])
    if status in [*usual, *skipping, *explained]:
        assert isinstance(status_after(status, step, direct=False, reason="because"), Status)
    else:
        with pytest.raises(Refused) as refused:
            status_after(status, step, direct=False, reason="because")
        assert refused.value.rule == "applications.order"
    if status in usual:
        assert status_after(status, step, direct=False, reason="") is not status
    if status in skipping:
        with pytest.raises(Refused) as refused:
            status_after(status, step, direct=False, reason=" ")
        assert refused.value.rule == "applications.nothing_skipped"
    if status in explained:
        with pytest.raises(InvalidInput) as invalid:
            status_after(status, step, direct=False, reason="")
        assert invalid.value.field == "reason"


def test_what_goes_straight_to_the_secretary_general_is_never_with_us_to_be_forwarded():
    assert first_status(direct=True) is Status.SUBMITTED
    assert status_after(Status.INCOMPLETE, Step.COMPLETED, direct=True, reason="") is Status.SUBMITTED
    assert status_after(Status.INCOMPLETE, Step.COMPLETED, direct=False, reason="") is Status.RECEIVED


@pytest.mark.parametrize(
    ("on", "rule"),
    [
        (TODAY, None),
        (TODAY - timedelta(days=3), None),
        (TODAY - timedelta(days=4), "applications.in_order"),
        (TODAY + timedelta(days=1), "applications.not_ahead"),
    ],
)
def test_days_are_entered_in_their_order_and_never_ahead(on, rule):
    last = TODAY - timedelta(days=3)
    if rule is None:
        refuse_odd_day(on, after=last, today=TODAY)
        return
    with pytest.raises(Refused) as refused:
        refuse_odd_day(on, after=last, today=TODAY)
    assert (refused.value.rule, refused.value.field) == (rule, "on")


def steps_taken(steps, *, direct, reason):
    """The states of an application that tries these steps one after the other; what is refused changes nothing."""
    reached = [first_status(direct=direct)]
    for step in steps:
        try:
            reached.append(status_after(reached[-1], step, direct=direct, reason=reason))
        except AccordError:
            continue
    return reached


tries = st.lists(st.sampled_from(sorted(FOLLOWS)), max_size=30)


@given(tries, st.booleans(), st.sampled_from(["", "because"]))
def test_nothing_leaves_a_closed_state_and_somebody_must_always_act_on_an_open_one(steps, direct, reason):
    reached = steps_taken(steps, direct=direct, reason=reason)
    for status in reached[:-1]:
        assert status not in CLOSED
    assert (waits_for(reached[-1], direct=direct) is None) == (reached[-1] in CLOSED)


@given(tries, st.booleans())
def test_without_a_reason_nobody_becomes_active_but_by_approval_invoice_and_payment(steps, direct):
    reached = steps_taken(steps, direct=direct, reason="")
    if reached[-1] is Status.ACTIVE:
        assert reached[-5:] == [
            Status.SUBMITTED,
            Status.APPROVED,
            Status.INVOICED,
            Status.PAID,
            Status.ACTIVE,
        ]
    assert not {Status.REFUSED, Status.WITHDRAWN, Status.INCOMPLETE} & set(reached)
