"""`rules`: what is checked, from which source, and what the practice changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from rich.markdown import Markdown
from rich.table import Table
from rich.text import Text

from claims.errors import UnreadableInput
from cli.console import emit, say, stdout
from scrubber.catalogue import catalogue, page, report_queries
from scrubber.overrides import Override
from scrubber.own_rules import OwnRule
from scrubber.own_rules.pages import own_entry, own_page
from serving.practice_files import load_overrides, load_own_rules


def show_rules(home: Path, rule_id: str, day: date, *, as_json: bool) -> int:
    """The catalogue and the practice's own rules, or one page of them; exit code 1 where own rules could not be read.

    `--json` lists the rules, and a report query when it is asked for by its id. `overrides`: what is in force today.
    """
    own = load_own_rules(home)
    in_force = load_overrides(home).in_force(day)
    for fault in own.faults:
        say(str(fault))
    refused = 1 if own.faults else 0
    entries = [*catalogue(), *(own_entry(one) for one in own.rules)]
    for entry in entries:
        entry["overrides"] = [one.fields() for one in in_force if one.rule == entry["id"]]
    if rule_id:
        entries = [entry for entry in (*entries, *report_queries()) if entry["id"] == rule_id.upper()]
        if not entries:
            raise UnreadableInput(
                "rule id",
                found=repr(rule_id),
                expected="an id such as NCC-008",
                advice="`cleanclaim rules` lists them.",
            )
    if as_json:
        for entry in entries:
            emit(entry)
        return refused
    console = stdout()
    if rule_id:
        text = _page(rule_id.upper(), own.rules, in_force)
        console.print(Markdown(text) if console.is_terminal else Text(text))
        return refused
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("id", "severity", "reason", "what the payer objects to", "you said"):
        table.add_column(column)
    for entry in entries:
        table.add_row(*(Text(str(entry[key])) for key in ("id", "severity", "reason", "summary")), _said(entry))
    console.print(table)
    console.print("\nReports after the remittance, no rules of a claim:")
    for query in report_queries():
        console.print(Text(f"{query['id']}  {query['summary']} `{query['command']}`"))
    return refused


def _said(entry: Mapping[str, Any]) -> Text:
    """What the practice said of a rule, shortly."""
    words = (f"{one['severity'] or one['action']} for {one['payer'] or 'every payer'}" for one in entry["overrides"])
    return Text("; ".join(words), style="yellow")


def _page(rule_id: str, own: Sequence[OwnRule], in_force: Sequence[Override]) -> str:
    found = next((one for one in own if one.rule.id == rule_id), None)
    said = [
        f"- {one.severity.word if one.severity else one.action.value} for {one.payer or 'every payer'} from {one.on}"
        f"{f' until {one.until}' if one.until else ''}: {one.why} ({one.by})"
        for one in in_force
        if one.rule == rule_id
    ]
    text = own_page(found) if found else page(rule_id)
    return text + ("\n## What you said of it\n\n" + "\n".join(said) + "\n" if said else "")
