import shutil
from importlib.resources import as_file, files

import pytest

from crm.errors import InvalidInput, NotFound
from crm.reference.loader import read_all
from crm.reference.tiers import Tiers


def test_tiers_are_listed_the_closest_first_and_found_by_slug_or_name(store):
    tiers = Tiers(store)
    assert [tier.slug for tier in tiers] == ["key", "growth", "standard", "light"]
    assert tiers.get("Key account") == tiers.get("key")
    with pytest.raises(NotFound) as caught:
        tiers.get("platinum")
    assert "key" in caught.value.candidates


def test_without_a_tier_the_default_one_counts(store):
    assert Tiers(store).get(None).slug == "standard"


def test_every_tier_is_looser_than_the_one_before_and_says_that_it_is_our_choice():
    tiers = [line.fact for line in read_all()["tiers.csv"]]
    assert sorted(tiers, key=lambda t: (t.ideal_days, t.most_days)) == tiers
    assert all(tier.ideal_days < tier.most_days for tier in tiers)
    assert {tier.certainty for tier in tiers} == {"unverified"}


@pytest.mark.parametrize(("defaults", "count"), [((False, False), 0), ((True, True), 2)])
def test_a_file_without_exactly_one_default_tier_is_refused(defaults, count, tmp_path):
    header = "slug,position,name,ideal_days,most_days,is_default,source,certainty,note"
    lines = [f"t{n},{n},T{n},10,20,{default},us,unverified," for n, default in enumerate(defaults)]
    with as_file(files("crm.reference").joinpath("data")) as data:
        folder = shutil.copytree(data, tmp_path / "data")
    (folder / "tiers.csv").write_text("\n".join([header, *lines]), encoding="utf-8")
    with pytest.raises(InvalidInput, match=f"exactly one tier is the default one, not {count}"):
        read_all(folder)
