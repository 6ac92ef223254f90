"""`cleanclaim rules`: the catalogue, how often it was right, and what the practice adds to it or changes."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from cli.options import AsJson, AsOf, date_of, day_of, finish

if TYPE_CHECKING:
    from scrubber.overrides import Action


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
    help="The rules: `cleanclaim rules` lists them, `cleanclaim rules NCC-008` shows one with its source and examples; "
    "`rules test` tries your own, `rules off` and `rules rate` change what one says.",
)


@rules_app.command("show")
def rules_show(
    ctx: typer.Context,
    rule_id: Annotated[str, typer.Argument(metavar="[ID]", help="One rule, with its examples.")] = "",
    as_json: AsJson = False,
) -> None:
    """The catalogue of rules and your own, or one rule with its source and examples.

    Examples:

        cleanclaim rules

        cleanclaim rules NCC-008
    """
    from cli.rules import show_rules  # noqa: PLC0415

    finish(show_rules(ctx.obj.home, rule_id, day_of(None), as_json=as_json))


_Rule = Annotated[str, typer.Argument(metavar="RULE", help="A rule of the catalogue or of your own.")]
_Payer = Annotated[
    str,
    typer.Option("--payer", metavar="KEY", help="A key of the table of payers, or a payer id. Default: every payer."),
]
_Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason: people read it beside the finding.")]
_By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who decided it.")]
_From = Annotated[
    datetime | None,
    typer.Option("--from", metavar="DATE", formats=["%Y-%m-%d"], help="The first day it holds. Default: today."),
]
_Until = Annotated[
    datetime | None,
    typer.Option("--until", metavar="DATE", formats=["%Y-%m-%d"], help="The last day it holds. Default: until ended."),
]


@rules_app.command("test")
def rules_test(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A TOML file of your own rules.")],
    since: Annotated[
        datetime | None,
        typer.Option(metavar="DATE", formats=["%Y-%m-%d"], help="Only claims sent on this day or later."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Try your own rules: on their cases, then on the claims already sent. Nothing is changed.

    For each rule and payer: what it would have flagged, as of the day each claim went out, and what the payer then did.
    Exit code 1: a rule or case was refused, or a case fails. 2: not one rule could be read.

    Examples:

        cleanclaim rules test .cleanclaim/rules/our-rules.toml

        cleanclaim rules test draft.toml --since 2026-01-01 --json | jq '.trials'
    """
    from cli.own_rules import try_rules  # noqa: PLC0415

    finish(try_rules(ctx.obj, file, date_of(since), as_json=as_json))


@rules_app.command("off")
def rules_off(
    ctx: typer.Context, rule: _Rule, why: _Why, by: _By, payer: _Payer = "", start: _From = None, until: _Until = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Switch a rule off for a payer, or for all: its findings are counted, no longer shown.

    What the model reads stays as it is. `rules on` ends it; the history is kept.

    Examples:

        cleanclaim rules off DOC-004 --payer bcbs_fl --why "they never ask, see letter of May 3" --by "A. Example"

        cleanclaim rules off OWN-001 --why "contract pending" --by "A. Example" --until 2026-12-31
    """
    from scrubber.overrides import Action  # noqa: PLC0415

    _override(ctx, Action.OFF, rule, why, by, payer, start, until, None, as_json)


@rules_app.command("rate")
def rules_rate(
    ctx: typer.Context, rule: _Rule,
    severity: Annotated[str, typer.Argument(metavar="SEVERITY", help="reject, deny, warn or info.")],
    why: _Why, by: _By, payer: _Payer = "", start: _From = None, until: _Until = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Give a rule another severity for a payer, or for all; its findings say so.

    Example:

        cleanclaim rules rate FRQ-001 info --payer uhc_commercial --why "they allow six a year" --by "A. Example"
    """
    from scrubber.overrides import Action  # noqa: PLC0415

    _override(ctx, Action.RATE, rule, why, by, payer, start, until, severity.lower(), as_json)


@rules_app.command("on")
def rules_on(
    ctx: typer.Context, rule: _Rule, why: _Why, by: _By, payer: _Payer = "", start: _From = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Let a rule speak again as it is written: ends what `rules off` and `rules rate` said of it for that payer.

    Example:

        cleanclaim rules on FRQ-001 --payer uhc_commercial --why "new policy" --by "A. Example"
    """
    from scrubber.overrides import Action  # noqa: PLC0415

    _override(ctx, Action.ON, rule, why, by, payer, start, None, None, as_json)


@rules_app.command("overrides")
def rules_overrides(
    ctx: typer.Context,
    history: Annotated[bool, typer.Option("--history", help="Everything that was ever said, in its order.")] = False,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Which rules are switched off or re-rated, for whom, since when, by whom and why.

    Examples:

        cleanclaim rules overrides

        cleanclaim rules overrides --history --json
    """
    from cli.overrides import show_overrides  # noqa: PLC0415

    finish(show_overrides(ctx.obj.home, day_of(as_of), history=history, as_json=as_json))


def _override(
    ctx: typer.Context, action: Action, rule: str, why: str, by: str, payer: str, start: datetime | None,
    until: datetime | None, severity: str | None, as_json: bool,
) -> None:  # fmt: skip
    from cli.overrides import Said, override  # noqa: PLC0415

    said = Said(action, rule, why, by, day_of(start), payer, severity, date_of(until))
    finish(override(ctx.obj.home, said, as_json=as_json))


class _PerformanceOf(StrEnum):
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
    by: Annotated[
        _PerformanceOf, typer.Option(help="A row for every rule, or for each kind of payer, or each payer.")
    ] = _PerformanceOf.ALL,
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
