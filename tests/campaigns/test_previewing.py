"""Whom a campaign would reach and what it would send them, before anything is written; and the languages it has."""

import shutil
from datetime import UTC, datetime

import pytest
from support.associates import associate
from support.desk_runs import NOBODY_HELD_OUT

from campaigns import desk
from campaigns.catalog.associate_upgrade import ASSOCIATE_UPGRADE
from campaigns.journey import Journey, LetterStep
from crm.errors import InvalidInput, NotFound, Refused
from crm.mail.templates import TemplateFolder

WITHOUT_RUSSIAN = NOBODY_HELD_OUT.but(
    signatures={tongue: by for tongue, by in ASSOCIATE_UPGRADE.signatures.items() if tongue != "ru"}
)


@pytest.fixture
def letters_without(tmp_path):
    """The letters on file, less some languages of them."""

    def made(*places: str) -> TemplateFolder:
        shutil.copytree(TemplateFolder().path, tmp_path / "mail")
        for place in places:
            shutil.rmtree(tmp_path / "mail" / place)
        return TemplateFolder(tmp_path / "mail")

    return made


def test_a_preview_says_whom_it_would_reach_and_who_is_left_out_and_why(book, colleague):
    acme, _ = associate(book, "Acme", owner="dana@accord.example")
    associate(book, "Owing", standing="arrears")
    associate(book, "Unknown", standing=None)
    met, _ = associate(book, "Met")
    book.log("meeting", met, "About something else", office="BDT", at=datetime(2026, 11, 20, tzinfo=UTC))
    associate(book, "Small", size="sme")
    associate(book, "Russian", language="ru")
    _, refusing = associate(book, "Refusing")
    book.suppressions.add(refusing.email)
    found = desk.preview(book, WITHOUT_RUSSIAN)
    assert [row.account.name for row in found.audience.invited] == ["Acme"]
    assert {row.account.name: row.skip.reason.value for row in found.audience.left_out} == {
        "Owing": "arrears",
        "Unknown": "standing_unknown",
        "Met": "quiet_period",
        "Small": "no_signal",
        "Russian": "no_letter_in_language",
        "Refusing": "suppressed",
    }
    assert found.of("Met").skip.detail == "meeting by BDT on 20 November 2026"
    assert found.of(acme).signal.words == "a large enterprise, and still an Associate"
    assert (found.count, sum(found.reasons.values()), found.arms["treatment"]) == (1, 6, 1)


def test_a_preview_writes_nothing(book, colleague):
    associate(book, "Acme")
    before = book.trail.latest()
    desk.preview(book, "associate_upgrade")
    assert (book.trail.latest(), book.runs.of(), book.outbox.of()) == (before, (), ())


def test_a_preview_shows_any_letter_as_its_reader_would_see_it(book, colleague):
    associate(book, "Acme", owner="dana@accord.example")
    associate(book, "Société Orbite", language="fr")
    associate(book, "الأقمار", language="ar", standing="arrears")
    found = desk.preview(book, "associate_upgrade")
    english = found.letter("Acme")
    assert english.subject == "Acme and full membership of ITU-T"
    for words in (
        "Dear",
        "Contact of Acme",
        "SG13",
        "Dana Keller",
        "Telecommunication Standardization Bureau",
    ):
        assert words in english.text
    french = found.letter("Société Orbite")
    for words in ("UIT-T", "Membership team", "Secrétariat général", "membership@accord.example"):
        assert words in french.text
    assert 'dir="rtl"' in found.letter("الأقمار").html
    assert "24 November 2026" in found.letter("Acme", step="reminder").text
    assert "unsubscribe+example@answers.accord.example" in english.text


def test_a_letter_that_cannot_be_shown_says_why(book, colleague):
    small, _ = associate(book, "Small", size="sme")
    associate(book, "Acme")
    found = desk.preview(book, "associate_upgrade")
    with pytest.raises(Refused, match="no signal"):
        found.letter(small.id)
    with pytest.raises(NotFound) as missing:
        found.letter("Acme", step="third")
    assert missing.value.candidates == ("letter", "reminder")
    with pytest.raises(NotFound, match="each account that is an Associate; Nobody is none"):
        found.letter("Nobody")


