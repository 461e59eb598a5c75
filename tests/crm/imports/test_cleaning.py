import pytest
from support.imports import draft_of, gazetteer

from crm.directory.tables import OrganizationKind, Size
from crm.imports.numbers import employees
from crm.imports.places import Place, Places
from crm.imports.verdicts import NoteKind, Problem, ProblemKind

LEI = "529900T8BM49AURSDO55"


def problem(**cells):
    (only,) = draft_of(**{"name": "Acme", **cells}).problems
    return only


def notes(**cells):
    return {(note.kind, note.field) for note in draft_of(**{"name": "Acme", **cells}).notes}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("KE", "KEN"),
        ("KEN", "KEN"),
        ("Kenya", "KEN"),
        ("Кения", "KEN"),
        ("NA", "NAM"),
        ("404", "KEN"),
        ("Georgia", "GEO"),
        ("Hong Kong", "HKG"),
        ("Isle of Man", "IMN"),
    ],
)
def test_a_country_that_is_named_needs_no_correction(text, code):
    assert Places(gazetteer()).place(text) == Place(code)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Houston, Texas", "USA"),
        ("Pittsburgh,Pennsylvania", "USA"),
        ("Ontario, California", "USA"),
        ("Indiana, Pennsylvania", "USA"),
        ("Washington, D.C.", "USA"),
        ("Columbus, Ohio;Detroit, Michigan", "USA"),
        ("London, United Kingdom", "GBR"),
        ("San Juan, Puerto Rico", "PRI"),
        ("Serangoon,North-East Region, Singapore", "SGP"),
    ],
)
def test_the_end_of_an_address_is_corrected_with_a_note(text, code):
    draft = draft_of(name="Acme", country=text)
    assert draft.country == code
    assert draft.problems == []
    (note,) = draft.notes
    assert (note.kind, note.field, note.value) == (NoteKind.CORRECTED, "country", text)
    assert code in note.text


@pytest.mark.parametrize("text", ["Atlanta, Georgia", "Atlanta, GA", "Congo", "Korea"])
def test_what_may_be_several_countries_is_refused_with_the_candidates(text):
    found = problem(country=text)
    assert found.kind is ProblemKind.AMBIGUOUS
    assert len(found.candidates) > 1
    assert found.value == text


@pytest.mark.parametrize("text", ["none", "London", "n/a", "Narnia", "Swizerland", "na", "🇰🇪"])
def test_a_resemblance_is_never_enough(text):
    found = Places(gazetteer()).place(text)
    assert isinstance(found, Problem)
    assert found.fix


def test_the_likeliest_spelling_is_among_the_candidates():
    assert any("CHE" in candidate for candidate in problem(country="Swizerland").candidates)


def test_a_missing_country_is_noted_where_the_file_has_one():
    assert (NoteKind.MISSING, "country") in notes(country=" ")
    assert notes(lei="") == set()


def test_a_constant_country_counts_for_every_row():
    assert draft_of(name="Acme", constants={"country": "Kenya"}).country == "KEN"


@pytest.mark.parametrize(
    ("text", "number", "exactly"),
    [
        ("3167", 3167, True),
        ("3,167", 3167, True),
        ("3 500", 3500, True),
        ("3,167 (average, 2021)", 3167, False),
        ("c.250 (2024)", 250, False),
        ("c. 60,500 (2025)", 60_500, False),
        ("360,000+ (2025)", 360_000, False),
        ("14.046 (December 2022)", 14_046, False),
        ("10,000 employees as of February 22, 2022", 10_000, False),
        ("3,748 (June 30, 2023)[", 3748, False),
        ("3,811(2025)", 3811, False),
        ("~ 1300", 1300, False),
        ("0", 0, True),
    ],
)
def test_a_number_of_employees_is_read(text, number, exactly):
    assert employees(text) == (number, exactly)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "many",
        "6,000 - 8,000 (2022)",
        "1,229 employees in Belgium and 955 in Germany",
        "Over 1 million (est.)",
        "5,494 (Consolidated:44,336) (2022)",
        "814,0000",
        "12k",
        "1.5",
        "-5",
        "99999999999999999999",
        "10%",
    ],
)
def test_what_is_not_one_number_of_employees_is_not_read(text):
    assert employees(text) is None


