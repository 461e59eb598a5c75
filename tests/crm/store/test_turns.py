"""Taking turns, within a transaction and beyond it."""

from crm.store.turns import only_one


def test_a_turn_is_held_beyond_transactions_and_nobody_waits_for_it(engine):
    with only_one(engine, "a") as first, only_one(engine, "a") as second, only_one(engine, "b") as other:
        assert (first, second, other) == (True, False, True)
    with only_one(engine, "a") as again:
        assert again


def test_a_turn_that_was_not_free_is_not_given_back(engine):
    with only_one(engine, "a"):
        with only_one(engine, "a"):
            pass
        with only_one(engine, "a") as third:
            assert not third
