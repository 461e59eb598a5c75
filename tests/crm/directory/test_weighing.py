import pytest

from crm.directory.name_likeness import NameSign
from crm.directory.weighing import Evidence, weighed

LEI, OTHER_LEI = "5493001KJTIIGC8Y1R12", "529900T8BM49AURSDO55"

WEIGHED = [
    ({"name": NameSign.SAME, "countries": ("KEN", "KEN")}, 0.8),
    ({"name": NameSign.SAME, "countries": ("KEN", None)}, 0.56),
    ({"name": NameSign.SAME, "countries": (None, None)}, 0.56),
    ({"name": NameSign.SAME, "countries": ("KEN", "UGA")}, 0.0),
    ({"name": NameSign.SAME, "countries": ("KEN", "KEN"), "domains": {"acme.example"}}, 0.9),
    ({"domains": {"acme.example"}, "countries": ("KEN", "KEN")}, 0.5),
    ({"domains": {"acme.example"}, "countries": ("KEN", "UGA")}, 0.2),
    ({"name": NameSign.SAME, "countries": ("KEN", "KEN"), "leis": (LEI, OTHER_LEI)}, 0.16),
    ({"name": NameSign.SAME, "countries": ("KEN", "KEN"), "leis": (LEI, None)}, 0.8),
    ({"countries": ("KEN", "UGA"), "leis": (LEI, LEI)}, 1.0),
    ({"name": NameSign.ORDER, "countries": ("KEN", None)}, 0.0),
    ({"countries": ("KEN", "KEN")}, 0.0),
]


@pytest.mark.parametrize(("found", "score"), WEIGHED)
def test_signs_for_and_against_are_weighed(found, score):
    weighed_score, because = weighed(Evidence(**found))
    assert weighed_score == score
    assert bool(because) == (score > 0)


def test_the_reasons_are_told_in_words_those_against_last():
    found = Evidence(
        countries=("KEN", "KEN"), leis=(LEI, OTHER_LEI), name=NameSign.SAME, domains={"acme.example"}
    )
    assert weighed(found)[1] == (
        "same name but for the legal form in the same country",
        "same domain acme.example",
        f"different LEIs ({LEI} and {OTHER_LEI})",
    )
