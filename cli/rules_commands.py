"""`cleanclaim rules`: what is checked, from which source."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from cli.options import AsJson, finish


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
