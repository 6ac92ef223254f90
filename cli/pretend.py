"""`simulate`: a pretend practice to learn the product with, and to measure a model against the truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from rich.table import Table
from rich.text import Text

from claims.errors import UnreadableInput
from cli.console import emit, progress, stdout
from cli.learn import needs


def list_switches(*, as_json: bool) -> int:
    """Name what can be left out of a simulation."""
    from simulator import switches  # noqa: PLC0415

    if as_json:
        for name, words in switches().items():
            emit({"name": name, "words": words})
        return 0
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("name", no_wrap=True)
    table.add_column("what `--without` leaves out")
    for name, words in switches().items():
        table.add_row(name, words)
    stdout().print(table)
    return 0


def simulate_practice(
    out: Path,
    months: int,
    claims_per_month: int,
    seed: int,
    start: date,
    *,
    practice: int,
    without: Sequence[str],
    as_json: bool,
) -> int:
    """Write a pretend practice; refuses a folder that holds something, and a mechanism that does not exist."""
    needs("pyarrow")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UnreadableInput(
            str(out), found="a folder that is not empty", expected="a new or empty folder for the files"
        )
    from simulator import simulate  # noqa: PLC0415

    with progress("weeks") as update:
        counts = simulate(
            months, claims_per_month, seed, out, start=start, progress=update, practice=practice, without=without
        )
    if as_json:
        emit(counts)
    else:
        _show(counts, out)
    return 0


def _show(counts: Mapping[str, int | float], out: Path) -> None:
    """The counts, how hard the denials are to foresee, and what to do next."""
    whole = ", ".join(f"{name} {n:,}" for name, n in counts.items() if isinstance(n, int))
    console = stdout()
    console.print(Text(f"Simulated, nothing of it is real: {whole}"))
    unpublished, visible = counts["denials_unpublished"], counts["denials_visible"]
    console.print(
        Text(
            f"Denied: {counts['denial_rate']:.1%} of lines. Of these {unpublished:.0%} for what no public policy "
            f"states, {1 - unpublished:.0%} for what one does; "
            f"{visible:.0%} show in the claim or the practice's own past, {1 - visible:.0%} do not."
        )
    )
    console.print(
        Text(f"Next: cleanclaim ingest {out}/837 {out}/835; cleanclaim train --simulated --truth {out}/truth.parquet")
    )
