from datetime import date

import pytest
from support.campaign_facts import candidate, circumstances, contact, touch

from campaigns.guards import Case, Reason, Skip, objection
from campaigns.signal import Signal
from crm.membership.standing import Standing
from crm.reference.languages import Language

SIGNAL = Signal("size", "large")


def said(account=None, signal=SIGNAL, **around) -> Skip | None:
    return objection(Case(account or candidate(), signal), circumstances(**around))


def test_nothing_stands_against_an_account_in_good_standing_that_nobody_contacted():
    assert said() is None


@pytest.mark.parametrize(
    ("standing", "reason"),
    [
        (Standing.GOOD, None),
        (Standing.ARREARS, Reason.ARREARS),
        (Standing.SUSPENDED, Reason.SUSPENDED),
        (Standing.CANCELLING, Reason.CANCELLING),
        (Standing.EXEMPT, Reason.EXEMPT),
        (Standing.APPLICATION_PENDING, Reason.APPLICATION_PENDING),
    ],
)
def test_every_standing_but_good_is_a_reason_of_its_own(standing, reason):
    skip = said(candidate(standing=standing, standing_as_of=date(2026, 9, 30)))
    assert (skip and skip.reason) == reason
    assert skip is None or skip.detail == "as of 30 September 2026"


def test_every_standing_that_there_is_has_a_decision():
    for standing in Standing:
        said(candidate(standing=standing))


def test_an_unknown_standing_is_a_named_reason():
    assert said(candidate(standing=None, standing_as_of=None)) == Skip(Reason.STANDING_UNKNOWN)


def test_an_account_that_nothing_speaks_for_is_left_out():
    assert said(signal=None) == Skip(Reason.NO_SIGNAL)


@pytest.mark.parametrize(
    ("days_ago", "quiet"),
    [(0, True), (13.99, True), (14, False), (15, False), (-3, True)],
    ids=["today", "just inside", "at the edge", "outside", "a meeting in three days"],
)
def test_contact_by_any_office_inside_the_quiet_period_leaves_an_account_in_peace(days_ago, quiet):
    skip = said(candidate(last_touch=touch(days_ago=days_ago, office="BDT")))
    assert (skip is not None and skip.reason is Reason.QUIET_PERIOD) == quiet


def test_a_letter_counts_like_a_meeting_and_the_latest_of_both_is_named():
    account = candidate(last_touch=touch(days_ago=10))
    assert said(account).detail == "meeting by TSB on 14 November 2026"
    letters = {account.organization_id: touch(days_ago=2, kind="letter", office=None)}
    assert said(account, letters=letters).detail == "letter on 22 November 2026"
    assert said(candidate(2), letters=letters) is None


def test_another_campaign_of_the_same_corporate_group_keeps_this_one_away():
    assert said(candidate(1, group_id=50), engaged=frozenset({50})).reason is Reason.OTHER_CAMPAIGN
    assert said(candidate(1, group_id=51), engaged=frozenset({50})) is None


def test_an_account_without_an_address_is_left_out():
    assert said(candidate(contacts=())).reason is Reason.NO_CONTACT


def test_a_refusal_is_respected_and_no_colleague_is_written_to_instead():
    contacts = (contact(1, suppressed=True, name="Amina"), contact(2))
    assert said(candidate(contacts=contacts)) == Skip(Reason.SUPPRESSED, "Amina")


def test_a_refusal_of_somebody_who_would_not_be_written_to_changes_nothing():
    assert said(candidate(contacts=(contact(1), contact(2, suppressed=True)))) is None


@pytest.mark.parametrize(
    ("reads", "default", "fallback", "gets"),
    [
        (Language.FRENCH, Language.ENGLISH, None, Language.FRENCH),
        (None, Language.ENGLISH, None, Language.ENGLISH),
        (None, None, None, None),
        (None, None, Language.ENGLISH, Language.ENGLISH),
        (Language.RUSSIAN, Language.ENGLISH, None, None),
        (Language.RUSSIAN, None, Language.FRENCH, Language.FRENCH),
        (Language.RUSSIAN, Language.ENGLISH, Language.CHINESE, None),
        (None, Language.CHINESE, Language.ENGLISH, Language.ENGLISH),
    ],
)
def test_a_letter_is_in_the_readers_language_or_in_one_that_the_campaign_names(
    reads, default, fallback, gets
):
    account = candidate(contacts=(contact(1, language=reads),))
    around = {"default_language": default, "fallback_language": fallback}
    assert circumstances(**around).language_for(account.contacts[0]) == gets
    skip = said(account, **around)
    assert (skip and skip.reason) == (None if gets else Reason.NO_LETTER_IN_LANGUAGE)


def test_an_account_whose_clearance_says_to_hold_is_left_out_with_the_words_of_it():
    held = {1: "TSB has an open ask (a pledge)"}
    assert said(candidate(1), held=held) == Skip(Reason.CLEARANCE_HOLD, "TSB has an open ask (a pledge)")
    assert said(candidate(2), held=held) is None


def test_the_clearance_speaks_after_every_other_guard():
    held = {1: "TSB has an open ask"}
    assert said(candidate(1, last_touch=touch(days_ago=1)), held=held).reason is Reason.QUIET_PERIOD
    assert said(candidate(1, contacts=()), held=held).reason is Reason.NO_CONTACT


def test_the_first_guard_that_objects_names_the_reason():
    hopeless = candidate(standing=Standing.ARREARS, last_touch=touch(days_ago=1), contacts=(), group_id=50)
    assert said(hopeless, None, engaged=frozenset({50})).reason is Reason.ARREARS


def test_every_reason_has_words():
    assert all(reason.words for reason in Reason)
    assert len({reason.words for reason in Reason}) == len(Reason)
