from datetime import date, timedelta

import pytest
from support.campaign_facts import NOW, TODAY, candidate, circumstances, contact, correspondence, touch

from campaigns.guards import (
    GUARDS,
    Case,
    Skip,
    at_an_address_of_the_account,
    not_written_to_lately,
    objection,
    with_permission,
)
from campaigns.signal import Signal
from crm.consent.bases import Purpose
from crm.consent.permission import Recorded
from crm.directory.tables import OrganizationKind
from crm.membership.contract.standing import Standing
from crm.outreach.reasons import AFTER_WAITING, Reason
from crm.reference.consent_rules import Basis
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
        (Standing.ON_PLAN, Reason.ON_PLAN),
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


CONSENT = Recorded(frozenset({Basis.CONSENT}))
OBJECTED = Recorded(objected_on=date(2026, 11, 1))
AS_PROSPECT = {"term_id": None, "standing": None, "standing_as_of": None}
AS_ADMINISTRATION = {**AS_PROSPECT, "kind": OrganizationKind.ADMINISTRATION}


@pytest.mark.parametrize(
    ("account", "recorded", "about", "objects"),
    [
        ({}, None, Purpose.CAMPAIGNS, False),
        ({}, OBJECTED, Purpose.CAMPAIGNS, True),
        ({}, None, Purpose.EVENT, True),
        ({}, CONSENT, Purpose.EVENT, False),
        (AS_ADMINISTRATION, None, Purpose.CAMPAIGNS, False),
        (AS_PROSPECT, None, Purpose.CAMPAIGNS, True),
        (AS_PROSPECT, CONSENT, Purpose.CAMPAIGNS, False),
        (AS_PROSPECT | {"country": "CHE"}, None, Purpose.CAMPAIGNS, True),
        (AS_PROSPECT | {"country": None}, None, Purpose.CAMPAIGNS, True),
        ({"contacts": ()}, None, Purpose.EVENT, False),  # there is nobody to ask
    ],
)
def test_without_a_ground_that_suffices_there_nobody_is_written_to(account, recorded, about, objects):
    people = {901: recorded} if recorded else {}
    around = circumstances(correspondence=correspondence(purpose=about, recorded=people))
    skip = with_permission(Case(candidate(1, **account), SIGNAL), around)
    assert (skip is not None) == objects
    assert skip is None or skip.reason is Reason.NO_PERMISSION


def test_the_detail_names_the_reader_and_what_is_missing_and_what_nobody_has_verified():
    around = circumstances()
    skip = with_permission(Case(candidate(1, **AS_PROSPECT), SIGNAL), around)
    assert skip == Skip(Reason.NO_PERMISSION, "Person 901: consent needed for a prospect in KEN (unverified)")


@pytest.mark.parametrize(
    ("days_ago", "cap", "objects"),
    [(0, 3, True), (2.99, 3, True), (3, 3, False), (4, 3, False), (4, 7, True), (0, 0, False)],
)
def test_whoever_had_a_letter_of_any_campaign_just_now_is_left_in_peace(days_ago, cap, objects):
    around = circumstances(written={901: NOW - timedelta(days=days_ago)}, cap=timedelta(days=cap))
    skip = not_written_to_lately(Case(candidate(1), SIGNAL), around)
    assert (skip is not None) == objects
    assert skip is None or skip.reason is Reason.FREQUENCY_CAP
    assert not_written_to_lately(Case(candidate(2), SIGNAL), around) is None


OWN = {1: frozenset({"acme.example", "acme-group.example"})}
OPEN = frozenset({"mail.example"})


@pytest.mark.parametrize(
    ("address", "domains", "recorded", "allowed", "why"),
    [
        ("a@acme.example", OWN, None, False, None),
        ("a@ACME.example", OWN, None, False, None),
        ("a@ke.acme.example", OWN, None, False, None),  # a domain inside its own
        ("a@acme-group.example", OWN, None, False, None),
        ("a@notacme.example", OWN, None, False, "notacme.example is none of its domains"),
        ("a@acme.example.evil.example", OWN, None, False, "acme.example.evil.example is none of its domains"),
        ("a@other.example", {}, None, False, None),  # nobody has said what its domains are
        ("a@mail.example", {}, None, False, "mail.example is open to anybody"),
        ("a@mail.example", OWN, None, False, "mail.example is open to anybody"),
        ("a@mail.example", OWN, CONSENT, False, None),  # the reader has given it themselves
        ("a@other.example", OWN, CONSENT, False, None),
        ("a@mail.example", OWN, OBJECTED, False, "mail.example is open to anybody"),
        ("a@mail.example", OWN, None, True, None),  # the campaign does not mind
        ("a@other.example", OWN, None, True, None),
    ],
)
def test_an_address_that_does_not_look_like_the_accounts_is_not_written_to(
    address, domains, recorded, allowed, why
):
    account = candidate(1, contacts=(contact(901, address=address, name="Amina"),))
    known = correspondence(domains=domains, providers=OPEN, recorded={901: recorded} if recorded else {})
    around = circumstances(correspondence=known, foreign_addresses=allowed)
    skip = at_an_address_of_the_account(Case(account, SIGNAL), around)
    assert skip == (Skip(Reason.ADDRESS_NOT_OF_ACCOUNT, f"Amina: {why}") if why else None)


def test_every_guard_but_the_first_lets_an_account_pass_that_nothing_is_known_against():
    for guard in GUARDS:
        assert guard(Case(candidate(1), SIGNAL), circumstances()) is None


def test_every_reason_is_given_by_a_guard_or_by_what_is_decided_for_all_together():
    situations = [
        *(said(candidate(standing=standing, standing_as_of=TODAY)) for standing in Standing),
        said(candidate(standing=None, standing_as_of=None)),
        said(signal=None),
        said(conditions=(lambda _account, _day: "the administration answers",)),
        said(candidate(last_touch=touch(days_ago=1))),
        said(candidate(group_id=50), engaged=frozenset({50})),
        said(candidate(contacts=())),
        said(candidate(contacts=(contact(1, suppressed=True),))),
        said(candidate(1, **AS_PROSPECT)),
        said(candidate(1), written={901: NOW}),
        said(candidate(1), correspondence=correspondence(providers={"acme.example"})),
        said(candidate(contacts=(contact(1, language=Language.RUSSIAN),))),
        said(candidate(1), held={1: "TSB has an open ask"}),
    ]
    given = {skip.reason for skip in situations if skip}
    assert given | {Reason.GROUP_ENROLLED, Reason.PERSON_ENROLLED} == set(Reason) - AFTER_WAITING
