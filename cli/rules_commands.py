"""`cleanclaim rules`: what is checked, from which source, and how often it was right."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from cli.options import AsJson, date_of, day_of, finish


class _ShowsByDefault(TyperGroup):
    """A group whose command `show` may be left out: `rules NCC-008` is `rules show NCC-008`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """What is no command of the group, nor its help, goes to `show`."""
        asks_help = any(arg in ctx.help_option_names for arg in args[:1])
        if not asks_help and (not args or args[0] not in self.commands):
            args = ["show", *args]
        return super().parse_args(ctx, args)


rules_app = typer.Typer(
    cls=_ShowsByDefault,
    help="The rules: `cleanclaim rules` lists them, `cleanclaim rules NCC-008` shows one with its source and examples.",
)


@rules_app.command("show")
def rules_show(
    rule_id: Annotated[str, typer.Argument(metavar="[ID]", help="One rule, with its examples.")] = "",
    as_json: AsJson = False,
) -> None:
    """The catalogue of rules, or one rule with its source and examples.

    Examples:

        cleanclaim rules

        cleanclaim rules NCC-008
    """
    from cli.rules import show_rules  # noqa: PLC0415

    finish(show_rules(rule_id, as_json=as_json))


class _By(StrEnum):
    """Whose answers a row of the table is of."""

    ALL = "all"
    PAYER_TYPE = "payer_type"
    PAYER = "payer"


class _Sort(StrEnum):
    """What the table is sorted by."""

    DOLLARS = "dollars"
    FIRED = "fired"
    PRECISION = "precision"


@rules_app.command("performance")
def rules_performance(
    ctx: typer.Context,
    since: Annotated[
        datetime | None,
        typer.Option(metavar="DATE", formats=["%Y-%m-%d"], help="Only claims sent on this day or later."),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(metavar="DATE", formats=["%Y-%m-%d"], help="Only claims sent on this day or before."),
    ] = None,
    payer: Annotated[
        str, typer.Option(metavar="KEY|ID", help="Only claims to this payer: its id on the claim, or its key.")
    ] = "",
    by: Annotated[_By, typer.Option(help="A row for every rule, or for each kind of payer, or each payer.")] = _By.ALL,
    sort: Annotated[_Sort, typer.Option(help="What the table is sorted by.")] = _Sort.DOLLARS,
    top: Annotated[int, typer.Option(min=0, help="Show only the first N rows; 0 shows all.")] = 40,
    floor: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Suggest `warn` where a precision is surely below this.")
    ] = 0.2,
    least: Annotated[int, typer.Option(min=1, help="Suggest nothing on fewer decisions.")] = 30,
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", metavar="DATE", formats=["%Y-%m-%d"], help="As known on this day. Default: today."),
    ] = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="OUT", help="Write every rule, payer and severity to a CSV file.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Which rules earn their place: what payers did with the lines each rule would have spoken of.

    Every claim of the store is scrubbed as on the day it was sent, and set beside the payer's first decision. Precision
    is the share denied of what a rule spoke of and the payer has decided, with its 95 % interval; lift, how many times
    as often as any line. A rule surely below the floor is suggested to warn only; nothing is changed.

    Examples:

        cleanclaim rules performance --since 2026-01-01

        cleanclaim rules performance --payer 01112 --sort precision

        cleanclaim rules performance --json | jq 'select(.record == "rule" and .scope == "all") | [.rule_id, .lift]'
    """
    from cli.performance import show_performance  # noqa: PLC0415
    from cli.performance_records import Asked, SortBy  # noqa: PLC0415
    from scrubber.precision import Bars, Scope  # noqa: PLC0415
    from store.judged import Period  # noqa: PLC0415

    known = day_of(as_of)
    period = Period(date_of(since), _last_day(date_of(since), date_of(until), known), known)
    asked = Asked(period, Bars(floor, least), payer, Scope(by), SortBy(sort), top, csv)
    finish(show_performance(ctx.obj, asked, as_json=as_json))


def _last_day(since: date | None, until: date | None, known: date) -> date:
    """The last day of a period, the day known at the latest. Raises typer.BadParameter for a period of no day."""
    last = min(until or known, known)
    if since is not None and since > last:
        raise typer.BadParameter(f"expected a day up to {last}", param_hint="--since")
    return last
