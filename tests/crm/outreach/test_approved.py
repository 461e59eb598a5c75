import pytest
from pydantic import ValidationError
from support.approved import content
from support.run_results import run_with

from crm.errors import Refused
from crm.outreach.approved import Approved

WHOLE = content().model_dump(mode="json")


@pytest.mark.parametrize("name", Approved.model_fields)
def test_nothing_is_left_to_a_default(name):
    with pytest.raises(ValidationError, match=name):
        Approved.model_validate({key: value for key, value in WHOLE.items() if key != name})


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"exits": ["gone_exit"]}, "exits.0"),
        ({"quiet_dais": 30}, "quiet_dais"),
        ({"audience": {"rule": "of_yesterday"}}, "audience"),
    ],
)
def test_a_run_that_this_release_cannot_read_says_where(changes, told):
    with pytest.raises(Refused, match=told) as refused:
        _ = run_with(**changes).approved
    assert refused.value.rule == "runs.readable"
