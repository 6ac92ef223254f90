"""`authorizations list --missing`: scheduled services that want an approval and have none that fits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from rich.table import Table
from rich.text import Text

from claims.errors import UnreadableFile, UnreadableInput
from claims.schedule_csv import Scheduled, read_schedule
from claims.x12 import sniff
from cli.authorizations import text_lines
from cli.authorizations_held import iso, number_of
from cli.console import emit, say, stdout
from cli.intake import SNIFFED, Batch
from cli.learn import open_store
from scrubber.planned import Planner, Uncovered
from scrubber.tables import load_tables
from serving.settings import Settings
from store import Store


def list_missing(settings: Settings, schedule: Path, as_of: date, *, as_json: bool) -> int:
    """The scheduled services that want an approval and have none that fits; exit code 1 when rows were left out."""
    scheduled, faults = _scheduled(schedule)
    tables = load_tables(settings.home)
    found: list[tuple[Scheduled, Uncovered]] = []
    with open_store(settings) as store:
        for plans in _by_patient(store, scheduled).values():
            first = plans[0].claim
            past = store.patient_past(first, as_of=as_of + timedelta(days=1))
            past = replace(past, authorizations=(), eligibility=())
            planner = Planner(tables, as_of, past, store.recorded_of(first, as_of))
            of_claim = {id(plan.claim): plan for plan in plans}
            found += [(of_claim[id(one.claim)], one) for one in planner.uncovered(plan.claim for plan in plans)]
    for fault in faults:
        say(f"left out: {fault}")
    found.sort(key=lambda pair: (pair[1].line.service_from or date.max, pair[1].claim.id, pair[1].line.number))
    if as_json:
        for plan, one in found:
            emit(_missing_json(plan, one))
    else:
        _show_missing(found, len(scheduled))
    return 1 if faults else 0


def _by_patient(store: Store, scheduled: Iterable[Scheduled]) -> dict[str, list[Scheduled]]:
    found: dict[str, list[Scheduled]] = defaultdict(list)
    for plan in scheduled:
        found[store.patient_key(plan.claim)].append(plan)
    return found


def _scheduled(path: Path) -> tuple[list[Scheduled], list[UnreadableInput]]:
    batch = Batch(path)
    try:
        head = path.read_bytes()[:SNIFFED]
    except OSError as error:
        raise UnreadableFile(
            str(path), found=(error.strerror or "a file that cannot be opened").lower(),
            expected="scheduled services: CSV, claim JSON or an 837P", advice="Check the path.",
        ) from error  # fmt: skip
    if sniff(head) or head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        return [Scheduled(claim) for claim in batch.claims()], []
    return read_schedule(text_lines(path.read_bytes(), path), path.name)


def _missing_json(plan: Scheduled, one: Uncovered) -> dict[str, object]:
    need = one.need
    return {
        "record_ref": plan.record_ref,
        "claim_id": one.claim.id,
        "place": plan.place,
        "line": one.line.number,
        "service_date": iso(one.line.service_from),
        "code": one.line.code,
        "units": number_of(one.line.units),
        "payer_id": one.claim.payer.id,
        "need": "not_known" if need is None else "required" if one.certain else "may_be_required",
        "why": list(one.why),
        "citation": {"text": need.citation, "url": need.url} if need else None,
    }


def _show_missing(found: Sequence[tuple[Scheduled, Uncovered]], planned: int) -> None:
    if found:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in ("day", "record", "payer", "code", "units", "approval", "why"):
            table.add_column(column, no_wrap=column != "why")
        for plan, one in found:
            said = _missing_json(plan, one)
            cells = [
                said["service_date"],
                said["record_ref"] or plan.place or f"claim {one.claim.id}",
                said["payer_id"],
            ]
            cells += [said["code"], said["units"], str(said["need"]).replace("_", " "), "; ".join(one.why)]
            table.add_row(*(Text(str(cell or "")) for cell in cells))
        stdout().print(table)
        stdout().print()
    stdout().print(f"{len(found)} of {planned} planned services lack an approval that fits.")
