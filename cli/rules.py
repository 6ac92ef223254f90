"""`rules` and `tables list`: what is checked, from which source, and how current it is."""

from __future__ import annotations

from datetime import date

from rich.markdown import Markdown
from rich.table import Table
from rich.text import Text

from claims.errors import UnreadableInput
from cli.console import emit, stdout
from scrubber.catalogue import catalogue, page, report_queries
from scrubber.tables import Tables
from serving.assessment_json import table_json


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


def show_tables(tables: Tables, as_of: date, *, as_json: bool) -> int:
    """Each table's release for a day of service."""
    statuses = tables.status(as_of, as_of)
    if as_json:
        for status in statuses:
            emit(table_json(status))
        return 0
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("table", "release", "effective", "published", "coverage", "age"):
        table.add_column(column)
    for s in statuses:
        age = f"{s.age_days} days" + (", stale" if s.stale else "")
        table.add_row(s.name, s.release, str(s.effective), str(s.published), s.coverage, age)
    stdout().print(table)
    return 0
