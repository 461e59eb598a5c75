import subprocess
import sys
import threading

import pytest

from crm.errors import Refused
from workers.demo.turns import own_turn


def test_another_one_waits_until_the_first_is_over(tmp_path):
    order = []
    waits = threading.Event()

    def second():
        with own_turn(tmp_path, on_wait=waits.set):
            order.append("second")

    with own_turn(tmp_path, on_wait=pytest.fail):
        thread = threading.Thread(target=second)
        thread.start()
        assert waits.wait(60)
        order.append("first")
    thread.join(60)
    assert order == ["first", "second"]


def test_after_enough_patience_it_says_who_is_in_the_way(tmp_path):
    with (
        own_turn(tmp_path, on_wait=pytest.fail),
        pytest.raises(Refused, match=r"fuser .*demo\.lock"),
        own_turn(tmp_path, on_wait=lambda: None, patience=0.05),
    ):
        pytest.fail("two at once")


def test_a_process_that_has_inherited_the_turn_keeps_others_waiting(tmp_path):
    waited = []
    with own_turn(tmp_path, on_wait=pytest.fail) as turn:
        code = "import sys; sys.stdin.read()"
        heir = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, pass_fds=[turn])
    with heir:
        threading.Timer(0.2, heir.stdin.close).start()
        with own_turn(tmp_path, on_wait=lambda: waited.append(1)):
            assert heir.wait(60) == 0
    assert waited == [1]
