"""What the content of a campaign keeps of its rules."""

from functools import partial

import pytest
from support.campaign_facts import campaign

from campaigns.catalog import CATALOG
from campaigns.journey import Journey
from crm.errors import InvalidInput
from crm.outreach.approved import Approved


def always(account, on):
    return None


def test_the_content_names_a_rule_by_its_module_for_two_may_bear_one_name():
    assert campaign(signals=(always,)).content(()).signals == (f"{__name__}.always",)


def test_a_rule_without_a_name_of_its_own_is_refused_for_its_content_would_change_with_the_process():
    with pytest.raises(InvalidInput, match="no name that the content could keep") as caught:
        campaign(signals=(partial(always),))
    assert "function of its own" in caught.value.hint


@pytest.mark.parametrize("chosen", CATALOG.values(), ids=lambda chosen: chosen.name)
def test_what_is_approved_is_read_again_as_it_was_said(chosen):
    said = chosen.content(())
    assert Approved.model_validate(said.model_dump(mode="json")) == said
    assert (said.audience, said.goal, said.exits) == (chosen.audience, chosen.goal, chosen.exits)
    assert Journey.model_validate(said.journey) == chosen.journey
