"""`cleanclaim eligibility`: the answers about cover a practice holds."""

from __future__ import annotations

import typer

from cli.authorizations_commands import KnownOn
from cli.options import AsJson, day_of, finish

eligibility_app = typer.Typer(
    no_args_is_help=True,
    help="Answers about cover (271). `cleanclaim ingest FILE` reads them, `cleanclaim eligibility list` shows them.",
)


@eligibility_app.command("list")
def eligibility_list(ctx: typer.Context, as_of: KnownOn = None, as_json: AsJson = False) -> None:
    """The newest answer of each patient and payer: active or not, since when, and which are worth asking again.

    Examples:

        cleanclaim eligibility list

        cleanclaim eligibility list --json | jq 'select(.stale)'
    """
    from cli.eligibility import list_answers  # noqa: PLC0415

    finish(list_answers(ctx.obj, day_of(as_of), as_json=as_json))
