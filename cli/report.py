"""`report underpaid`, `report audit-sample`: what to dispute after posting, and which claims to look at this month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from rich.table import Table
from rich.text import Text

from claims.errors import UnreadableFile, UnreadableInput
from cli.console import emit, progress, say, stdout
from cli.learn import open_store
from cli.payer_profiles import say_left_out
from past.rates import read_rates
from past.standing import NoPrice
from past.underpayment import Basis, ContractRate, Underpaid, Underpayments, Unknown, underpayments
from scrubber.audit_points import Note, Point, audit_points
from scrubber.registry import Case
from scrubber.tables import load_tables
from serving.settings import Settings
from store.audit_sample import AuditSample, Drawn, Stratum

WORDS: Mapping[str, str] = {
    NoPrice.DENIED: "denied",
    NoPrice.REDUCED: "cut for a reason the remittance gives",
    NoPrice.OTHER_ADJUSTMENT: "lowered by something that is no contract's",
    NoPrice.ANOTHER_PAYER: "paid after or beside another payer",
    NoPrice.OTHER_CODE: "answered under another code",
    NoPrice.NOTHING_ALLOWED: "allowed nothing, though nothing denies",
    NoPrice.DOES_NOT_ADD_UP: "on a remittance that does not add up",
    NoPrice.SEVERAL_ANSWERS: "answered more than once, and both answers stand",
    NoPrice.TAKEN_BACK: "taken back by the payer, not decided again",
    NoPrice.REPLACED: "of a claim the practice has sent anew since",
    Unknown.TOO_FEW_DECISIONS: "with too few earlier decisions to say what is usual",
    Unknown.NO_USUAL_AMOUNT: "for which the payer's amounts lie too far apart to have a usual one",
    Unknown.PLACE: "in a place of service the table of places does not hold",
    Unknown.NOT_BY_UNIT: "not paid by the unit",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What `report underpaid` was asked."""

    as_of: date
    since: date | None
    least: int
    rates: Path | None
    top: int


def show_underpaid(settings: Settings, asked: Asked, *, as_json: bool) -> int:
    """The lines allowed less than owed; exit code 1 when rows of the rates could not be read."""
    rates, faults = _rates(asked.rates)
    tables = load_tables(settings.home)
    lost = say_left_out(tables)
    with open_store(settings) as store, progress("claims") as update:
        lines = store.priced_lines(asked.as_of, tables, update)
        found = underpayments(lines, rates=rates, since=asked.since, least=asked.least)
    for fault in faults:
        say(f"rate left out: {fault}")
    if as_json:
        emit(_underpaid_json(found, asked, len(rates), faults))
    else:
        _show_underpaid(found, asked)
    return 1 if faults or lost else 0


def _rates(path: Path | None) -> tuple[list[ContractRate], list[UnreadableInput]]:
    if path is None:
        return [], []
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            return read_rates(file, path.name)
    except OSError as error:
        raise UnreadableFile(
            str(path), found=(error.strerror or "a file that cannot be opened").lower(),
            expected="a CSV file of contract rates", advice="Check the path.",
        ) from error  # fmt: skip


def _show_underpaid(found: Underpayments, asked: Asked) -> None:
    console = stdout()
    if not found.compared and not found.left_out:
        since = f" since {asked.since}" if asked.since else ""
        console.print(
            f"No answered lines{since} as of {asked.as_of}. `cleanclaim ingest PATH...` reads 837P and 835 files."
        )
        return
    if found.lines:
        _show_lines(found.lines[: asked.top or None])
        if asked.top and len(found.lines) > asked.top:
            console.print(f"... and {len(found.lines) - asked.top} more; `--top 0` shows all.")
        console.print()
        _show_payers(found)
    console.print(
        f"{len(found.lines):,} of {found.compared:,} lines compared were allowed less than expected: "
        f"${found.short:,.2f} short."
    )
    for reason, count in found.left_out.most_common():
        carcs = f" ({', '.join(f'{c} {n}' for c, n in found.carcs.most_common(5))})" if _is_cut(reason) else ""
        console.print(Text(f"Not compared: {count:,} {WORDS[reason]}{carcs}."))
    if found.lines:
        console.print(
            "Before a dispute, read the contract and the remittance: what is usual shows where to look, and proves "
            "no debt."
        )


