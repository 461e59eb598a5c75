from itertools import pairwise

import pytest
from support.reference_facts import shipped_facts

from crm.errors import InvalidInput
from crm.reference.facts import Certainty
from crm.reference.opportunity_stages import OpportunityKind, Outcome

STAGES = shipped_facts("opportunity_stages.csv")


@pytest.mark.parametrize("kind", OpportunityKind)
def test_each_kind_goes_from_open_stages_that_grow_likelier_to_one_won_and_one_lost(kind):
    stages = sorted((s for s in STAGES if s.kind is kind), key=lambda s: s.position)
    assert [s.outcome for s in stages[-2:]] == [Outcome.WON, Outcome.LOST]
    assert {s.outcome for s in stages[:-2]} == {Outcome.OPEN}
    assert all(one.probability < other.probability for one, other in pairwise(stages[:-1]))
    assert (stages[-2].probability, stages[-1].probability) == (100, 0)
    assert len({s.position for s in stages}) == len({s.name for s in stages}) == len(stages)


def test_what_no_source_states_is_said_to_be_unverified():
    assert {s.certainty for s in STAGES} == {Certainty.UNVERIFIED}


def test_the_stages_of_a_kind_are_listed_in_their_order(book):
    names = [stage.name for stage in book.opportunity_stages.of("upgrade")]
    assert names[0] == "Identified"
    assert names[-2:] == ["Upgraded", "Declined"]
    assert len(list(book.opportunity_stages)) == len(STAGES)
    with pytest.raises(InvalidInput):
        book.opportunity_stages.of("gift")
