"""`cleanclaim payers`: who the practice's payers are, what they want, and how they have answered of late."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from claims.claim import PayerType
from cli.options import AsJson, AsOf, day_of, finish

payers_app = typer.Typer(
    no_args_is_help=True,
    help="The practice's payers: what each wants, by when, and how it has answered. A profile is a file of yours, "
    "`payers/KEY.toml` in the home folder: `cleanclaim payers new KEY` begins one.",
    epilog="For example: `cleanclaim payers new mypayer --id 60054`, then `cleanclaim payers show mypayer`.",
)


@payers_app.command("list")
def payers_list(ctx: typer.Context, as_of: AsOf = None, as_json: AsJson = False) -> None:
    """Every payer that is known: from the payer table, from profiles of yours, from claims and remittances.

    Examples:

        cleanclaim payers list

        cleanclaim payers list --json | jq 'select(.claims > 0 and .profile == null) | .name'
    """
    from cli.payers import show_payers  # noqa: PLC0415

    finish(show_payers(ctx.obj, day_of(as_of), as_json=as_json))


@payers_app.command("show")
def payers_show(
    ctx: typer.Context,
    payer: Annotated[str, typer.Argument(metavar="KEY|ID", help="A payer's key, or the payer id of its claims.")],
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """A payer's page: how it is matched, filing limits, what it wants and authorizes, and how it answers.

    Behaviour is of the first answers to lines that became known in the 12 months before the day.

    Examples:

        cleanclaim payers show cigna_commercial

        cleanclaim payers show 62308 --as-of 2026-03-02

        cleanclaim payers show 62308 --json | jq .behaviour.denied_share
    """
    from cli.payers import show_payer  # noqa: PLC0415

    finish(show_payer(ctx.obj, payer, day_of(as_of), as_json=as_json))


@payers_app.command("check")
def payers_check(
    ctx: typer.Context,
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="One profile. Default: all of yours.")] = None,
    as_json: AsJson = False,
) -> None:
    """Read profiles and tell everything that is wrong with each, by file, line and key.

    Exit code 0: all can be read. 1: some cannot, and are left out whole wherever rules run. 2: the FILE cannot.

    Examples:

        cleanclaim payers check

        cleanclaim payers check draft.toml
    """
    from cli.payer_profiles import check_profiles  # noqa: PLC0415

    finish(check_profiles(ctx.obj, file, as_json=as_json))


@payers_app.command("new")
def payers_new(
    ctx: typer.Context,
    key: Annotated[str, typer.Argument(metavar="KEY", help="Small letters, digits and _; the file's name.")],
    name: Annotated[str, typer.Option(help="The payer's name as it stands on claims.")] = "",
    payer_id: Annotated[list[str] | None, typer.Option("--id", help="Its payer id; may be given again.")] = None,
    payer_type: Annotated[
        PayerType | None, typer.Option("--type", help="The kind of payer. Default: the table's, else commercial.")
    ] = None,
    by: Annotated[str, typer.Option(help="Who writes it.")] = "the practice",
    as_json: AsJson = False,
) -> None:
    """Write a profile to fill in, every field explained; it never writes over a file.

    Examples:

        cleanclaim payers new cigna_commercial --by "A. Biller"

        cleanclaim payers new sunrise --name "Sunrise Health Plan" --id ZZ901
    """
    from cli.payer_profiles import new_profile  # noqa: PLC0415

    finish(new_profile(ctx.obj, key, name, tuple(payer_id or ()), payer_type, by, day_of(None), as_json=as_json))
