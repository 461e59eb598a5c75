"""`book.search` finds what was said, promised and asked for, in any script."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from crm.errors import InvalidInput, NotFound


@pytest.fixture
def acme(book):
    book.staff.add("Dana Novak", email="dana@accord.example", office="BDT")
    return book.organizations.add("Acme", country="KE", owner="dana@accord.example")


def found(book, query, **filters):
    return [str(hit.snippet) for hit in book.search(query, **filters)]


@pytest.mark.parametrize(
    ("said", "query", "shown"),
    [
        ("Обсудили шестой план", "шестой план", "Обсудили *шестой* *план*"),
        ("Обсудили шестой план", "ПЛАН обс", "*Обсудили* шестой *план*"),
        ("Ils veulent l’accès aux études", "acces etudes", "Ils veulent *l’accès* aux *études*"),
        ("اجتماع حول الْخُطَّة", "الخطه", "اجتماع حول *الْخُطَّة*"),
        ("الإشتراكات السنوية", "اشتراكات", "*الإشتراكات* السنوية"),
        ("我们讨论了五年计划和会费", "计划", "我们讨论了五年*计划*和会费"),
        ("会費の計画書", "計", "会費の*計画*書"),
        ("회비 계획을 논의했다", "계획", "회비 *계획*을 논의했다"),
        ("ประชุมเรื่องแผนงานประจำปี", "แผนงาน", "ประชุมเรื่อง*แผนงาน*ประจำปี"),
        ("हमने छठी योजना देखी", "योज", "हमने छठी *योजना* देखी"),
    ],
)
def test_a_text_is_found_by_its_words_in_any_script(book, acme, said, query, shown):
    book.log("meeting", acme, said)
    book.log("meeting", acme, "Something else")
    assert found(book, query) == [shown]


def test_all_words_are_needed_and_a_phrase_stands_together(book, acme):
    book.log("call", acme, "study group access")
    book.log("call", acme, "a group to study")
    assert len(found(book, "study group")) == 2
    assert found(book, '"study group"') == ["*study* *group* access"]
    assert found(book, "study absent") == []
    assert found(book, '"group acc"') == []  # in quotation marks a word is whole


def test_talks_next_steps_and_asks_are_found_with_what_opens_them(book, acme):
    met = book.log("call", acme, "About the table", next="send the table")
    ask = book.opportunities.add(acme, "contribution", title="A table for schools", note="They like tables")
    hits = book.search("tabl")
    assert {hit.refers_to for hit in hits} == {
        f"interaction:{met.id}",
        f"follow_up:{met.next.id}",
        f"opportunity:{ask.id}",
    }
    assert {hit.organization for hit in hits} == {"Acme"}
    complaint = book.complaints.record("Too many tablets", source="call", organization=acme)
    assert [hit.refers_to for hit in book.search("tablet")] == [f"complaint:{complaint.id}"]
    assert [hit.kind for hit in book.search("tabl", kinds="follow_up")] == ["follow_up"]
    assert found(book, "like", kinds=["opportunity"]) == ["They *like* tables"]


def test_office_account_and_time_narrow_a_search(book, acme, clock):
    branch = book.organizations.add("Acme Kenya", parent=acme)
    other = book.organizations.add("Other", country="FR")
    book.log("call", branch, "fees", office="TSB")
    clock.advance(timedelta(days=10))
    book.log("call", acme, "fees again", office="BDT")
    book.log("call", other, "fees elsewhere", office="BDT")
    assert len(found(book, "fees", account=acme)) == 2
    assert len(found(book, "fees", account="Acme Kenya")) == 1
    assert len(found(book, "fees", office="BDT")) == 2
    assert len(found(book, "fees", since=date(2026, 12, 1))) == 2
    with pytest.raises(NotFound):
        book.search("fees", office="Atlantis")
    with pytest.raises(InvalidInput, match="gossip"):
        book.search("fees", kinds=["gossip"])


def test_the_more_often_and_the_more_recently_said_comes_first(book, acme, clock):
    book.log("call", acme, "fees in the past")
    clock.advance(timedelta(days=800))
    book.log("call", acme, "fees now")
    book.log("call", acme, "fees, fees, fees")
    assert found(book, "fees") == ["*fees*, *fees*, *fees*", "*fees* now", "*fees* in the past"]


def test_a_search_goes_on_where_it_stopped_and_says_so(book, acme):
    for number in range(5):
        book.log("call", acme, f"fees {number}")
    first = book.search("fees", limit=2)
    second = book.search("fees", limit=2, after=first.next)
    third = book.search("fees", limit=2, after=second.next)
    assert [len(part) for part in (first, second, third)] == [2, 2, 1]
    assert third.next is None
    assert len({hit.refers_to for hit in (*first, *second, *third)}) == 5
    for wrong in ("nowhere", "-1", "9" * 30):
        with pytest.raises(InvalidInput):
            book.search("fees", after=wrong)
    with pytest.raises(InvalidInput):
        book.search("fees", limit=0)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.text(max_size=40), st.text(max_size=40))
def test_a_hostile_query_is_just_words(book, one, other):
    query = f"{one}:*&|!<->' {other}"
    with suppress(InvalidInput):  # where no word is left of it
        assert book.search(query) == ()


def test_what_was_copied_into_the_book_is_found_after_a_rebuild(book, acme):
    with book.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO interaction (id, kind, organization_id, at, summary, inbound, logged_by, logged_at)"
                " SELECT nextval('accord_id'), 'note', :acme, now(), 'copied ' || n, false, 'loader', now()"
                " FROM generate_series(1, 2500) n"
            ),
            {"acme": acme.id},
        )
    assert (found(book, "copied"), book.search.is_complete()) == ([], False)
    assert (book.search.rebuild(), book.search.is_complete(), book.search.rebuild()) == (2500, True, 0)
    assert found(book, "copied 2500") == ["*copied* *2500*"]
    assert book.search.rebuild(everything=True) == 2500