def test_a_campaign_with_a_letter_that_is_not_on_file_is_refused_with_the_place(book):
    journey = Journey(steps=(LetterStep(name="letter", template="no_such_letter"),))
    with pytest.raises(InvalidInput) as refused:
        desk.preview(book, ASSOCIATE_UPGRADE.but(journey=journey))
    assert refused.value.field == "steps[0].template"


def test_a_preview_says_language_by_language_what_goes_out_and_that_nobody_has_reviewed_it(book, colleague):
    associate(book, "Acme")
    associate(book, "Orbite", language="fr")
    associate(book, "Russian", language="ru")
    shown = desk.preview(book, WITHOUT_RUSSIAN)
    rows = {row["language"]: row for row in shown.languages()}
    assert [rows[name]["written_to"] for name in ("English", "French", "Russian")] == [1, 1, 0]
    assert rows["Russian"]["left_out"] == 1
    assert rows["Russian"]["letters"] == "Missing: a signature in Russian"
    assert rows["English"]["review"] == (
        "Not reviewed by any person: associate_upgrade, associate_upgrade_reminder"
    )
    assert str(shown.languages()) in str(shown)


def test_a_reminder_that_lacks_a_language_keeps_its_readers_out_and_is_named(
    book, colleague, letters_without
):
    associate(book, "Acme")
    associate(book, "Russian", language="ru")
    book.templates = letters_without("associate_upgrade_reminder/ru")
    shown = desk.preview(book, NOBODY_HELD_OUT)
    assert shown.of("Russian").skip.reason == "no_letter_in_language"
    (russian,) = (row for row in shown.languages() if row["language"] == "Russian")
    assert russian["letters"] == "Missing: associate_upgrade_reminder/ru/subject.txt"
    assert "associate_upgrade" in russian["review"]
    assert not [place for place in shown.content.wordings if place.endswith("/ru")]


def test_a_fallback_language_is_used_and_said(book, colleague):
    associate(book, "Russian", language="ru")
    shown = desk.preview(book, WITHOUT_RUSSIAN.but(fallback_language="en"))
    assert shown.of("Russian").language == "en"
    assert shown.languages().notes == (
        "1 whose contact reads Russian would get English, the fallback language.",
    )


@pytest.mark.parametrize("named", ["default_language", "fallback_language"])
def test_a_campaign_is_not_prepared_for_a_fallback_that_lacks_a_letter(
    book, colleague, letters_without, named
):
    associate(book, "Acme")
    book.templates = letters_without("associate_upgrade_reminder/zh")
    with pytest.raises(InvalidInput, match="lacks associate_upgrade_reminder/zh/subject") as refused:
        desk.prepare(book, NOBODY_HELD_OUT.but(**{named: "zh"}))
    assert (refused.value.field, refused.value.value) == (named, "zh")
    assert "zh" not in refused.value.candidates


def test_a_run_whose_letter_has_lost_a_language_is_not_approved(book, colleague, letters_without):
    associate(book, "Russian", language="ru")
    run = desk.prepare(book, NOBODY_HELD_OUT)
    colleague.templates = letters_without("associate_upgrade_reminder/ru")
    with pytest.raises(Refused, match="content"):
        desk.approve(colleague, run, count=1, campaign=NOBODY_HELD_OUT)


def test_who_approves_reads_which_wording_nobody_has_reviewed(book, colleague):
    associate(book, "Russian", language="ru")
    run = desk.overview(colleague, desk.prepare(book, NOBODY_HELD_OUT))
    assert run.run.approved.reviewed_by["associate_upgrade/ru"] == ""
    assert "Letters: 1 in Russian." in str(run)
    assert "Not reviewed by any person: associate_upgrade/ar" in str(run)


def test_a_review_between_preparation_and_approval_voids_nothing(book, colleague, letters_without, tmp_path):
    associate(book, "Acme")
    book.templates = letters_without()
    run = desk.prepare(book, NOBODY_HELD_OUT)
    meta = tmp_path / "mail" / "associate_upgrade" / "meta.toml"
    meta.write_text(meta.read_text("utf-8").replace('reviewed_by = ""', 'reviewed_by = "J. Silva"'), "utf-8")
    colleague.templates = TemplateFolder(tmp_path / "mail")
    assert desk.approve(colleague, run, count=1, campaign=NOBODY_HELD_OUT).status == "approved"
