"""Letters out of several folders: each in one place, behind the same gates, and nothing from outside its folder."""

import shutil

import pytest
from support.letter_folders import letter_folder

from crm.errors import TemplateError
from crm.mail.letter_folders import META
from crm.mail.rendering import render
from crm.mail.templates import TemplateFolder


@pytest.fixture
def foreign(tmp_path):
    """Makes a folder of somebody else's with one letter: no frame of its own."""

    def foreign(name="visit", *, under="foreign", **words):
        made = letter_folder(tmp_path / f"made-{under}-{name}", **words).path
        (tmp_path / under).mkdir(exist_ok=True)
        shutil.move(made / "hello", tmp_path / under / name)
        return tmp_path / under

    return foreign


@pytest.fixture
def own(tmp_path):
    return letter_folder(tmp_path / "own").path


def test_a_letter_from_outside_stands_in_the_frame_of_the_house(foreign, own):
    folder = TemplateFolder(own, others=[foreign(subject="Visit {{ person.name }}")])
    assert folder.names() == ("hello", "visit")
    assert (folder.languages("visit"), folder.reviews("visit")["en"]) == (("ar", "en"), "")
    version = folder.version("visit", "ar")
    assert version.layout == folder.version("hello", "ar").layout
    assert render(version, {"person": {"name": "Amina"}}).subject == "Visit Amina"


def test_a_folder_from_outside_brings_no_frame(foreign, own):
    theirs = foreign()
    shutil.copytree(own / "_base", theirs / "_base")
    (theirs / "_base" / "layout.html").write_text("<script>theirs</script>", encoding="utf-8")
    assert "theirs" not in TemplateFolder(own, others=[theirs]).version("visit", "en").layout


@pytest.mark.parametrize("others", [["visit", "visit"], ["hello"]], ids=["two of theirs", "one of ours"])
def test_a_name_that_two_folders_claim_is_refused_and_the_other_letters_stay(foreign, own, others):
    folders = [foreign(name, under=f"foreign{place}") for place, name in enumerate(others)]
    folder = TemplateFolder(own, others=[*folders, foreign("third", under="more")])
    with pytest.raises(TemplateError, match="both bring a letter") as refusal:
        folder.version(others[0], "en")
    assert refusal.value.subject == others[0]
    assert folder.version("third", "en").name == "third"


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("subject", "{{ person.name() }}"),
        ("text", "{{ secret }}"),
        ("text", "{% include '../../../secret' %}"),
        ("html", "<p>{{ person.name | safe }}</p>"),
        ("html", "<script></script>"),
        ("html", "<img src='https://t.example/1'>"),
    ],
)
def test_the_gates_hold_for_letters_from_outside(foreign, own, part, words):
    folder = TemplateFolder(own, others=[foreign(**{part: words})])
    with pytest.raises(TemplateError):
        folder.version("visit", "en")


@pytest.mark.parametrize(
    "what", ["visit", "visit/en", "visit/en/body.txt", "visit/" + META, "visit/sample.toml"]
)
def test_what_leads_out_of_a_folder_is_refused(foreign, own, tmp_path, what):
    theirs = foreign()
    (theirs / "visit" / "sample.toml").write_text("", encoding="utf-8")
    shutil.move(theirs / what, tmp_path / "elsewhere")
    (theirs / what).symlink_to(tmp_path / "elsewhere")
    folder = TemplateFolder(own, others=[theirs])
    for look in (
        folder.languages,
        lambda name: folder.version(name, "en"),
        lambda name: folder.sample(name, "en"),
    ):
        with pytest.raises(TemplateError, match="leads out of") as refusal:
            look("visit")
        assert refusal.value.subject == "visit"


def test_a_link_that_stays_inside_is_none_that_leads_out(foreign, own):
    theirs = foreign()
    (theirs / "visit" / "ar" / "body.txt").unlink()
    (theirs / "visit" / "ar" / "body.txt").symlink_to(theirs / "visit" / "en" / "body.txt")
    assert TemplateFolder(own, others=[theirs]).version("visit", "ar").text
