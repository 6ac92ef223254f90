"""What several commands share: the options, the days they are given, and how they end."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 12, 31)  # as over REST (serving.intake, too slow to import for help)

AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of", metavar="DATE", formats=["%Y-%m-%d"], help="The day the claim would be sent. Default: today."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Machine output: one JSON object a claim, a line, or in all.")]
Files = Annotated[
    list[Path], typer.Argument(metavar="FILE...", help="837P files or claim JSON; `-` reads standard input.")
]


def day_of(moment: datetime | None) -> date:
    """The day given, or today. Raises typer.BadParameter for one no claim can have."""
    if moment is None:
        return date.today()  # noqa: DTZ011  (the biller's own calendar day)
    if not FIRST_DAY <= moment.date() <= LAST_DAY:
        raise typer.BadParameter(f"expected a day from {FIRST_DAY} to {LAST_DAY}", param_hint="--as-of")
    return moment.date()


def date_of(moment: datetime | None) -> date | None:
    """The day given, or None."""
    return moment.date() if moment else None


FLAGS = ("duplicate", "payer_mistake")  # of past.labels.Flag, those a decided line can have


def flags_of(text: str) -> tuple[str, ...]:
    """The flags named, in order and once each. Raises typer.BadParameter for one the ledger does not know."""
    named = tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
    for word in named:
        if word not in FLAGS:
            raise typer.BadParameter(f"found {word!r}, expected {' or '.join(FLAGS)}", param_hint="--exclude")
    return named


def finish(code: int) -> None:
    """End the command with an exit code; 0 goes on."""
    if code:
        raise typer.Exit(code)
