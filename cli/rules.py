"""`rules`: what is checked, and from which source."""

from __future__ import annotations

from rich.markdown import Markdown
from rich.table import Table
from rich.text import Text

from claims.errors import UnreadableInput
from cli.console import emit, stdout
from scrubber.catalogue import catalogue, page, report_queries


def show_rules(rule_id: str, *, as_json: bool) -> int:
    """The catalogue, or one page of it; `--json` lists the rules, and a report query when it is asked for by its id."""
    entries = catalogue()
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
        return 0
    console = stdout()
    if rule_id:
        text = page(rule_id.upper())
        console.print(Markdown(text) if console.is_terminal else Text(text))
        return 0
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("id", "severity", "reason", "what the payer objects to"):
        table.add_column(column)
    for entry in entries:
        table.add_row(*(Text(str(entry[key])) for key in ("id", "severity", "reason", "summary")))
    console.print(table)
    console.print("\nReports after the remittance, no rules of a claim:")
    for query in report_queries():
        console.print(Text(f"{query['id']}  {query['summary']} `{query['command']}`"))
    return 0
