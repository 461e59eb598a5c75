import dataclasses
import pickle

import pytest
from support.letter_folders import META, letter_folder

from crm.errors import TemplateError
from crm.mail.templates import TemplateFolder


def test_the_letters_that_come_with_accord_are_found():
    folder = TemplateFolder()
    to_our_own_staff = {"morning", "report_notice"}
    letters = set(folder.names()) - to_our_own_staff
    assert letters >= {"associate_upgrade", "cross_sell", "follow_up", "meeting_request", "plain_letter"}
    assert all(folder.languages(letter) == ("ar", "en", "es", "fr", "ru", "zh") for letter in letters)


def test_a_version_carries_everything_it_is_rendered_from(tmp_path):
    version = letter_folder(tmp_path / "mail").version("hello", "en")
    assert (version.name, version.language) == ("hello", "en")
    assert version.subject == "Hello {{ person.name }}"
    assert version.meta.message_class == "correspondence"
    assert "person.name" in version.meta.fields
    assert "You know us." in version.footer
    assert pickle.loads(pickle.dumps(version)) == version


def test_a_version_cannot_be_changed(tmp_path):
    version = letter_folder(tmp_path / "mail").version("hello", "en")
    with pytest.raises(dataclasses.FrozenInstanceError):
        version.subject = "Other"  # type: ignore[misc]


def test_a_letter_is_reviewed_once_somebody_stands_for_it(tmp_path):
    folder = letter_folder(tmp_path / "mail")
    assert not folder.version("hello", "en").reviewed
    assert folder.version("hello", "ar").reviewed


def test_the_same_words_have_the_same_hash_and_others_another(tmp_path):
    version = letter_folder(tmp_path / "one").version("hello", "en")
    assert letter_folder(tmp_path / "two").version("hello", "en").sha256 == version.sha256
    changed = [
        letter_folder(tmp_path / "subject", subject="Hi {{ person.name }}"),
        letter_folder(tmp_path / "text", text="Hi {{ person.name }}"),
        letter_folder(tmp_path / "html", html="<p>Hi</p>"),
        letter_folder(tmp_path / "styles", base={"layout.css": "p { color: #123456; }"}),
        letter_folder(tmp_path / "screens", base={"screens.css": "p { color: #123456; }"}),
        letter_folder(tmp_path / "reason", meta=META.replace("You know us", "We know you")),
    ]
    hashes = {folder.version("hello", "en").sha256 for folder in changed} | {version.sha256}
    assert len(hashes) == len(changed) + 1


def test_a_review_does_not_change_the_hash(tmp_path):
    version = letter_folder(tmp_path / "one").version("hello", "en")
    meta = META.replace('reviewed_by = ""', 'reviewed_by = "D. Keller"')
    assert letter_folder(tmp_path / "two", meta=meta).version("hello", "en").sha256 == version.sha256


def test_an_edited_letter_is_read_again(tmp_path):
    folder = letter_folder(tmp_path / "mail")
    before = folder.version("hello", "en")
    (tmp_path / "mail" / "hello" / "en" / "subject.txt").write_text(
        "Good day {{ person.name }}", encoding="utf-8"
    )
    assert folder.version("hello", "en").sha256 != before.sha256


@pytest.mark.parametrize("name", ["nobody", "../mail/hello", "_base", ""])
def test_an_unknown_letter_is_refused_with_the_letters_there_are(tmp_path, name):
    with pytest.raises(TemplateError) as refusal:
        letter_folder(tmp_path / "mail").version(name, "en")
    assert refusal.value.candidates == ("hello",)


@pytest.mark.parametrize("language", ["fr", "../en", ""])
def test_an_unknown_language_is_refused_with_the_languages_there_are(tmp_path, language):
    with pytest.raises(TemplateError) as refusal:
        letter_folder(tmp_path / "mail").version("hello", language)
    assert refusal.value.candidates == ("ar", "en")


@pytest.mark.parametrize("file", ["body.txt", "body.html"])
def test_a_missing_file_is_refused_with_the_files_there_are(tmp_path, file):
    folder = letter_folder(tmp_path / "mail")
    (tmp_path / "mail" / "hello" / "en" / file).unlink()
    with pytest.raises(TemplateError) as refusal:
        folder.version("hello", "en")
    assert refusal.value.field == file
    assert "subject.txt" in refusal.value.candidates


@pytest.mark.parametrize(
    ("part", "words", "where"),
    [
        ("subject", "{{ person.name() }}", "hello/en/subject.txt"),
        ("text", "\n{{ secret }}", "hello/en/body.txt"),
        ("html", "<p>{{ person.name | safe }}</p>", "hello/en/body.html"),
        ("html", "<script></script>", "hello/en/body.html"),
        ("meta", META.replace("You know us.", "{{ secret }}"), "hello/meta.toml"),
        ("meta", META.replace('"Hello"', '"{{ secret }}"'), "hello/meta.toml"),
    ],
)
def test_a_letter_that_says_too_much_is_refused_when_it_is_loaded(tmp_path, part, words, where):
    folder = letter_folder(tmp_path / "mail", **{part: words})
    with pytest.raises(TemplateError) as refusal:
        folder.version("hello", "en")
    assert refusal.value.subject == where
    assert refusal.value.row


@pytest.mark.parametrize(
    "meta",
    [
        META.replace("purpose", "porpoise"),
        META.replace("[facts]\n", "facts = 3\n[other]\n"),
        META.replace('reason = "You know us."', ""),
        META.replace("correspondence", "shouting"),
        "purpose = ",
    ],
)
def test_incomplete_meta_data_is_refused(tmp_path, meta):
    with pytest.raises(TemplateError):
        letter_folder(tmp_path / "mail", meta=meta).version("hello", "en")


def test_a_file_that_is_not_utf_8_is_refused(tmp_path):
    folder = letter_folder(tmp_path / "mail")
    (tmp_path / "mail" / "hello" / "en" / "body.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(TemplateError, match="UTF-8"):
        folder.version("hello", "en")


def test_a_language_without_a_frame_is_refused(tmp_path):
    folder = letter_folder(tmp_path / "mail")
    (tmp_path / "mail" / "_base" / "en.toml").unlink()
    with pytest.raises(TemplateError) as refusal:
        folder.version("hello", "en")
    assert refusal.value.field == "en.toml"


WE_WROTE = {
    "ar": "كتبنا إليكم",
    "en": "we wrote to you",
    "es": "le escribimos",
    "fr": "nous vous avons",
    "ru": "наше письмо",
    "zh": "我们",
}


@pytest.mark.parametrize("language", WE_WROTE)
def test_a_letter_before_was_written_by_us_whoever_signs_by_now(language):
    folder = TemplateFolder()
    speaking = [
        version
        for version in (
            folder.version(name, language) for name in folder.names() if language in folder.languages(name)
        )
        if version.meta.reminds or "previous.sent_on" in version.meta.fields
    ]
    assert len(speaking) > 5
    for version in speaking:
        for text in (version.text, version.html):
            told = [line.casefold() for line in text.splitlines() if "previous.sent_on" in line]
            assert told, version.name
            assert all(WE_WROTE[language].casefold() in line for line in told), version.name
