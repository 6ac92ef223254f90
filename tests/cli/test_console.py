"""What long work says of itself: a bar on a terminal, a line now and then elsewhere."""

import io

import pytest
from rich.console import Console

from cli import console
from training.progress import Step


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self):
        self.now = 100.0

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(console, "time", clock)
    return clock


@pytest.fixture
def heard(monkeypatch):
    """What goes to standard error, as to a pipe or as to a terminal."""

    def listen(*, terminal):
        written = io.StringIO()
        plain = Console(file=written, force_terminal=terminal, width=120, soft_wrap=True, color_system=None)
        monkeypatch.setattr(console, "stderr", plain)
        return written

    return listen


def test_on_a_pipe_short_work_says_nothing(heard, clock):
    written = heard(terminal=False)
    with console.progress("files", 1000) as update:
        for done in range(1000):
            update(done)
    assert written.getvalue() == ""


def test_on_a_pipe_long_work_says_a_line_now_and_then_with_its_total(heard, clock):
    written = heard(terminal=False)
    with console.progress("files") as update:
        for done in range(1, 1001):
            clock.now += 0.05  # 50 seconds in all
            update(done, 1000)
    lines = written.getvalue().splitlines()
    assert len(lines) == 50 // console.SILENCE
    assert lines[0].startswith("files: 3")
    assert all(line.endswith(" of 1,000") for line in lines)


def test_on_a_terminal_a_bar_shows_how_much_there_is(heard, clock):
    written = heard(terminal=True)
    with console.progress("files", 40) as update:
        update(17)
    assert "17/40" in written.getvalue()


def test_on_a_pipe_each_stage_is_a_line_and_its_count_is_not(heard, clock):
    written = heard(terminal=False)
    with console.stages() as tell:
        for done in range(0, 1000, 100):
            tell(Step("replay", f"replayed {done} of 1,000 claims", done, 1000))
        tell(Step("fit", "fitting on 900 lines"))
        for done in range(1, 301):
            tell(Step("fit", f"fitted {done} of 300 trees", done, 300))
        tell("7 decisions are of test interchanges")
    assert written.getvalue().splitlines() == ["fitting on 900 lines", "7 decisions are of test interchanges"]


def test_on_a_pipe_a_long_stage_says_how_far_it_is(heard, clock):
    written = heard(terminal=False)
    with console.stages() as tell:
        for done in range(0, 1000, 100):
            clock.now += console.SILENCE / 4
            tell(Step("replay", f"replayed {done} of 1,000 claims", done, 1000))
    assert written.getvalue().splitlines() == ["replayed 300 of 1,000 claims", "replayed 700 of 1,000 claims"]


def test_on_a_terminal_the_bar_is_of_the_stage_that_goes_on(heard, clock):
    written = heard(terminal=True)
    with console.stages() as tell:
        tell(Step("replay", "replayed 250 of 1,000 claims", 250, 1000))
        tell(Step("fit", "fitting on 900 lines"))
        tell(Step("fit", "fitted 299 of 300 trees", 299, 300))
        tell(Step("measure", "measuring on 200 lines"))
    shown = written.getvalue()
    assert "fitting on 900 lines" in shown
    assert "measuring on 200 lines" in shown
    assert "replayed 250" not in shown, "what is counted moves the bar and is not told as well"
    last = shown[shown.rindex("measuring on 200 lines") :]
    assert "measure" in last
    assert "299/300" not in last


def test_markup_in_what_is_told_is_shown_as_it_is(heard, clock):
    written = heard(terminal=False)
    with console.stages() as tell:
        tell("a payer called [bold]ZZMED[/bold]")
    assert written.getvalue() == "a payer called [bold]ZZMED[/bold]\n"
