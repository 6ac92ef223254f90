"""`cleanclaim tables`: which releases the rules read, and how current they are."""

from __future__ import annotations

import typer

from cli.options import AsJson, AsOf, day_of, finish

tables_app = typer.Typer(no_args_is_help=True, help="The published tables the rules read.")


@tables_app.command("list")
def tables_list(ctx: typer.Context, as_of: AsOf = None, as_json: AsJson = False) -> None:
    """Each table's release, coverage and age on a day of service."""
    from cli.payer_profiles import say_left_out  # noqa: PLC0415
    from cli.rules import show_tables  # noqa: PLC0415
    from scrubber.tables import load_tables  # noqa: PLC0415

    tables = load_tables(ctx.obj.home)
    lost = say_left_out(tables)
    finish(max(lost, show_tables(tables, day_of(as_of), as_json=as_json)))
