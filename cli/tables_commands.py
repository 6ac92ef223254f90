"""`cleanclaim tables`: which releases the rules read, how current they are, and how a newer one is brought in."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.options import AsJson, AsOf, date_of, day_of, finish

tables_app = typer.Typer(
    no_args_is_help=True,
    help="The published tables the rules read: which are held, bringing in a newer one, what it changes, going back.",
    epilog="For example: `cleanclaim tables files`, then `cleanclaim tables import ptp ~/Downloads/ccipra-*.zip`.",
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="A table, or the name of a publisher's file.")]
Release = Annotated[
    str, typer.Option("--release", metavar="NAME", help="What to call it, where the file does not say.")
]
Effective = Annotated[
    datetime | None,
    typer.Option(metavar="DATE", formats=["%Y-%m-%d"], help="The day it takes effect, where the file does not say."),
]
Published = Annotated[
    datetime | None,
    typer.Option(
        metavar="DATE",
        formats=["%Y-%m-%d"],
        help="The day it was published. Default: the day it takes effect, or today.",
    ),
]
Whole = Annotated[
    bool, typer.Option("--complete", help="It is the whole table, where the names of its files do not show that.")
]
Older = Annotated[bool, typer.Option("--older", help="Take a release older than the newest one held.")]


@tables_app.command("list")
def tables_list(ctx: typer.Context, as_of: AsOf = None, as_json: AsJson = False) -> None:
    """Each table's release for a day of service: coverage, age, where it comes from, and its licence.

    A quarterly table more than two quarters old is stale; it still checks.

    Examples:

        cleanclaim tables list

        cleanclaim tables list --json | jq 'select(.stale) | .name'
    """
    from cli.tables import show_tables  # noqa: PLC0415

    finish(show_tables(ctx.obj.home, day_of(as_of), as_json=as_json))


@tables_app.command("files")
def tables_files(as_json: AsJson = False) -> None:
    """The publishers' files that can be imported: what to give, and where it is published."""
    from cli.tables import show_publishers  # noqa: PLC0415

    finish(show_publishers(as_json=as_json))


@tables_app.command("import")
def tables_import(
    ctx: typer.Context,
    name: Name,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="The files as they were downloaded, or a folder of them.")
    ],
    release: Release = "",
    effective: Effective = None,
    published: Published = None,
    complete: Whole = False,
    older: Older = False,
    as_json: AsJson = False,
) -> None:
    """Bring in a release as its publisher distributes it: zip, text, csv or workbook; or csv in our own columns.

    It is taken whole or not at all: whatever is wrong is said with file, row and column, and the releases held stay as
    they are. A running service takes it up with its next answer. `cleanclaim tables files` says which files there are;
    docs/tables.md tells their layouts, and the columns of tables a practice writes itself.

    Examples:

        cleanclaim tables import ptp ~/Downloads/ccipra-v322r0-f*.zip

        cleanclaim tables import mue ~/Downloads/practitioner-mue.zip --effective 2026-07-01

        cleanclaim tables import enrolments enrolments.csv
    """
    from cli.tables import import_release  # noqa: PLC0415
    from store.table_releases import Wanted  # noqa: PLC0415

    wanted = Wanted(release, date_of(effective), date_of(published), complete, older)
    finish(import_release(ctx.obj.home, name, files, wanted, day_of(None), as_json=as_json))


@tables_app.command("diff")
def tables_diff(
    ctx: typer.Context,
    name: Name,
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE...]", help="A release not yet imported. Default: the last one that was."),
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="Look at services of the last N days.")] = 90,
    as_dated: Annotated[
        bool,
        typer.Option("--as-dated", help="Leave services from before the release on their own days."),
    ] = False,
    release: Release = "",
    effective: Effective = None,
    published: Published = None,
    complete: Whole = False,
    older: Older = False,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """What a release changes for claims like yours: findings that come, go or change, by rule and code, with charges.

    The claims of the last 90 days of service are checked under the tables of before and of after. Services from before
    the release are asked about as if they were done on its first day, under both: so it tells what a release of next
    quarter will do. With FILE nothing is imported; without, the last import is compared with what was before it.

    Examples:

        cleanclaim tables diff ptp ~/Downloads/ccipra-v323r0-f*.zip

        cleanclaim tables diff ptp --json | jq '.by_rule[] | select(.come > 0)'
    """
    from cli.tables_diff import show_diff  # noqa: PLC0415
    from store.table_releases import Wanted  # noqa: PLC0415

    wanted = Wanted(release, date_of(effective), date_of(published), complete, older)
    finish(show_diff(ctx.obj, name, files or [], wanted, days, day_of(as_of), as_dated=as_dated, as_json=as_json))


@tables_app.command("rollback")
def tables_rollback(ctx: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """Back to the releases of before the last import of a table; a second time brings the import back.

    Example:

        cleanclaim tables rollback ptp
    """
    from cli.tables import roll_back  # noqa: PLC0415

    finish(roll_back(ctx.obj.home, name, day_of(None), as_json=as_json))
