"""`tables diff`: what a release changes for claims like the practice's own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from rich.table import Table
from rich.text import Text

from cli.console import emit, progress, say, stdout
from cli.learn import open_store
from serving.settings import Settings
from store.table_changes import Between, Changed, Difference, between, claims_of, difference
from store.table_releases import Wanted


def show_diff(
    settings: Settings,
    name: str,
    files: Sequence[Path],
    wanted: Wanted,
    days: int,
    today: date,
    *,
    as_dated: bool,
    as_json: bool,
) -> int:
    """The findings that come, go or change for the claims of the last days of service."""
    first = today - timedelta(days=days - 1)
    with between(settings.home, name, files, wanted, today=today) as tables, open_store(settings) as store:
        sent = claims_of(store, first, today, tables.release, as_dated=as_dated)
        with progress("checks") as told:
            found = difference(sent, tables, told)
    if as_json:
        emit(_json(found, tables, first, today, as_dated=as_dated))
    else:
        _show(found, tables, first, today)
    return 0


def _show(found: Difference, tables: Between, first: date, last: date) -> None:
    say(
        f"{tables.table}: {tables.was} against {tables.now}, for {found.claims} claims with services from {first} to "
        f"{last}."
    )
    if not found.claims:
        say("The store holds no claim of these days: nothing to compare. `cleanclaim ingest FILE...` brings them in.")
        return
    if found.asked_later:
        say(
            f"{found.asked_later} of them are from before {tables.release.effective} and were asked about as if done "
            "on that day (--as-dated leaves them)."
        )
    if found.unchecked_before != found.unchecked_after:
        say(f"Answers that could not be checked: {found.unchecked_before} before, {found.unchecked_after} after.")
    if not found.by_rule:
        say("No finding comes, goes or changes.")
        return
    say(f"{found.touched} claims get another answer.")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("rule", "code", "come", "gone", "changed", "charges come", "charges gone", "claims", "for example"):
        table.add_column(column)
    for c in found.by_rule:
        counts = (c.come, c.gone, c.changed)
        cells = (c.rule_id, c.code or "claim", *map(str, counts), f"${c.charges_come:,.2f}", f"${c.charges_gone:,.2f}")
        table.add_row(*map(Text, (*cells, " ".join(c.refs), c.example)))
    stdout().print(table)


def _json(found: Difference, tables: Between, first: date, last: date, *, as_dated: bool) -> dict[str, object]:
    return {
        "table": tables.table,
        "before": tables.was,
        "after": tables.now,
        "from": first.isoformat(),
        "to": last.isoformat(),
        "as_dated": as_dated,
        "claims": found.claims,
        "asked_later": found.asked_later,
        "touched": found.touched,
        "unchecked_before": found.unchecked_before,
        "unchecked_after": found.unchecked_after,
        "by_rule": [_changed(c) for c in found.by_rule],
    }


def _changed(c: Changed) -> dict[str, object]:
    return {
        "rule_id": c.rule_id,
        "code": c.code or None,
        "come": c.come,
        "gone": c.gone,
        "changed": c.changed,
        "charges_come": str(c.charges_come),
        "charges_gone": str(c.charges_gone),
        "refs": c.refs,
        "example": c.example,
    }
