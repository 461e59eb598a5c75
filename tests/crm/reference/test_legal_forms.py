import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.reference.csvfile import facts, shipped
from crm.reference.legal_forms import LegalForm, LegalForms, Place, spelled

FORMS = LegalForms(facts(LegalForm, shipped("legal_forms.csv")))

BARE = [
    ("Acme Telecom Co., Ltd.", "acme telecom"),
    ("Acme Telecom Private Limited", "acme telecom"),
    ("Emaar Properties P.J.S.C.", "emaar properties"),
    ("Müller GmbH & Co. KG", "muller"),
    ("Wimpel sp. z o.o. sp.k.", "wimpel"),
    ("Foo S. de R.L. de C.V.", "foo"),
    ("Bar S.A. de C.V.", "bar"),
    ("Petrobras S/A", "petrobras"),
    ("A.P. Møller A/S", "ap moller"),
    ("PT Telkom Indonesia Tbk", "telkom indonesia"),
    ("Axiata Sdn. Bhd.", "axiata"),
    ("Ooredoo Q.P.S.C.", "ooredoo"),
    ("ООО «Ромашка»", "ромашка"),
    ("Публичное акционерное общество «Ромашка»", "ромашка"),
    ("Ромашка, ПАО", "ромашка"),
    ("株式会社トヨタ自動車", "トヨタ自動車"),
    ("トヨタ自動車株式会社", "トヨタ自動車"),
    ("腾讯股份有限公司", "腾讯"),
    ("(주)삼성", "삼성"),
    ("㈱ドコモ", "ドコモ"),
    ("삼성전자 주식회사", "삼성전자"),
    ("บริษัท ปตท จำกัด (มหาชน)", "ปตท"),
    ("الإمارات للاتصالات ش.م.ع", "الامارات للاتصالات"),
    ('בזק בע"מ', "בזק"),
    ("ΟΤΕ Α.Ε.", "οτε"),
]
KEPT = [
    ("AG", "ag"),
    ("PT Tbk", "pt"),
    ("Limited", "limited"),
    ("有限公司", "有限公司"),
    ("SA Power", "sa power"),
    ("AS Roma", "as roma"),
    ("Limited Brands", "limited brands"),
    ("Zagreb", "zagreb"),
    ("Incubator", "incubator"),
    ("제주", "제주"),
]


@pytest.mark.parametrize(("name", "bare"), BARE + KEPT)
def test_a_name_loses_the_legal_forms_at_its_ends_and_nothing_else(name, bare):
    assert FORMS.bare(name) == bare


@given(st.text(alphabet=st.characters(categories=("L", "Nd", "Po", "Zs")), min_size=1, max_size=60))
def test_something_is_left_of_every_name_and_a_bare_name_stays_as_it_is(name):
    bare = FORMS.bare(name)
    assert bool(bare) == bool(spelled(name))
    assert FORMS.bare(bare) == bare


def test_every_form_stands_once_however_it_is_written():
    rows = facts(LegalForm, shipped("legal_forms.csv"))
    assert len({spelled(row.form) for row in rows}) == len(rows) > 300
    assert all(spelled(row.form) for row in rows)


def test_what_a_form_says_about_its_place_counts():
    forms = LegalForms(
        [
            LegalForm(form="Foo", place=Place.START, countries="XX", source="made up"),
            LegalForm(form="Bar", place=Place.END, countries="XX", source="made up"),
        ]
    )
    assert forms.bare("Foo Bar Foo Bar") == "bar foo"
    assert LegalForms([]).bare("Acme Ltd.") == "acme ltd"
