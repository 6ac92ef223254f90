"""How the commands speak: results on standard output, everything else on standard error.

A table is coloured on a terminal and plain, unwrapped and uncut when piped.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

PIPED_WIDTH = 400  # wide enough that no cell of a piped table is ever cut

stderr = Console(stderr=True, highlight=False, soft_wrap=True)


def stdout() -> Console:
    """A console on standard output; made when asked for, so that tests and pipes see the stream of the moment."""
    if sys.stdout.isatty():
        return Console(highlight=False)
    return Console(highlight=False, width=PIPED_WIDTH, color_system=None)


def say(text: str) -> None:
    """One line on standard error, as it is: no markup is read into it."""
    stderr.print(text, markup=False)


def emit(record: object) -> None:
    """One JSON record on one line of standard output; NaN is refused, since it is not JSON."""
    sys.stdout.write(json.dumps(record, allow_nan=False, ensure_ascii=False) + "\n")


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Callable[[int, int | None], None]]:
    """A bar on standard error while it is a terminal; nothing otherwise. Yields `update(done, total)`."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=stderr, transient=True, disable=not stderr.is_terminal) as bar:
        task = bar.add_task(what, total=total)

        def update(done: int, of: int | None = None) -> None:
            bar.update(task, completed=done, total=of if of is not None else total)

        yield update
