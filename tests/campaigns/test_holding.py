from datetime import timedelta

import pytest
from support.campaign_facts import NOW, touch
from support.clearance import decided, ground, override

from campaigns.holding import holding
from crm.outreach.reasons import Reason

# The clearance is asked for the BDT, whose colleague prepared run 10; the account manager belongs to the GS.
OURS = frozenset({"BDT", "GS"})


def held(*grounds, touches=(), overrides=(), **changes):
    clearance = decided(*grounds, overrides=overrides)
    values = {"offices": OURS, "quiet": timedelta(days=14), "now": NOW, **changes}
    skip = holding(10, clearance, touches, **values)
    return skip and skip.reason


@pytest.mark.parametrize(
    ("grounds", "touches", "reason"),
    [
        ([], [], None),
        ([ground("reserved")], [], Reason.CLEARANCE_HOLD),
        ([ground("open_ask")], [], Reason.CLEARANCE_HOLD),
        ([ground("promise")], [], Reason.CLEARANCE_HOLD),
        ([ground("recent_contact")], [], Reason.CLEARANCE_HOLD),
        ([ground("complaint", office=None)], [], Reason.CLEARANCE_HOLD),
        ([ground("retention")], [], None),
        ([ground("open_ask", office="GS")], [], None),
        ([ground("promise", office="BDT")], [], None),
        ([ground("complaint", office="GS")], [], Reason.CLEARANCE_HOLD),
        ([ground("in_campaign", refers_to="run:10")], [], None),
        ([ground("in_campaign", refers_to="run:11")], [], Reason.CLEARANCE_HOLD),
        ([ground("in_campaign", refers_to="run:10"), ground("reserved")], [], Reason.CLEARANCE_HOLD),
        ([], [touch(days_ago=13)], Reason.QUIET_PERIOD),
        ([], [touch(days_ago=14)], None),
        ([], [touch(days_ago=1, office="GS")], None),
        ([], [touch(days_ago=1, office="GS"), touch(days_ago=2)], Reason.QUIET_PERIOD),
        ([], [touch(days_ago=1, kind="letter", office=None)], Reason.QUIET_PERIOD),
    ],
)
def test_what_others_do_holds_a_letter_back_and_what_is_done_in_its_own_name_does_not(
    grounds, touches, reason
):
    assert held(*grounds, touches=touches) == reason


def test_what_a_colleague_has_overridden_holds_nothing_back():
    assert held(ground("reserved"), overrides=(override("reserved"),)) is None


def test_where_no_account_can_be_asked_about_only_the_quiet_period_counts():
    values = {"offices": OURS, "quiet": timedelta(days=14), "now": NOW}
    assert holding(10, None, [], **values) is None


def test_the_particulars_are_told():
    values = {"offices": OURS, "quiet": timedelta(days=14), "now": NOW}
    told = [
        holding(10, None, [touch(days_ago=2)], **values),
        holding(10, decided(ground("reserved", detail="until May: talks")), [], **values),
    ]
    assert [skip.detail for skip in told] == [
        "meeting by TSB on 22 November 2026",
        "TSB has reserved it (until May: talks)",
    ]
