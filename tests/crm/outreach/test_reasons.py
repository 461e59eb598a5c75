import pytest

from crm.consent.suppressions import SuppressionReason
from crm.outreach.reasons import Leave, Reason
from crm.outreach.run_tables import EnrolmentState, reason_of


@pytest.mark.parametrize("reason", [*Reason, *Leave])
def test_every_reason_has_words(reason):
    assert reason.words


@pytest.mark.parametrize("refusal", SuppressionReason)
def test_every_refusal_is_a_reason_to_leave_a_journey(refusal):
    assert Leave(refusal).words


@pytest.mark.parametrize(
    ("state", "kept", "reason"),
    [
        (EnrolmentState.LEFT_OUT, "quiet_period", Reason.QUIET_PERIOD),
        (EnrolmentState.ENROLLED, "quiet_period", Reason.QUIET_PERIOD),
        (EnrolmentState.EXITED, "quiet_period", Leave.QUIET_PERIOD),
        (EnrolmentState.LEFT_OUT, "cancelled", Reason.RUN_CANCELLED),
        (EnrolmentState.FINISHED, None, None),
    ],
)
def test_where_an_account_stands_says_what_its_reason_means(state, kept, reason):
    found = reason_of(state, kept)
    assert (found, type(found)) == (reason, type(reason))
