"""An own rule as people and machines read it: an entry of the list, and a page."""

from __future__ import annotations

from typing import Any

from scrubber.catalogue import entry_of, facts_of
from scrubber.own_rules.reading import OwnRule


def own_entry(own: OwnRule) -> dict[str, Any]:
    """What the list says of it, ready for JSON; `file` is where it stands, `payers` whom it binds alone."""
    return {**entry_of(own.rule), "family": "own", "file": own.file, "payers": list(own.payers)}


def own_page(own: OwnRule) -> str:
    """Its page in Markdown."""
    rule = own.rule
    cases = ", ".join(str(case["name"]) for case in own.cases if isinstance(case, dict) and "name" in case)
    alone = f"\n\nBinds these payers alone: {', '.join(own.payers)}." if own.payers else ""
    parts = [
        f"# {rule.id}: {rule.summary}",
        f"A rule of your own, in `{own.file}`. It is shown beside the catalogue, and the model never reads it.{alone}",
        facts_of(rule),
        f"## What to do\n\n{rule.remedy}" + (f"\n\nOnly where this is true: {rule.requires}." if rule.requires else ""),
        f"## Its cases\n\n{cases}." if cases else "",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"
