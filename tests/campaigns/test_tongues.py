import pytest
from support.campaign_facts import NOW, assemble, campaign, candidate, circumstances, contact

from campaigns.languages_report import languages_report
from campaigns.tongues import refuse_silence, tongues
from crm.errors import InvalidInput
from crm.reference.languages import Language

EVERYWHERE = dict.fromkeys(Language, "")
REVIEWED = {**EVERYWHERE, "fr": "R. Haddad, 2026-11-20"}


def spoken(letter=EVERYWHERE, reminder=EVERYWHERE, **changes):
    found = tongues(campaign(**changes), {"letter": letter, "reminder": reminder})
    return {tongue.language.value: tongue for tongue in found}


def without(language):
    return {tongue: person for tongue, person in EVERYWHERE.items() if tongue != language}


@pytest.mark.parametrize(
    ("letter", "reminder", "missing"),
    [
        (EVERYWHERE, EVERYWHERE, ()),
        (EVERYWHERE, without("ru"), ("reminder/ru/subject.txt",)),
        (without("ru"), EVERYWHERE, ("letter/ru/subject.txt",)),
        (without("ru"), without("ru"), ("letter/ru/subject.txt", "reminder/ru/subject.txt")),
    ],
)
def test_a_language_is_complete_once_every_letter_is_written(letter, reminder, missing):
    found = spoken(letter, reminder)
    assert found["ru"].missing == missing
    assert found["ru"].complete is not bool(missing)
    assert all(found[other].complete for other in found if other != "ru")


def test_a_language_in_which_nobody_signs_is_not_complete():
    signatures = {Language.ENGLISH: campaign().signatures[Language.ENGLISH]}
    found = spoken(signatures=signatures)
    assert found["fr"].missing == ("a signature in French",)
    assert found["en"].complete


def test_a_wording_without_a_name_beside_it_counts_as_unreviewed():
    found = spoken(REVIEWED, EVERYWHERE)
    assert found["fr"].unreviewed == ("reminder",)
    assert found["en"].unreviewed == ("letter", "reminder")
    assert spoken(REVIEWED, REVIEWED)["fr"].unreviewed == ()


@pytest.mark.parametrize("named", ["default_language", "fallback_language"])
def test_a_campaign_that_falls_back_on_a_language_it_lacks_is_refused_with_the_file(named):
    with pytest.raises(
        InvalidInput, match=f"zh as its {named}, but lacks reminder/zh/subject.txt"
    ) as refused:
        refuse_silence(campaign(**{named: "zh"}), spoken(reminder=without("zh")).values())
    assert refused.value.candidates == ("ar", "en", "es", "fr", "ru")
    refuse_silence(campaign(**{named: "zh"}), spoken().values())


def test_the_report_marks_what_nobody_has_reviewed_and_counts_who_has_no_letter():
    readers = ("en", "en", "fr", "ru", None)
    accounts = [
        candidate(n, contacts=(contact(n, language=tongue and Language(tongue)),))
        for n, tongue in enumerate(readers, start=1)
    ]
    chosen = campaign(hold_out=0, default_language=None)
    around = circumstances(default_language=None)
    report = languages_report(
        chosen, assemble(chosen, accounts, around), tuple(spoken(REVIEWED, without("ru")).values()), as_of=NOW
    )
    rows = {row["language"]: row for row in report}
    assert [(name, row["written_to"], row["left_out"]) for name, row in rows.items()] == [
        ("Arabic", 0, 0),
        ("Chinese", 0, 0),
        ("English", 2, 0),
        ("French", 1, 0),
        ("Russian", 0, 1),
        ("Spanish", 0, 0),
        ("Not known", 0, 1),
    ]
    assert rows["French"]["letters"] == "Complete: letter, reminder"
    assert rows["French"]["review"] == (
        "Not reviewed by any person: reminder; Reviewed by R. Haddad, 2026-11-20: letter"
    )
    assert rows["Russian"]["letters"] == "Missing: reminder/ru/subject.txt"
    assert report.totals["left_out"] == 2
    assert report.notes == ()
