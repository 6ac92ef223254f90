"""`cleanclaim audit`: proofs a practice can run on its own store."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import AsJson, finish

audit_app = typer.Typer(no_args_is_help=True, help="Proofs on your own store: `cleanclaim audit leakage`.")


@audit_app.callback()
def _group() -> None:
    """Keeps `audit` a group while it has one command."""


@audit_app.command("leakage")
def audit_leakage(
    ctx: typer.Context,
    days: Annotated[int, typer.Option(min=1, help="How many days of the store's history to rebuild.")] = 8,
    as_json: AsJson = False,
) -> None:
    """Prove that the future plays no part: rebuild some days without what came later, and compare.

    For each day a second store is built from what was known before it. Every value the model sees and every finding of
    the claims sent that day must be the same there as in training and in serving today. Exit code 1: something differs.

    Examples:

        cleanclaim audit leakage

        cleanclaim audit leakage --days 20 --json
    """
    from cli.audit import show_leakage  # noqa: PLC0415

    finish(show_leakage(ctx.obj, days, as_json=as_json))
