import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.reference.lexemes import composed, lexemes, vector_of


def words(text):
    return [lexeme.word for lexeme in lexemes(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Wants study-group access", ["wants", "study", "group", "access"]),
        ("Côte d’Ivoire, S.A.", ["cote", "divoire", "s", "a"]),
        ("ШЕСТОЙ Ёлка", ["шестои", "елка"]),
        ("ＩＴＵ １２", ["itu", "12"]),
        ("٢٠٢٧", ["2027"]),
        ("T-SG13", ["t", "sg13"]),
        ("छठी योजना", ["छठी", "योजना"]),
        ("五年计划", ["五年", "年计", "计划", "划"]),
        ("计", ["计"]),
        ("ITU計画2027", ["itu", "計画", "画", "2027"]),
        ("회비 계획", ["회비", "비", "계획", "획"]),
        ("", []),
        (":*&|!<->'\\", []),
    ],
)
def test_the_words_of_a_text_in_any_script(text, expected):
    assert words(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("الْخُطَّة", "الخطه"),
        ("إشتراكات", "اشتراكات"),
        ("آخر", "اخر"),
        ("ٱلله", "الله"),
        ("مصطفى", "مصطفي"),
        ("کتاب", "كتاب"),
        ("ｶﾅ", "カナ"),
        ("étude", "e\u0301tude"),
        ("straße", "STRASSE"),
    ],
)
def test_spellings_of_one_word_are_the_same(one, other):
    assert words(one) == words(other) != []


@pytest.mark.parametrize(
    ("text", "found_by"),
    [
        ("l'UIT", {"uit"}),
        ("O’Brien", {"brien"}),
        ("members'", set()),
        ("والخطة", {"الخطه", "خطه"}),
        ("للاتحاد", {"اتحاد"}),
        ("وفد", set()),
    ],
)
def test_what_clings_to_the_front_of_a_word_may_be_left_out(text, found_by):
    (lexeme,) = lexemes(text)
    assert lexeme.besides == found_by


def test_thai_is_taken_by_pairs_so_that_a_part_of_a_sentence_is_found():
    assert set(words("แผนงาน")[:-1]) <= set(words("ประชุมเรื่องแผนงานประจำปี"))


@given(st.text(max_size=200))
def test_every_word_says_where_it_stands(text):
    whole = composed(text)
    for number, lexeme in enumerate(lexemes(text), start=1):
        assert lexeme.place == number
        assert 0 <= lexeme.start < lexeme.end <= len(whole)
        assert lexeme.word[0] in "".join(words(whole[lexeme.start : lexeme.end]))
        assert not set(lexeme.word) & set("':*&|!<>\\ \0")


def test_a_vector_keeps_texts_apart_and_knows_every_place():
    assert vector_of(["send it, send", "now"]) == "'send':1,3 'it':2 'now':5"
    assert vector_of(["", ""]) == ""


def test_a_text_beyond_all_measure_is_taken_as_far_as_a_vector_goes():
    many = vector_of([" ".join(f"w{number}" for number in range(20_000))])
    assert "'w16382':16383" in many
    assert "'w16383'" not in many
    wide = vector_of([" ".join(f"{number:05}" + "x" * 200 for number in range(16_000))])
    assert len(wide.encode()) < 2**20


@given(st.text(alphabet=st.characters(max_codepoint=127), max_size=100))
def test_plain_texts_are_taken_apart_like_all_others(text):
    plain = text.replace("'", " ").replace("`", " ")
    assert lexemes(plain + " é")[:-1] == lexemes(plain)
