"""What long work says of itself while it goes on: words for a log, and numbers for a bar."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str], None]


class Step(str):
    """A line of progress that also says which stage it is of, and how far that has come, where it is counted.

    A listener that knows only of words reads it as the text it is.
    """

    stage: str
    done: int
    total: int | None
    counted: bool

    def __new__(cls, stage: str, text: str, done: int | None = None, total: int | None = None) -> Step:
        """The text, with its numbers beside it; `done` is None where a stage begins, `total` where nobody knows it."""
        step = super().__new__(cls, text)
        step.stage, step.done, step.total, step.counted = stage, done or 0, total, done is not None
        return step


def silent(_: str) -> None:
    """Say nothing."""