def test_employees_that_cannot_be_read_are_left_out_with_a_note():
    draft = draft_of(name="Acme", employees="many")
    assert (draft.employees, draft.problems) == (None, [])
    assert draft.notes[0].kind is NoteKind.LEFT_OUT


@pytest.mark.parametrize(
    "text", ["acme.example", "www.acme.example/en", "https://acme.example/a?b=c", "пример.рф"]
)
def test_a_web_address_is_kept_as_it_is(text):
    assert draft_of(name="Acme", website=text).website == text


@pytest.mark.parametrize(
    "text",
    [
        "Official website",
        "javascript:alert(1)",
        "javascript://acme.example/%0aalert(1)",
        "ftp://acme.example",
        "a.example b.example",
        "acme.example/\u202ex",
        "x" * 2000 + ".example",
    ],
)
def test_what_is_no_web_address_is_left_out_with_a_note(text):
    draft = draft_of(name="Acme", website=text)
    assert (draft.website, draft.problems) == (None, [])
    assert draft.notes[0].kind is NoteKind.LEFT_OUT


def test_one_segment_that_the_industries_point_to_is_set_with_the_keyword():
    draft = draft_of(name="Acme", industries="Financials;Satellite communications")
    assert draft.segment == "satellite"
    (note,) = draft.notes
    assert note.kind is NoteKind.DERIVED
    assert "'satellite'" in note.text


@pytest.mark.parametrize("text", ["Insurance", "Semiconductors;Satellite", "#N/A"])
def test_no_segment_or_several_leave_it_empty_with_a_note(text):
    draft = draft_of(name="Acme", industries=text)
    assert (draft.segment, draft.problems) == (None, [])
    assert draft.notes[0].kind is NoteKind.LEFT_OUT


def test_a_stated_segment_counts_more_than_the_industries():
    draft = draft_of(industries="Satellite", segment="Cloud and data centre", name="Acme")
    assert draft.segment == "cloud"
    assert draft.notes == []


def test_a_stated_segment_that_does_not_exist_is_refused():
    assert problem(segment="clowd").candidates == ("cloud",)


@pytest.mark.parametrize("text", ["", "  ", "\u200b"])
def test_a_row_without_a_name_is_refused(text):
    assert [p.field for p in draft_of(name=text, country="KE").problems] == ["name"]


@pytest.mark.parametrize("text", ["Acme\u202eemcA", "A\x1b[31mcme", "#REF!", "Ac\ufffdme", "x" * 500, "-"])
def test_a_name_that_cannot_be_printed_is_refused_with_a_fix(text):
    found = problem(name=text)
    assert found.field == "name"
    assert found.fix


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+Pool", "1&1", "NA", "null", "株式会社", "شركة"])
def test_any_other_name_is_taken_as_it_stands(text):
    assert draft_of(name=text).name == text


def test_every_problem_of_a_row_is_told():
    draft = draft_of(name="", country="Atlanta, Georgia", lei="123", domains="a@b.example", kind="firm")
    assert {p.field for p in draft.problems} == {"name", "country", "lei", "domains", "kind"}


def test_a_wrong_check_digit_is_refused_with_the_reason():
    found = problem(lei="529900T8BM49AURSDO56")
    assert found.value == "529900T8BM49AURSDO56"
    assert "check digits" in found.fix


def test_the_other_fields_are_read():
    draft = draft_of(
        name="  Acme   Satellites ",
        kind="University",
        size="SME",
        lei=LEI.lower(),
        domains="https://www.acme.example/x; acme.test;acme.example",
        aliases="Acme; ACME Sats",
        name_ar="أكمي",
        key="4711",
    )
    assert draft.problems == []
    assert (draft.name, draft.kind, draft.size) == ("Acme Satellites", OrganizationKind.UNIVERSITY, Size.SME)
    assert (draft.lei, draft.key) == (LEI, "4711")
    assert draft.domains == ("acme.example", "acme.test")
    assert draft.aliases == ("Acme", "ACME Sats")
    assert draft.names == {"ar": "أكمي"}


def test_a_row_that_was_read_again_asks_for_a_look():
    assert [note.kind for note in draft_of(name="Acme", suspect=True).notes] == [NoteKind.CHECK]
