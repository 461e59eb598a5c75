import re
from datetime import date, timedelta

import pytest
from sqlalchemy import event, text

from crm.directory.likeness import RULES
from crm.directory.name_likeness import NameSign
from crm.errors import AlreadyExists, InvalidInput, NotFound, Refused
from crm.insight.alike_organizations import _OF_ALL, _OF_ONE
from crm.insight.alike_people import weighed_people
from crm.insight.merge_tables import MergedKind

LEI, OTHER_LEI = "5493001KJTIIGC8Y1R12", "529900T8BM49AURSDO55"


@pytest.fixture
def acme(book):
    return book.organizations.add("Acme Satellites Ltd", country="KE", domains=["acme.example"])


@pytest.fixture
def twin(book, acme):
    return book.organizations.add("Acme Sattelites", country="KE")


def ids(pairs):
    return [(pair.keep_id, pair.duplicate_id) for pair in pairs]


def test_two_records_of_one_organisation_are_a_pair_with_reasons_and_the_version_of_the_rules(
    book, acme, twin
):
    (pair,) = book.duplicates.organizations()
    assert (pair.keep_id, pair.duplicate_id, pair.kind) == (acme.id, twin.id, MergedKind.ORGANIZATION)
    assert (pair.keep, pair.duplicate) == ("Acme Satellites Ltd", "Acme Sattelites")
    assert pair.because == (f"{NameSign.SOUND} in the same country",)
    assert pair.rules == RULES
    assert str(pair).startswith(f"{acme.id} Acme Satellites Ltd = {twin.id} Acme Sattelites (65%")


def test_a_pair_shows_from_both_sides_and_in_the_list_once(book, acme, twin):
    assert ids(book.duplicates.of(acme)) == ids(book.duplicates.of(twin)) == [(acme.id, twin.id)]
    book.organizations.change(acme, aliases=["Acme Sattelites", "Acme Satellites"])
    assert ids(book.duplicates.organizations()) == [(acme.id, twin.id)]


def test_the_surest_come_first(book, acme, twin):
    sure = book.organizations.add("Acme Satellites AG", country="KE", domains=["acme.example"])
    pairs = book.duplicates.organizations()
    assert ids(pairs)[0] == (acme.id, sure.id)
    assert [pair.score for pair in pairs] == sorted((pair.score for pair in pairs), reverse=True)
    assert book.duplicates.organizations(limit=1) == pairs[:1]
    assert book.duplicates.organizations(at_least=0.9) == pairs[:1]


def test_another_lei_or_another_country_speaks_against_it(book):
    book.organizations.add("Zenith Ltd", country="KE", lei=LEI)
    book.organizations.add("Zenith AG", country="KE", lei=OTHER_LEI)
    book.organizations.add("Zenith SA", country="UG", domains=["zenith.example"])
    book.organizations.add("Zenith Oy", country="FI", domains=["zenith.example"])
    assert book.duplicates.organizations() == ()


def test_a_domain_in_common_makes_it_surer_unless_anybody_can_have_a_mailbox_there(book):
    for name in ("Zenith Ltd", "Zenith AG"):
        book.organizations.add(name, country="KE", domains=["gmail.com"])
    (pair,) = book.duplicates.organizations()
    assert pair.score == 0.8
    for account in list(book.organizations):
        book.organizations.change(account, domains=["zenith.example"])
    (pair,) = book.duplicates.organizations()
    assert (pair.score, pair.because[-1]) == (0.9, "same domain zenith.example")


def test_a_list_can_be_of_one_country_or_of_what_is_new(book, acme, twin, clock):
    clock.advance(timedelta(days=2))
    newer = [book.organizations.add(name, country=None) for name in ("Zenith Ltd", "Zenith AG")]
    everything = ids(book.duplicates.organizations(at_least=0.5))
    assert everything == [(newer[0].id, newer[1].id), (acme.id, twin.id)][::-1]
    assert ids(book.duplicates.organizations(country="KE", at_least=0.5)) == [(acme.id, twin.id)]
    assert book.duplicates.organizations(country="UG", at_least=0.5) == ()
    today = clock.now().date()
    assert ids(book.duplicates.organizations(since=today, at_least=0.5)) == [(newer[0].id, newer[1].id)]
    assert book.duplicates.organizations(since=date(2030, 1, 1), at_least=0.5) == ()


def test_what_was_merged_is_no_duplicate_any_more(book, acme, twin):
    (pair,) = book.duplicates.organizations()
    book.merge(pair.keep_id, pair.duplicate_id, reason="; ".join(pair.because))
    assert book.duplicates.organizations() == book.duplicates.of(acme) == ()


def test_what_was_told_apart_does_not_come_back_until_it_is_reconsidered(book, acme, twin):
    judged = book.duplicates.dismiss(twin, acme, reason="two subsidiaries, asked on the phone")
    assert book.duplicates.organizations() == book.duplicates.of(acme) == book.duplicates.of(twin) == ()
    assert book.duplicates.dismissed() == (judged,)
    assert (judged.judged_by, judged.judged_at) == (book.actor, book.clock.now())
    assert book.history(judged)[0].verb == "duplicate.dismissed"
    with pytest.raises(AlreadyExists):
        book.duplicates.dismiss(acme, twin, reason="once more")
    book.duplicates.reconsider(acme, twin, reason="the subsidiary was a mistake")
    assert ids(book.duplicates.of(acme)) == [(acme.id, twin.id)]
    with pytest.raises(NotFound):
        book.duplicates.reconsider(acme, twin, reason="again")


