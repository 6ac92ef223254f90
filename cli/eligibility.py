"""`eligibility list`: the newest answer about cover of each patient and payer."""

from __future__ import annotations

from datetime import date

from rich.table import Table
from rich.text import Text

from cli.console import emit, stdout
from cli.learn import open_store
from scrubber.parameters import parameter
from serving.settings import Settings
from store.tracker import Answered

ACTIVE = {True: "active", False: "not active", None: "not said"}


def list_answers(settings: Settings, as_of: date, *, as_json: bool) -> int:
    """Show them; the oldest first, since those want asking."""
    with open_store(settings) as store:
        found = store.cover_answers(as_of)
    most = parameter("eligibility_days").on(as_of, as_of)
    days = int(most.value) if most is not None else None
    shown = [_json(one, as_of, days) for one in sorted(found, key=lambda one: one.recorded.entry.recorded_on)]
    if as_json:
        for said in shown:
            emit(said)
        return 0
    if not shown:
        stdout().print(f"No eligibility answers as of {as_of}. `cleanclaim ingest PATH...` reads 271 files.")
        return 0
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("answer", "record", "payer", "asked", "age", "cover", "from", "to", "plan", ""):
        table.add_column(column, no_wrap=True)
    for said in shown:
        cells = [said[name] for name in ("ref", "record_ref", "payer_id", "checked_on", "age_days", "active")]
        cells[5] = ACTIVE[said["active"]]  # type: ignore[index]  # True, False or None, as made below
        cells += [said[name] for name in ("from", "to", "plan_type")]
        cells.append("ask again" if said["stale"] else "no claim finds it" if said["unlinked"] else "")
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in cells))
    stdout().print(table)
    stale = sum(bool(said["stale"]) for said in shown)
    stdout().print(f"\n{len(shown)} answers, {stale} of them older than {days} days.")
    return 0


def _json(one: Answered, as_of: date, most: int | None) -> dict[str, object]:
    """What is shown of an answer: its first part counts."""
    answer, entry = one.recorded.entry.answers[0], one.recorded.entry
    age = (as_of - entry.recorded_on).days
    return {
        "ref": one.ref,
        "record_ref": entry.record_ref,
        "payer_id": answer.payer_id,
        "checked_on": entry.recorded_on.isoformat(),
        "age_days": age,
        "stale": most is not None and age > most,
        "active": answer.active,
        "from": answer.valid_from.isoformat() if answer.valid_from else None,
        "to": answer.valid_to.isoformat() if answer.valid_to else None,
        "plan_type": answer.plan_type,
        "plans": len(entry.answers),
        "unlinked": one.why_unlinked,
    }
