"""`audit leakage`: whether anything that came later reaches into a row or a finding."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.table import Table

from cli.console import emit, progress, stdout
from cli.learn import needs, open_store
from scrubber.tables import load_tables
from serving.settings import Settings

if TYPE_CHECKING:
    from training.leakage import Audit


def show_leakage(settings: Settings, days: int, *, as_json: bool) -> int:
    """Run the audit and say what it compared; exit code 1 when something came from the future."""
    needs("pandas")
    from training.leakage import audit_leakage  # noqa: PLC0415

    with open_store(settings) as store, progress("days rebuilt") as update:
        audit = audit_leakage(store, load_tables(settings.home), days=days, progress=update)
    if as_json:
        emit({**asdict(audit), "days": [str(day) for day in audit.days], "first": [_leak(a) for a in audit.first]})
    else:
        _print(audit)
    return 1 if audit.leaks else 0


def _leak(leak: object) -> dict[str, object]:
    fields = asdict(leak)  # type: ignore[call-overload]
    return {**fields, "known_on": str(fields["known_on"])}


def _print(audit: Audit) -> None:
    console = stdout()
    console.print(
        f"{audit.claims:,} claims of {len(audit.days)} days from {audit.days[0]} to {audit.days[-1]}: {audit.values:,} "
        f"values the model sees and {audit.findings:,} findings, made again from what was known before each day."
    )
    if not audit.leaks:
        console.print("None differs, in training or in serving: nothing that came later reaches into them.")
        return
    console.print(f"{audit.leaks:,} differ. What came later reaches into:")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("what", "times"):
        table.add_column(column)
    for what, times in sorted(audit.by_what.items(), key=lambda item: -item[1]):
        table.add_row(what, f"{times:,}")
    console.print(table)
    first = audit.first[0]
    console.print(
        f"For instance {first.what} of submission {first.submission} on {first.known_on}: {first.with_future} with the "
        f"future, {first.without} without ({first.path})."
    )