def test_what_was_told_apart_stays_apart_when_one_of_the_two_is_merged(book, acme, twin):
    third = book.organizations.add("Acme Satellites AG", country="KE")
    book.duplicates.dismiss(acme, third, reason="another firm")
    book.duplicates.dismiss(twin, third, reason="another firm")
    merge = book.merge(acme, twin, reason="the same")
    assert book.duplicates.organizations() == ()
    book.unmerge(merge, reason="they are two")
    assert ids(book.duplicates.organizations()) == [(acme.id, twin.id)]
    assert len(book.duplicates.dismissed()) == 2


def test_telling_apart_needs_two_of_a_kind_and_a_reason(book, acme, twin):
    amina = book.people.add("Amina Odhiambo", email="amina@acme.example", at=acme)
    with pytest.raises(InvalidInput, match="a person"):
        book.duplicates.dismiss(acme, amina, reason="no")
    with pytest.raises(InvalidInput, match="reason"):
        book.duplicates.dismiss(acme, twin, reason=" ")
    with pytest.raises(Refused, match="one record"):
        book.duplicates.dismiss(acme, acme, reason="no")


def test_people_are_a_pair_by_name_and_organisation_domain_or_number(book, acme, twin):
    amina = book.people.add("Amina Odhiambo", email="amina@acme.example", at=acme, phone="+254 20 555 0101")
    again = book.people.add("Odhiambo Amina", email="a.odhiambo@acme.example", at=acme)
    slip = book.people.add("Amina Odiambo", at=acme)
    book.people.add("Amina Odhiambo", email="amina@elsewhere.example", at=twin)
    book.people.add("Peter Kamau", email="amina@gmail.com", at=acme, phone="0 20 555 01 01")
    mine = {(amina.id, again.id), (amina.id, slip.id)}
    assert set(ids(book.duplicates.people())) == {*mine, (again.id, slip.id)}
    assert set(ids(book.duplicates.of(amina))) == mine
    assert ids(book.duplicates.of("amina@elsewhere.example")) == []
    assert book.duplicates.people(limit=1)[0].score == 0.9
    book.merge(amina, again, reason="the same")
    book.duplicates.dismiss(amina, slip, reason="her sister")
    assert book.duplicates.people() == ()


def test_people_of_one_name_and_one_domain_or_one_number_are_a_pair(book):
    one = book.people.add("Ali Hassan", email="ali@zenith.example", phone="+254 20 555 0102")
    two = book.people.add("Ali Hassan", email="hassan@zenith.example")
    three = book.people.add("Ali Hassan", email="ali@gmail.com", phone="254205550102")
    book.people.add("Ali Hassan", email="other@gmail.com")
    assert set(ids(book.duplicates.people())) == {(one.id, two.id), (one.id, three.id)}


@pytest.mark.parametrize(
    ("name", "more", "score"),
    [
        (NameSign.SAME, {"organization": "Acme"}, 0.8),
        (NameSign.ORDER, {"organization": "Acme"}, 0.8),
        (NameSign.SOUND, {"organization": "Acme"}, 0.74),
        (NameSign.SAME, {"domain": "acme.example"}, 0.75),
        (NameSign.SOUND, {"domain": "acme.example"}, 0.35),
        (NameSign.SAME, {"phone": True}, 0.8),
        (NameSign.SAME, {}, 0.5),
        (None, {"phone": True, "organization": "Acme"}, 0.3),
        (None, {"organization": "Acme"}, 0.0),
    ],
)
def test_signs_of_people_are_weighed(name, more, score):
    facts = {"organization": None, "domain": None, "phone": False, **more}
    assert weighed_people(name, **facts)[0] == score


def enter_twice(book, numbers):
    """Organisations, each of which is there twice under names that differ."""
    words = ["Alder", "Birch", "Cedar", "Damson", "Elder", "Fir", "Gorse", "Hazel", "Iris", "Juniper"]
    for number in numbers:
        name = " ".join(words[int(digit)] for digit in f"{number:03}")
        book.organizations.add(f"{name} Telecom Ltd", country="KE")
        book.organizations.add(f"{name} Telecom AG", country="KE")


def test_wish_7_all_duplicates_take_as_many_statements_whatever_their_number(book):
    said = []
    event.listen(book.engine, "before_cursor_execute", lambda *call: said.append(call[2]))
    for numbers in (range(5), range(5, 40)):
        enter_twice(book, numbers)
        said.clear()
        pairs = book.duplicates.organizations(at_least=0.8)
        assert len(pairs) == numbers.stop
        assert {pair.rules for pair in pairs} == {RULES}
        assert len(said) == 2  # what was told apart, and what meets


def test_wish_7_names_meet_by_their_keys_and_never_all_with_all(book):
    enter_twice(book, range(300))
    with book.engine.connect() as connection:
        connection.execute(text("ANALYZE"))
        of_all = "\n".join(connection.scalars(text(f"EXPLAIN (COSTS OFF) {_OF_ALL.text}"), {"country": None}))
        connection.execute(
            text("SET LOCAL enable_seqscan = off")
        )  # a page or two of names are read faster whole
        of_one = "\n".join(connection.scalars(text(f"EXPLAIN (COSTS OFF) {_OF_ONE.text}"), {"id": 1}))
    assert re.search(r"(Hash|Merge) Cond: \(\w+\.key = \w+\.key\)", of_all), of_all
    assert "Bitmap Index Scan on ix_organization_name_keys" in of_one
