"""How the commands speak: results on standard output, everything else on standard error.

A table is coloured on a terminal and plain, unwrapped and uncut when piped.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from training.progress import Step

PIPED_WIDTH = 400  # wide enough that no cell of a piped table is ever cut
SILENCE = 15.0  # seconds between two lines about the progress of one thing, where there is no terminal for a bar

stderr = Console(stderr=True, highlight=False, soft_wrap=True)


def stdout() -> Console:
    """A console on standard output; made when asked for, so that tests and pipes see the stream of the moment."""
    if sys.stdout.isatty():
        return Console(highlight=False)
    return Console(highlight=False, width=PIPED_WIDTH, color_system=None)


def say(text: str) -> None:
    """One line on standard error, as it is: no markup is read into it."""
    stderr.print(text, markup=False)


def counted(n: int, what: str) -> str:
    """`1 file`, `2 files`."""
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def emit(record: object) -> None:
    """One JSON record on one line of standard output; NaN is refused, since it is not JSON."""
    sys.stdout.write(json.dumps(record, allow_nan=False, ensure_ascii=False) + "\n")


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Callable[[int, int | None], None]]:
    """A bar on standard error while it is a terminal; elsewhere a line now and then. Yields `update(done, total)`."""
    with _bar() as bar:
        task = bar.add_task(what, total=total)
        now_and_then = _NowAndThen(quiet=stderr.is_terminal)

        def update(done: int, of: int | None = None) -> None:
            of = of if of is not None else total
            bar.update(task, completed=done, total=of)
            now_and_then.say(lambda: f"{what}: {done:,}" + (f" of {of:,}" if of else ""))

        yield update


@contextmanager
def stages() -> Iterator[Callable[[str], None]]:
    """For work of several stages that says where it is: what is counted moves a bar, the rest is a line each.

    Elsewhere than on a terminal what is counted is a line now and then. Yields what to call with each word.
    """
    with _bar() as bar:
        now_and_then = _NowAndThen(quiet=stderr.is_terminal)
        tasks: dict[str, TaskID] = {}  # one: of the stage that goes on

        def task_of(stage: str) -> TaskID:
            if stage not in tasks:
                for ended in tasks.values():
                    bar.remove_task(ended)
                tasks.clear()
                tasks[stage] = bar.add_task(stage, total=None)
            return tasks[stage]

        def tell(text: str) -> None:
            if isinstance(text, Step):
                task = task_of(text.stage)
                if text.counted:
                    bar.update(task, completed=text.done, total=text.total)
                    now_and_then.say(lambda: text)
                    return
            say(text)
            now_and_then.spoke()

        yield tell


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=stderr, transient=True, disable=not stderr.is_terminal)


class _NowAndThen:
    """Lines for who reads along on a pipe: none before `SILENCE` seconds have gone by since the last."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self.spoke()

    def spoke(self) -> None:
        """Something was said just now."""
        self._last = time.monotonic()

    def say(self, text: Callable[[], str]) -> None:
        """The line, if it is time for one."""
        if not self._quiet and time.monotonic() - self._last >= SILENCE:
            say(text())
            self.spoke()
