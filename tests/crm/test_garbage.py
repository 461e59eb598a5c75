import gc

import pytest

from crm.garbage import no_collection


def test_the_search_for_garbage_rests_inside_and_goes_on_afterwards():
    with no_collection():
        assert not gc.isenabled()
        with no_collection():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_goes_on_after_a_failure_too():
    with pytest.raises(ZeroDivisionError), no_collection():
        1 / 0  # noqa: B018
    assert gc.isenabled()
