import pytest
from support.campaign_facts import NOW, TODAY, candidate, contact, sent, took_part, waiting

from campaigns.built_in_facts import BUILT_IN
from campaigns.fact import Fact, FactKind, Subject
from campaigns.facts import known_facts, read_facts, refuse_unknown
from campaigns.journey import BranchStep, Journey
from crm.errors import InvalidInput
from crm.membership.contract.standing import Punctuality, Standing
from crm.outreach.outbox_tables import MessageStatus
from crm.outreach.runs.moves import Done

FACTS = {fact.name: fact for fact in BUILT_IN}


def seen(name, account=..., **changes):
    subject = Subject(waiting(**changes), candidate() if account is ... else account, TODAY)
    return FACTS[name].see(subject)


def meeting(outcome):
    return {"done": {"meet": Done(NOW, MessageStatus.ACCEPTED, NOW, outcome)}}


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("has_answered", False, seen("has_answered")),
        ("has_answered", True, seen("has_answered", answered=True)),
        ("letters_sent", 0, seen("letters_sent")),
        (
            "letters_sent",
            1,
            seen("letters_sent", done={"a": sent(), "b": Done(NOW), "c": Done(NOW, MessageStatus.QUEUED)}),
        ),
        ("letters_sent", 1, seen("letters_sent", done={"a": sent(status=MessageStatus.ASSUMED_SENT)})),
        ("meeting_accepted", None, seen("meeting_accepted")),
        ("meeting_accepted", None, seen("meeting_accepted", **meeting("next_step"))),
        ("meeting_accepted", True, seen("meeting_accepted", **meeting("accepted"))),
        ("meeting_accepted", False, seen("meeting_accepted", **meeting("declined"))),
        ("meeting_accepted", False, seen("meeting_accepted", **meeting("tentative"))),
        ("standing", "good", seen("standing")),
        ("standing", None, seen("standing", candidate(standing=None))),
        ("standing", "arrears", seen("standing", candidate(standing=Standing.ARREARS))),
        ("is_punctual", False, seen("is_punctual")),
        ("is_punctual", True, seen("is_punctual", candidate(punctuality=Punctuality.ON_TIME))),
        ("is_punctual", None, seen("is_punctual", candidate(punctuality=None))),
        ("took_part_lately", False, seen("took_part_lately")),
        ("took_part_lately", True, seen("took_part_lately", candidate(participation=(took_part(),)))),
        (
            "took_part_lately",
            False,
            seen("took_part_lately", candidate(participation=(took_part(days_ago=800),))),
        ),
        ("country", "KEN", seen("country")),
        ("segment", None, seen("segment")),
        ("size", "large", seen("size")),
        ("contact_role", None, seen("contact_role")),
        ("contact_role", "Head", seen("contact_role", candidate(contacts=(contact(901, roles=("Head",)),)))),
        (
            "contact_is_senior",
            True,
            seen("contact_is_senior", candidate(contacts=(contact(901, senior=True),))),
        ),
        ("contact_is_senior", None, seen("contact_is_senior", candidate(contacts=()))),
    ],
)
def test_what_a_fact_says(name, value, found):
    assert found == value


@pytest.mark.parametrize("fact", [fact for fact in BUILT_IN if fact.see], ids=lambda fact: fact.name)
def test_what_an_account_would_say_is_not_known_of_one_that_is_none_any_more(fact):
    about_the_journey = {"has_answered": False, "letters_sent": 0}
    assert fact.see(Subject(waiting(), None, TODAY)) == about_the_journey.get(fact.name)


def test_an_open_ask_is_read_for_all_accounts_at_once(book):
    accounts = [book.organizations.add(name, country="KE") for name in ("Asked", "Won", "Quiet")]
    book.opportunities.add(accounts[0], "upgrade", sector="T")
    won = book.opportunities.add(accounts[1], "upgrade", sector="T")
    book.opportunities.win(won)
    subjects = [
        Subject(waiting(enrolment_id=number, organization_id=account.id), None, TODAY)
        for number, account in enumerate(accounts)
    ]
    found = read_facts(book, [FACTS["has_open_opportunity"], FACTS["has_answered"]], subjects, TODAY)
    assert found == {
        0: {"has_open_opportunity": True, "has_answered": False},
        1: {"has_open_opportunity": False, "has_answered": False},
        2: {"has_open_opportunity": False, "has_answered": False},
    }


def branch(fact="size", **condition):
    return Journey(steps=(BranchStep(name="fork", fact=fact, otherwise="end", **condition),))


@pytest.mark.parametrize(
    ("journey", "field", "says", "candidates"),
    [
        (
            branch("shoe_size", known=True),
            "steps[0].fact",
            "Step 1 (fork) asks for 'shoe_size'",
            tuple(sorted(FACTS)),
        ),
        (
            branch("size", equals="huge"),
            "steps[0].equals",
            "asks whether size is huge, but it says sme or large",
            ("sme", "large"),
        ),
        (branch("size", one_of=("sme", "huge")), "steps[0].one_of", "is sme or huge", ("sme", "large")),
        (branch("size", at_least=3), "steps[0].at_least", "is 3 or more", ("sme", "large")),
        (branch("letters_sent", equals=True), "steps[0].equals", "it says a number", ()),
        (branch("letters_sent", equals="2"), "steps[0].equals", "it says a number", ()),
        (branch("has_answered", equals=1), "steps[0].equals", "it says yes or no", ()),
        (branch("has_answered", at_least=1), "steps[0].at_least", "it says yes or no", ()),
        (branch("country", equals=True), "steps[0].equals", "it says a word", ()),
    ],
)
def test_a_branch_that_asks_for_what_nobody_says_is_refused_with_the_place(journey, field, says, candidates):
    with pytest.raises(InvalidInput) as refused:
        refuse_unknown(journey, FACTS)
    assert refused.value.field == field
    assert says in str(refused.value)
    assert refused.value.candidates == candidates


@pytest.mark.parametrize(
    "journey",
    [
        branch("size", equals="large"),
        branch("size", known=False),
        branch("country", one_of=("KEN", "TZA")),
        branch("letters_sent", at_least=1),
        branch("letters_sent", equals=2),
        branch("has_answered", equals=False),
    ],
)
def test_a_branch_that_asks_for_what_a_fact_says_is_taken(journey):
    refuse_unknown(journey, FACTS)


def test_a_fact_is_either_seen_or_read():
    with pytest.raises(InvalidInput):
        Fact(name="x", words="x", kind=FactKind.WORD)


@pytest.mark.parametrize("fact", BUILT_IN, ids=lambda fact: fact.name)
def test_every_fact_has_words_of_its_own(fact):
    assert fact.words
    assert fact.says


def test_the_facts_of_accord_are_known():
    assert set(FACTS) <= set(known_facts())
