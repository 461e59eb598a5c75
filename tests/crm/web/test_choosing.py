"""The preference centre: what an unsubscribe token may do, what takes a link, and what each leaves on record."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from support.pages import WEB_URL, erase, letter_to, link_to, links_of, path_of
from support.sending import delivery

from crm.consent.bases import Basis, Purpose
from crm.consent.suppressions import Scope
from crm.outreach.answers.preferences import LINK_LASTS, Choice

EVERYTHING = ["campaigns", "donor", "event"]


def allowed(book, reader):
    return {p.value for p in Purpose if book.bases.on(reader, p)}


@pytest.fixture
def agreed(book, sent):
    """A reader whom we may write to about everything."""
    for purpose in EVERYTHING:
        book.bases.record(sent.reader, purpose, "legitimate_interest", source="a fair")
    book.bases.record(sent.reader, "membership", "contract", source="the contract")
    return sent


@pytest.fixture
def link(book, sent, site):
    return link_to(book, sent, site)


@pytest.mark.parametrize("purpose", EVERYTHING)
def test_the_token_of_a_letter_stops_one_purpose_and_leaves_the_others(book, site, agreed, purpose):
    answer = site.post(agreed.choices, {"do": "stop", "stop": purpose})
    assert answer.status == 200
    assert allowed(book, agreed.reader) == {"membership", *EVERYTHING} - {purpose}
    assert bool(book.suppressions.of(agreed.address)) == (purpose == "campaigns")
    (ended,) = [row for row in book.bases.of(agreed.reader) if row.withdrawn_on]
    assert (ended.purpose, ended.withdrawn_by) == (purpose, "web")


def test_several_purposes_stop_at_once(book, site, agreed):
    site.post(agreed.choices, {"do": "stop", "stop": EVERYTHING})
    assert allowed(book, agreed.reader) == {"membership"}


def test_letters_about_the_membership_go_on_and_the_page_says_why(book, site, agreed):
    assert "These letters go with the contract" in site.get(agreed.choices).text
    assert site.post(agreed.choices, {"do": "stop", "stop": "membership"}).status == 400
    assert allowed(book, agreed.reader) == {"membership", *EVERYTHING}


@pytest.mark.parametrize(
    "body",
    [{}, {"do": "allow", "stop": "campaigns"}, {"do": "stop", "stop": "everything"}, {"stop": "campaigns"}],
)
def test_what_the_page_does_not_offer_changes_nothing(book, site, agreed, body):
    assert site.post(agreed.choices, body).status == 400
    assert allowed(book, agreed.reader) == {"membership", *EVERYTHING}


def test_to_tick_nothing_changes_nothing_and_is_said(book, site, agreed):
    assert "Nothing was ticked" in site.post(agreed.choices, {"do": "stop"}).text
    assert allowed(book, agreed.reader) == {"membership", *EVERYTHING}


def test_the_page_of_a_letter_tells_nobody_what_is_on_record(book, site, agreed):
    before = site.get(agreed.choices).text
    site.post(agreed.choices, {"do": "stop", "stop": EVERYTHING})
    assert site.get(agreed.choices).text == before
    assert agreed.reader.name not in before
    assert agreed.address not in before


def test_the_token_of_a_letter_opens_no_link(book, site, sent):
    assert site.get(sent.unsubscribe.replace("/u/", "/p/")).status == 404
    answer = site.post(sent.unsubscribe.replace("/u/", "/p/"), {"allow": EVERYTHING, "language": "fr"})
    assert answer.status == 404
    assert book.people.get(sent.reader.id).language == "en"


def test_a_link_goes_to_the_address_alone_and_opens_the_choices(book, site, sent, mail_server):
    assert site.post(sent.choices + "?lang=fr", {"do": "link"}).status == 200
    (letter,) = links_of(book, sent)
    delivery(book, mail_server).deliver(limit=10, ids=[letter.id])
    (arrived,) = mail_server.messages
    message = message_from_bytes(arrived.raw, policy=policy.default)
    page = book.identity.preferences_page(letter.id)
    assert list(arrived.recipients) == [sent.address]
    assert message["Subject"] == "Votre lien pour choisir ce que nous vous écrivons"
    assert message["Auto-Submitted"] == "auto-generated"
    assert {"List-Unsubscribe", "List-Id", "Reply-To", "Precedence"}.isdisjoint(message.keys())
    for part in message.iter_parts():
        assert page in part.get_content()
    assert site.get(path_of(page)).status == 200
    assert page.startswith(f"{WEB_URL}/p/")


def test_at_most_one_link_a_day_goes_out(book, site, sent, clock):
    for _ in range(3):
        assert site.post(sent.choices, {"do": "link"}).status == 200
    assert len(links_of(book, sent)) == 1
    clock.advance(timedelta(days=1))
    site.post(sent.choices, {"do": "link"})
    assert len(links_of(book, sent)) == 2


def test_whether_a_link_went_out_nobody_learns(book, site, sent):
    told = site.post(sent.choices, {"do": "link"}).text
    book.people.change(sent.reader, email="amina@elsewhere.example")
    assert site.post(sent.choices, {"do": "link"}).text == told
    assert len(links_of(book, sent)) == 1
    assert links_of(book, sent)[0].to_address == sent.address


def test_a_link_opens_for_three_days(book, site, link, clock):
    clock.advance(LINK_LASTS - timedelta(seconds=1))
    assert site.get(link).status == 200
    clock.advance(timedelta(seconds=1))
    late = site.get(link)
    assert late.status == 410
    assert "Ask for a new link" in late.text
    assert site.post(link, {"allow": EVERYTHING, "language": "fr"}).status == 410


def test_a_link_that_is_too_old_leads_to_a_new_one(book, site, sent, link, clock):
    clock.advance(LINK_LASTS)
    (way,) = [part for part in site.get(link).text.split('"') if part.startswith("../c/")]
    assert site.post(way.removeprefix("..").partition("?")[0], {"do": "link"}).status == 200
    assert len(links_of(book, sent)) == 2


@pytest.mark.parametrize("change", ["erased", "another address"])
def test_a_link_opens_nothing_for_whoever_is_gone(book, site, sent, link, change):
    if change == "erased":
        erase(book, sent)
    else:
        book.people.change(sent.reader, email="amina@elsewhere.example")
    assert site.get(link).status == 410
    assert site.post(link, {"allow": EVERYTHING, "language": "fr"}).status == 410


def test_a_link_shows_what_is_chosen_and_keeps_another_choice(book, site, agreed, link):
    assert site.get(link).text.count(" checked>") == 3
    answer = site.post(link, {"allow": ["event"], "language": "ar"})
    assert answer.status == 200
    assert "Your choice is kept" in answer.text
    assert allowed(book, agreed.reader) == {"membership", "event"}
    assert book.people.get(agreed.reader.id).language == "ar"
    assert [entry.scope for entry in book.suppressions.of(agreed.address)] == [Scope.CAMPAIGNS]


def test_to_open_the_link_changes_nothing(book, site, agreed, link):
    before = (len(book.history(agreed.reader)), allowed(book, agreed.reader), book.bases.of(agreed.reader))
    for method in ("GET", "HEAD"):
        assert site.ask(method, link).status == 200
    assert (
        len(book.history(agreed.reader)),
        allowed(book, agreed.reader),
        book.bases.of(agreed.reader),
    ) == before


def test_who_allows_again_has_consented_with_proof_and_wording(book, site, sent, link, clock):
    site.post(sent.unsubscribe)
    assert book.suppressions.of(sent.address)
    clock.advance(timedelta(hours=1))
    site.post(link + "?lang=fr", {"allow": EVERYTHING, "language": "fr"})
    assert book.suppressions.of(sent.address) == ()
    (consent,) = book.bases.on(sent.reader, Purpose.CAMPAIGNS)
    assert (consent.basis, consent.source, consent.language) == (Basis.CONSENT, "their own page", "fr")
    assert consent.wording.startswith("Cochez les sujets sur lesquels nous pouvons vous écrire. Offres")
    assert str(links_of(book, sent)[0].id) in consent.evidence
    assert allowed(book, sent.reader) == set(EVERYTHING)


def test_who_wavers_within_a_day_has_what_they_said_last(book, site, sent, link):
    for allow in ([], EVERYTHING, [], EVERYTHING, ["donor"]):
        assert site.post(link, {"allow": allow, "language": "en"}).status == 200
    assert allowed(book, sent.reader) == {"donor"}
    assert len(book.suppressions.of(sent.address)) == 1
    assert len(book.bases.of(sent.reader)) == 3


def test_a_bounced_address_is_written_to_no_more_whatever_is_ticked(book, site, sent, link):
    book.suppressions.add(sent.address, scope=Scope.ALL, reason="bounced")
    site.post(link, {"allow": EVERYTHING, "language": "en"})
    assert [entry.scope for entry in book.suppressions.of(sent.address)] == [Scope.ALL]


def test_what_rests_on_a_contract_is_shown_and_stays(book, site, sent, link):
    book.bases.record(sent.reader, "donor", "contract", source="a donor agreement")
    assert "These letters go with an agreement" in site.get(link).text
    site.post(link, {"language": "en"})
    assert allowed(book, sent.reader) == {"donor"}
    number = links_of(book, sent)[0].id
    assert book.preferences.of(number).purposes[Purpose.DONOR] is Choice.FIXED


@pytest.mark.parametrize(
    "body",
    [{"language": "xx"}, {"allow": "campaigns"}, {"language": "en", "allow": "membership"}, {"language": ""}],
)
def test_a_choice_that_is_none_changes_nothing(book, site, agreed, link, body):
    assert site.post(link, body).status == 400
    assert allowed(book, agreed.reader) == {"membership", *EVERYTHING}


def test_the_trail_shows_one_entry_for_a_choice_by_the_web(book, site, agreed, link):
    site.post(link, {"language": "fr"})
    happened = book.history(agreed.reader)
    (entry,) = {each.id: each for each in happened if each.verb == "preferences.chosen"}.values()
    assert entry.actor == "web"


def test_a_link_of_one_reader_chooses_for_no_other(book, site, sent, link):
    other = letter_to(book, "Ben Otieno")
    site.post(link, {"language": "fr"})
    assert book.people.get(other.reader.id).language == "en"
    assert book.suppressions.of(other.address) == ()
