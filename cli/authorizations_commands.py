"""`cleanclaim authorizations`: the approvals a practice holds, and those it still needs."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.options import AsJson, day_of, finish

authorizations_app = typer.Typer(
    no_args_is_help=True,
    help="Approvals: what is held, what is left of it, what runs out, and which planned services lack one.",
    epilog="For example: `cleanclaim authorizations import approvals.csv`, then "
    "`cleanclaim authorizations list --expiring 14`.",
)

_Day = typer.Option(metavar="DATE", formats=["%Y-%m-%d"])
KnownOn = Annotated[
    datetime | None,
    typer.Option("--as-of", metavar="DATE", formats=["%Y-%m-%d"], help="As known on this day. Default: today."),
]
RENEW_WITHIN = (
    14  # days, for a payer takes one to two weeks to answer; a habit of the practice's, so it may say another
)
RenewWithin = Annotated[
    int,
    typer.Option(min=0, max=3660, metavar="DAYS", help="To renew is what ends within so many days with units left."),
]


@authorizations_app.command("import")
def authorizations_import(
    ctx: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="CSV, claim JSON, FHIR ClaimResponse or Bundle, X12 278 or 271."),
    ],
    payer: Annotated[
        str,
        typer.Option(metavar="ID", help="The payer's id as your claims name it, where the files name it otherwise."),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Take approvals (and answers about cover) into the book; what it holds already is counted and left alone.

    docs/authorizations.md describes the columns of a CSV. Exit code 1: something could not be read; all else was kept.

    Examples:

        cleanclaim authorizations import approvals.csv

        cleanclaim authorizations import answers/*.278 --payer 60054
    """
    from cli.authorizations import import_files  # noqa: PLC0415

    finish(import_files(ctx.obj, files, day_of(None), payer, as_json=as_json))


@authorizations_app.command("add")
def authorizations_add(
    ctx: typer.Context,
    number: Annotated[str, typer.Option(help="The payer's number for the approval.")] = "",
    decision: Annotated[
        str, typer.Option(help="approved, partial, pending, denied, cancelled or not_required.")
    ] = "approved",
    payer: Annotated[str, typer.Option(metavar="ID", help="The payer's id as your claims name it.")] = "",
    code: Annotated[
        list[str] | None, typer.Option(help="CODE, CODE:UNITS or CODE:UNITS:SIDE; may be repeated.")
    ] = None,
    valid_from: Annotated[datetime | None, typer.Option("--from", metavar="DATE", formats=["%Y-%m-%d"])] = None,
    valid_to: Annotated[datetime | None, typer.Option("--to", metavar="DATE", formats=["%Y-%m-%d"])] = None,
    decided_on: Annotated[datetime | None, _Day] = None,
    recorded_on: Annotated[
        datetime | None,
        typer.Option(metavar="DATE", formats=["%Y-%m-%d"], help="The day the practice knew. Default: today."),
    ] = None,
    by: Annotated[str, typer.Option(help="Who writes this down: a staff name or id.")] = "",
    claim: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A claim of the patient's (837P or JSON), to say whose it is.")
    ] = None,
    claim_id: Annotated[str, typer.Option(help="The number of a claim of the patient's (CLM01).")] = "",
    record_number: Annotated[str, typer.Option(help="The practice's record number, as claims bear it (REF EA).")] = "",
    member_id: Annotated[str, typer.Option(help="The patient's member id.")] = "",
    record_ref: Annotated[str, typer.Option(help="Your own reference, by which you find the patient; no name.")] = "",
    request: Annotated[str, typer.Option(help="What the request is called while it has no number.")] = "",
    stage: Annotated[str, typer.Option(help="trial, permanent, side_1 or side_2.")] = "",
    follows: Annotated[str, typer.Option(help="The number of the approval of the stage before.")] = "",
    as_json: AsJson = False,
) -> None:
    """Write down one approval, say from a phone call. A later word on the same number takes its place.

    Examples:

        cleanclaim authorizations add --number A-7712 --payer 60054 --code 64493:2:left --from 2026-03-01
        --to 2026-05-31 --claim claim.json --by KB

        cleanclaim authorizations add --number A-7712 --decision cancelled --by KB
    """
    from cli.authorizations import add_one  # noqa: PLC0415

    said = {
        "number": number, "decision": decision, "payer": payer, "claim_id": claim_id, "record_number": record_number,
        "member_id": member_id, "record_ref": record_ref, "request": request, "stage": stage, "follows": follows,
        "recorded_by": by,
    }  # fmt: skip
    days = {"from": valid_from, "to": valid_to, "decided_on": decided_on, "recorded_on": recorded_on}
    said |= {name: day.date().isoformat() for name, day in days.items() if day is not None}
    finish(add_one(ctx.obj, said, code or [], claim, day_of(None), as_json=as_json))


@authorizations_app.command("list")
def authorizations_list(
    ctx: typer.Context,
    expiring: Annotated[
        int | None,
        typer.Option(min=0, max=3660, metavar="DAYS", help="Only approvals that end within so many days."),
    ] = None,
    missing: Annotated[
        Path | None,
        typer.Option(
            metavar="SCHEDULE",
            help="Scheduled services (CSV, claim JSON or 837P): those that want an approval and have none that fits.",
        ),
    ] = None,
    renew_within: RenewWithin = RENEW_WITHIN,
    as_of: KnownOn = None,
    as_json: AsJson = False,
) -> None:
    """What is held: units left, days left, renewals due; or what scheduled services still lack.

    No patient is named: your own reference is shown (record_ref), else the last claim sent for the patient.

    Examples:

        cleanclaim authorizations list --expiring 14

        cleanclaim authorizations list --renew-within 30

        cleanclaim authorizations list --missing schedule.csv

        cleanclaim authorizations list --as-of 2026-03-02 --json | jq 'select(.renewal_due)'
    """
    if missing is not None and expiring is not None:
        raise typer.BadParameter("--expiring and --missing ask two things: give one", param_hint="--missing")
    if missing is not None:
        from cli.authorizations_missing import list_missing  # noqa: PLC0415

        finish(list_missing(ctx.obj, missing, day_of(as_of), as_json=as_json))
    else:
        from cli.authorizations_held import list_held  # noqa: PLC0415

        finish(list_held(ctx.obj, day_of(as_of), expiring, renew_within=renew_within, as_json=as_json))


@authorizations_app.command("show")
def authorizations_show(
    ctx: typer.Context,
    ref: Annotated[str, typer.Argument(metavar="REF", help="A12 as `list` shows it, or the payer's number.")],
    renew_within: RenewWithin = RENEW_WITHIN,
    as_of: KnownOn = None,
    as_json: AsJson = False,
) -> None:
    """One authorization: every word on it, who wrote it down and when, and the claims that drew on it.

    Examples:

        cleanclaim authorizations show A12

        cleanclaim authorizations show A-7712 --json
    """
    from cli.authorizations_show import show_one  # noqa: PLC0415

    finish(show_one(ctx.obj, ref, day_of(as_of), renew_within=renew_within, as_json=as_json))
