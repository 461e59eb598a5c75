from io import StringIO

import pytest
from rich.console import Console

from workers.demo.screen import Screen, written


def _report(book):
    return book.prospects_by_state(
        region="Africa",
    )


def _approve(book, run):
    run = book.find(run)
    book.approve(run)


def seen(*, terminal):
    target = StringIO()
    return Screen(Console(file=target, width=100, force_terminal=terminal, highlight=False)), target


def test_what_is_shown_is_what_is_run():
    assert written(_report) == 'report = book.prospects_by_state(\n    region="Africa",\n)'
    assert written(_approve) == "run = book.find(run)\nbook.approve(run)"


@pytest.mark.parametrize("terminal", [True, False])
def test_work_says_what_it_is_and_how_long_it_took(terminal):
    screen, target = seen(terminal=terminal)
    with screen.working("Importing [1]", total=3) as progress:
        progress(3, None)
    assert "Importing [1] " in target.getvalue().splitlines()[-1].replace("\x1b[2m", "")


def test_elsewhere_than_on_a_terminal_nothing_steers():
    screen, target = seen(terminal=False)
    screen.scene("A [bold] scene")
    screen.run(_report, type("Book", (), {"prospects_by_state": lambda _, region: region})())
    screen.page("A letter", "Dear [name],\n")
    assert "\x1b" not in target.getvalue()
    assert "1. A [bold] scene" in target.getvalue()
    assert "    Dear [name]," in target.getvalue()


def test_scenes_are_timed():
    screen, _ = seen(terminal=False)
    screen.scene("One")
    screen.scene("Two")
    screen.end_scene()
    screen.end_scene()
    assert list(screen.timings) == ["One", "Two"]