def _is_cut(reason: str) -> bool:
    return reason in (NoPrice.REDUCED, NoPrice.OTHER_ADJUSTMENT)


def _show_lines(lines: Sequence[Underpaid]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("payer", "claim", "line", "code", "service", "answered"):
        table.add_column(column, no_wrap=True)
    for column in ("allowed", "expected", "short"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("rests on")
    for u in lines:
        code = "-".join((u.line.code, *u.line.modifiers))
        words = (u.line.payer_id, u.line.claim_id, str(u.line.line), code, str(u.line.service_date))
        amounts = (f"{u.allowed:,.2f}", f"{u.expected.amount:,.2f}", f"{u.short:,.2f}")
        table.add_row(*map(Text, words), str(u.standing.since), *amounts, _rests_on(u))
    stdout().print(table)


def _rests_on(u: Underpaid) -> str:
    if u.expected.basis is Basis.CONTRACT:
        return "contract rate"
    return f"{u.expected.decisions} decisions, {u.expected.agreeing} of them near it"


def _show_payers(found: Underpayments) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("payer")
    for column in ("compared", "short", "dollars short"):
        table.add_column(column, justify="right")
    for payer, total in sorted(found.payers.items(), key=lambda item: (-item[1].short, item[0])):
        table.add_row(Text(payer), f"{total.compared:,}", f"{total.short_lines:,}", f"{total.short:,.2f}")
    stdout().print(table)


def _underpaid_json(found: Underpayments, asked: Asked, rates: int, faults: Sequence[UnreadableInput]) -> object:
    return {
        "rule_id": "FIN-004",
        "as_of": asked.as_of.isoformat(),
        "since": asked.since.isoformat() if asked.since else None,
        "least_decisions": asked.least,
        "lines_compared": found.compared,
        "lines_short": len(found.lines),
        "dollars_short": f"{found.short:.2f}",
        "payers": [
            {
                "payer_id": payer,
                "lines_compared": total.compared,
                "lines_short": total.short_lines,
                "dollars_short": f"{total.short:.2f}",
            }
            for payer, total in sorted(found.payers.items(), key=lambda item: (-item[1].short, item[0]))
        ],
        "lines": [_line_json(u) for u in found.lines],
        "not_compared": {reason: found.left_out[reason] for reason in WORDS if found.left_out[reason]},
        "not_compared_carcs": dict(sorted(found.carcs.items())),
        "rates": rates,
        "rates_refused": [fault.fields() for fault in faults],
    }


def _line_json(u: Underpaid) -> object:
    return {
        "payer_id": u.line.payer_id,
        "claim_id": u.line.claim_id,
        "ref": u.line.ref,
        "line": u.line.line,
        "procedure": u.line.code,
        "modifiers": list(u.line.modifiers),
        "pricing_modifiers": list(u.line.key.modifiers),
        "place_kind": u.line.key.place_kind or None,
        "service_date": u.line.service_date.isoformat(),
        "answered_on": u.standing.since.isoformat(),
        "remittance": u.standing.remittance,
        "units": f"{u.line.units.normalize():f}",
        "charge": f"{u.line.charge:.2f}",
        "allowed": f"{u.allowed:.2f}",
        "expected": f"{u.expected.amount:.2f}",
        "short": f"{u.short:.2f}",
        "basis": u.expected.basis.value,
        "decisions": u.expected.decisions,
        "decisions_near": u.expected.agreeing,
    }


def month_of(text: str | None, today: date) -> tuple[date, date]:
    """The first and last day of a month such as 2026-03; without one, of the month before `today`'s.

    >>> month_of("2026-02", date(2026, 7, 1)), month_of(None, date(2026, 1, 15))
    ((datetime.date(2026, 2, 1), datetime.date(2026, 2, 28)), (datetime.date(2025, 12, 1), datetime.date(2025, 12, 31)))
    """
    if text is None:
        first = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    else:
        try:
            if len(text) != len("2026-03"):
                raise ValueError
            first = date.fromisoformat(f"{text}-01")
        except ValueError:
            raise UnreadableInput("--month", found=repr(text), expected="a month such as 2026-03") from None
    following = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    return first, following - timedelta(days=1)


def show_audit_sample(settings: Settings, month: tuple[date, date], size: int, seed: int, *, as_json: bool) -> int:
    """The month's sample, with what to look at in each claim."""
    tables = load_tables(settings.home)
    lost = say_left_out(tables)
    first, last = month
    with open_store(settings) as store:
        sample = store.audit_sample(tables, first, last, size=size, seed=seed)
        points = {}
        with progress("claims", len(sample.drawn)) as update:
            for done, drawn in enumerate(sample.drawn, 1):
                past = store.patient_past(drawn.claim, as_of=drawn.known_on)
                case = Case(drawn.claim, drawn.known_on, tables, past, tables.payer_type(drawn.claim))
                points[drawn.ref] = audit_points(case)
                update(done, None)
    if as_json:
        emit(_sample_json(sample, points, first, seed))
    else:
        _show_sample(sample, points, first, seed)
    return lost


Points = Mapping[str, Sequence[Point]]


def _sample_json(sample: AuditSample, points: Points, first: date, seed: int) -> object:
    return {
        "rule_id": "DOC-015",
        "month": f"{first:%Y-%m}",
        "seed": seed,
        "claims": sample.claims,
        "drawn": len(sample.drawn),
        "claims_without_services": sample.without_services,
        "strata": [
            {"rendering_npi": s.rendering_npi, "kind": s.sort.value, "claims": n, "drawn": sample.given[s]}
            for s, n in sorted(sample.sizes.items())
        ],
        "sample": [_drawn_json(drawn, points[drawn.ref]) for drawn in sample.drawn],
    }


def _drawn_json(drawn: Drawn, points: Sequence[Point]) -> object:
    return {
        "claim_id": drawn.claim.id,
        "ref": drawn.ref,
        "payer_id": drawn.claim.payer.id,
        "rendering_npi": drawn.stratum.rendering_npi,
        "kind": drawn.stratum.sort.value,
        "submitted_on": drawn.known_on.isoformat(),
        "lines": [
            {"line": line.number, "procedure": line.code, "modifiers": list(line.modifiers)}
            for line in drawn.claim.lines
        ],
        "look_at": {
            note.value: [_point_json(point) for point in points if point.note is note]
            for note in Note
            if any(point.note is note for point in points)
        },
    }


def _point_json(point: Point) -> object:
    return {
        "lines": list(point.lines),
        "item": point.item,
        "asks": point.asks,
        "state": point.state.value,
        "rule_id": point.rule_id,
    }


def _show_sample(sample: AuditSample, points: Points, first: date, seed: int) -> None:
    console = stdout()
    month = f"{first:%Y-%m}"
    if not sample.claims:
        console.print(
            f"No claims were sent in {month}. `cleanclaim ingest PATH...` reads them; `--month` names another month."
        )
        return
    console.print(f"{len(sample.drawn)} of {sample.claims:,} claims sent in {month}, drawn with seed {seed}.")
    _show_strata(sample.sizes, sample.given)
    for drawn in sample.drawn:
        codes = ", ".join("-".join((line.code, *line.modifiers)) for line in drawn.claim.lines)
        kind = drawn.stratum.sort.value.replace("_", " ")
        console.print()
        console.print(Text(f"claim {drawn.claim.id}, {drawn.known_on}, {kind}: {codes}", style="bold"))
        told = points[drawn.ref]
        if not told:
            console.print("  No policy we hold asks for anything in its record.")
        for note in Note:
            for point in (p for p in told if p.note is note):
                of = f", line {', '.join(map(str, point.lines))}" if point.lines else ""
                text = f"  {note.value.replace('_', ' ')} note{of}: {point.asks} [{point.state.value}, {point.rule_id}]"
                console.print(Text(text))


def _show_strata(sizes: Mapping[Stratum, int], given: Mapping[Stratum, int]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("clinician (NPI)")
    table.add_column("kind of claim")
    table.add_column("claims", justify="right")
    table.add_column("drawn", justify="right")
    for stratum, size in sorted(sizes.items()):
        table.add_row(
            Text(stratum.rendering_npi or "unknown"), stratum.sort.value.replace("_", " "), f"{size:,}",
            f"{given[stratum]:,}",
        )  # fmt: skip
    stdout().print(table)
