"""`ingest --map`: a billing system's export by the map of its columns, tried first without writing anything."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from claims.claim import Claim
from claims.errors import UnreadableFile
from claims.reading import Refusal
from cli.console import emit, progress, say, stdout
from cli.learn import open_store, say_report
from serving.settings import Settings

if TYPE_CHECKING:
    from claims.exports import Export, ExportMap

SHOWN = 20  # problems told of one dry run; the rest is counted
CARCS = 12


def show_map_example() -> int:
    """A commented map, to begin one's own with."""
    from claims.exports import EXAMPLE  # noqa: PLC0415

    sys.stdout.write(EXAMPLE.read_text(encoding="utf-8"))
    return 0


def ingest_exports(settings: Settings, paths: Sequence[Path], map_path: Path, *, dry_run: bool, as_json: bool) -> int:
    """Read exports into the store; exit code as for 837 and 835 files."""
    from claims.exports import read_export_map  # noqa: PLC0415

    m = read_export_map(map_path)
    for path in paths:
        if not path.is_file():
            found = "a folder" if path.is_dir() else "no such file"
            raise UnreadableFile(str(path), found=found, expected="an export (CSV) that the map describes")
    if dry_run:
        return max(_try(path, m, as_json=as_json) for path in paths)
    with open_store(settings, create=True) as store, progress("files") as update:
        report = store.ingest_exports(paths, m, progress=lambda done, of, _: update(done, of))
    return say_report(report, as_json=as_json)


def _try(path: Path, m: ExportMap, *, as_json: bool) -> int:
    """What would be read of a file; nothing is written."""
    from claims.exports import open_export  # noqa: PLC0415
    from past.balance import claim_imbalance  # noqa: PLC0415

    with path.open("rb") as file:
        export = open_export(file, m, path.name)
    refusals, days, outcomes = list[Refusal](), list[date](), Counter[str]()
    for record in export.records():
        if isinstance(record, Refusal):
            refusals.append(record)
        elif isinstance(record, Claim):
            days += [record.submitted_on] if record.submitted_on else []
        else:
            outcomes["unbalanced"] += bool(claim_imbalance(record))
    told = _told(path, export, refusals, days, outcomes["unbalanced"])
    if as_json:
        emit(told)
    else:
        _say(export, refusals, told)
    return 0 if not refusals else 1 if export.claims else 2


def _told(
    path: Path, export: Export, refusals: Sequence[Refusal], days: Sequence[date], unbalanced: int
) -> dict[str, object]:
    return {
        "file": str(path),
        "dry_run": True,
        "rows": export.rows,
        "claims": export.claims,
        "lines": export.lines,
        "answers": export.answers,
        "unbalanced": unbalanced,
        "claims_lost": sum(r.claims_lost for r in refusals),
        "first_submitted": min(days).isoformat() if days else None,
        "last_submitted": max(days).isoformat() if days else None,
        "carcs": dict(export.carcs.most_common()),
        "unknown_columns": list(export.unknown_columns),
        "untold": list(export.m.untold),
        "refusals": [{"claim_id": r.claim_id, "claims_lost": r.claims_lost, **r.error.fields()} for r in refusals],
    }


def _say(export: Export, refusals: Sequence[Refusal], told: dict[str, object]) -> None:
    for refusal in refusals[:SHOWN]:
        whose = f"claim {refusal.claim_id} not read: " if refusal.claim_id else ""
        say(f"{told['file']}: {whose}{refusal.error}")
    if len(refusals) > SHOWN:
        say(f"... and {len(refusals) - SHOWN} more; `--json` lists them")
    sent = f", sent {told['first_submitted']} to {told['last_submitted']}" if told["first_submitted"] else ""
    lines = [
        f"{told['file']}: {export.rows:,} rows would be {export.claims:,} claims with {export.lines:,} lines{sent}, "
        f"and {export.answers:,} answers; {told['claims_lost']:,} claims cannot be read.",
        "Adjustments: " + (", ".join(f"{c} {n:,}" for c, n in export.carcs.most_common(CARCS)) or "none"),
    ]
    if told["unbalanced"]:
        lines.append(
            f"{told['unbalanced']:,} answers do not add up (charge less adjustments is not what was paid): their "
            "lines would have no label. Is a column of adjustments missing in the map?"
        )
    lines.append("Columns the map does not name: " + (", ".join(export.unknown_columns) or "none"))
    lines.append("Not told, and so unknown: " + ", ".join(word.replace("_", " ") for word in export.m.untold))
    lines.append("Nothing was written (--dry-run).")
    stdout().print(Text("\n".join(lines)))
