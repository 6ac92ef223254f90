"""`cleanclaim report`: what the store tells after the remittance."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.options import AsJson, date_of, day_of, finish

report_app = typer.Typer(
    no_args_is_help=True,
    help="What the store tells after the remittance: `cleanclaim report underpaid`, `cleanclaim report audit-sample`.",
)


@report_app.command("underpaid")
def report_underpaid(
    ctx: typer.Context,
    since: Annotated[
        datetime | None,
        typer.Option(metavar="DATE", formats=["%Y-%m-%d"], help="Only lines answered on this day or later."),
    ] = None,
    rates: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Contract rates, a CSV with the columns payer, code, modifier, place_kind, allowed, from, to; "
            "`allowed` is for one unit, `place_kind` facility, non_facility or empty.",
        ),
    ] = None,
    least: Annotated[
        int, typer.Option(min=1, help="Call nothing usual that rests on fewer of the payer's decisions.")
    ] = 10,
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", metavar="DATE", formats=["%Y-%m-%d"], help="As known on this day. Default: today."),
    ] = None,
    top: Annotated[int, typer.Option(min=0, help="Show only the N lines with the most dollars; 0 shows all.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Lines a payer allowed less for than its contract says, or than it usually allows (FIN-004).

    Usual is the median of the payer's own decisions for the same code, kind of place and pricing modifiers, known
    before the line was answered, in the year before. Lines cut for another reason (CARC 59 ...), denied, or paid beside
    another payer are counted and not compared. Exit code 1: some rows of the rates could not be read.

    Examples:

        cleanclaim report underpaid

        cleanclaim report underpaid --since 2026-03-01 --rates contracts.csv

        cleanclaim report underpaid --json | jq '.payers'
    """
    from cli.report import Asked, show_underpaid  # noqa: PLC0415

    asked = Asked(day_of(as_of), date_of(since), least, rates, top)
    finish(show_underpaid(ctx.obj, asked, as_json=as_json))


@report_app.command("audit-sample")
def report_audit_sample(
    ctx: typer.Context,
    month: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="The month the claims were sent in. Default: last month.")
    ] = None,
    size: Annotated[int, typer.Option(min=1, max=1000, help="How many claims to draw.")] = 10,
    seed: Annotated[int, typer.Option(help="The same seed draws the same claims.")] = 1,
    as_json: AsJson = False,
) -> None:
    """A month's claims to audit: some of every clinician and kind, and what to look at in each (DOC-015).

    Visit and procedure are looked up in notes of their own. Claims are named by their ids; no patient is.

    Examples:

        cleanclaim report audit-sample

        cleanclaim report audit-sample --month 2026-03 --size 20 --seed 7

        cleanclaim report audit-sample --month 2026-03 --json | jq '.sample[].claim_id'
    """
    from cli.report import month_of, show_audit_sample  # noqa: PLC0415

    days = month_of(month, day_of(None))
    finish(show_audit_sample(ctx.obj, days, size, seed, as_json=as_json))
