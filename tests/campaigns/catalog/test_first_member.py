from datetime import timedelta

import pytest
from support.campaign_facts import TODAY, contact, took_part
from support.campaign_letters import every_letter, prospect, refuse_flaws, written

from campaigns.catalog.first_member import (
    FIRST_MEMBER,
    FIRST_MEMBER_COMPANIES,
    administration_first,
)
from crm.directory.tables import OrganizationKind
from crm.insight.candidate import AdministrationLetter
from crm.mail.templates import TemplateFolder
from crm.reference.clearance_rule import Purpose
from crm.reference.languages import Language

MINISTRY = prospect(
    name="Ministry of Communications",
    kind=OrganizationKind.ADMINISTRATION,
    segment=None,
    concerns=(),
    state_without_member=True,
)
LETTER = "first_member_administration"


def asked(days_ago, *, answered=False, campaign="first_member"):
    written_on = TODAY - timedelta(days=days_ago)
    return (AdministrationLetter(campaign, written_on, answered),)


def company(**changes):
    return prospect(
        **{"name": "Acme", "state_without_member": True, "administration_letters": asked(60), **changes}
    )


def test_an_administration_is_written_to_where_its_state_has_no_sector_member():
    found = FIRST_MEMBER.strongest(MINISTRY, TODAY)[1]
    assert (found.kind, found.words) == (
        "no_sector_member",
        "no organisation based in KEN is a Sector Member",
    )
    assert FIRST_MEMBER.strongest(prospect(), TODAY)[1] is None


def test_an_administration_gets_a_letter_by_hand_and_nobody_is_held_out():
    meta = TemplateFolder().version(LETTER, "en").meta
    assert FIRST_MEMBER.journey.templates == (LETTER,)
    assert (meta.message_class, FIRST_MEMBER.clearance, FIRST_MEMBER.hold_out) == (
        "correspondence",
        Purpose.CONTACT,
        0,
    )
    assert FIRST_MEMBER_COMPANIES.clearance is Purpose.CAMPAIGN


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, "first_of_state"),
        ({"participation": (took_part("D-SG2", "asked"),)}, "study_group"),
        ({"participation": (took_part("D-SG2", days_ago=731),)}, "first_of_state"),
        ({"state_without_member": False}, None),
    ],
)
def test_the_strongest_signal_of_a_company(changes, kind):
    found = FIRST_MEMBER_COMPANIES.strongest(company(**changes), TODAY)[1]
    assert (found and found.kind) == kind


@pytest.mark.parametrize(
    ("letters", "words"),
    [
        ((), "the administration of KEN has not been written to"),
        (asked(60, campaign="class_of_contribution"), "the administration of KEN has not been written to"),
        (
            asked(44),
            "the administration of KEN, written to on 11 October 2026, has until 25 November 2026",
        ),
        (asked(45), None),
        (asked(3, answered=True), None),
    ],
)
def test_a_company_waits_until_its_administration_has_been_heard(letters, words):
    assert administration_first(company(administration_letters=letters), TODAY) == words


@pytest.mark.parametrize(("account", "language", "template"), every_letter(FIRST_MEMBER, MINISTRY))
def test_the_formal_letter_reads_well_in_every_language(account, language, template):
    letter = written(FIRST_MEMBER, account, language, template=template, to=contact(roles=("Director",)))
    refuse_flaws(letter, language)
    lines = [line.strip("\u2068\u2069") for line in letter.text.splitlines()[:3]]
    assert lines[:2] == ["Director", "Ministry of Communications"]
    assert lines[2] in letter.subject
    assert "2026" in letter.text
    assert "Person 900" not in letter.text


@pytest.mark.parametrize(
    ("language", "country"),
    [("en", "Kenya"), ("fr", "Kenya"), ("es", "Kenya"), ("ar", "كينيا"), ("ru", "Кения"), ("zh", "肯尼亚")],
)
def test_the_state_is_named_in_the_language_of_the_letter(language, country):
    letter = written(FIRST_MEMBER, MINISTRY, Language(language), template=LETTER)
    assert letter.subject.endswith(country)


@pytest.mark.parametrize(
    ("language", "role", "salutation"),
    [
        ("en", "Minister of Communications", "Excellency"),
        ("fr", "Ministre des communications", "Excellence"),
        ("en", "Director", "Dear Sir or Madam"),
        ("fr", "Directeur", "Madame, Monsieur"),
    ],
)
def test_a_minister_is_addressed_by_the_office_and_nobody_else_is(language, role, salutation):
    reader = contact(roles=(role,), language=Language(language))
    text = written(FIRST_MEMBER, MINISTRY, Language(language), template=LETTER, to=reader).text
    assert f"\n\n{salutation},\n\n" in text
    assert ("Excell" in text) is salutation.startswith("Excell")


@pytest.mark.parametrize("language", Language)
def test_without_a_function_the_letter_goes_to_the_administration_itself(language):
    text = written(FIRST_MEMBER, MINISTRY, language, template=LETTER).text
    assert text.splitlines()[0].strip("\u2068\u2069") == "Ministry of Communications"


COMPANIES = [
    company(),
    company(participation=(took_part("D-SG2", "asked"),)),
    company(segment=None, concerns=()),
]


@pytest.mark.parametrize(
    ("account", "language", "template"), every_letter(FIRST_MEMBER_COMPANIES, *COMPANIES)
)
def test_every_letter_to_a_company_reads_well_in_every_language(account, language, template):
    letter = written(FIRST_MEMBER_COMPANIES, account, language, template=template)
    refuse_flaws(letter, language)
    assert "Acme" in letter.text


@pytest.mark.parametrize("language", Language)
def test_a_company_reads_what_concerns_it_and_when_its_administration_was_written_to(language):
    texts = [
        written(FIRST_MEMBER_COMPANIES, each, language, template="first_member_company").text
        for each in COMPANIES
    ]
    about = COMPANIES[0].concerns[0].words[language]
    assert [about in text for text in texts] == [True, True, False]
    assert ["SG2" in text for text in texts] == [False, True, False]
    assert all("25" in text and "2026" in text for text in texts)
