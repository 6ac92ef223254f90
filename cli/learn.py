"""`ingest`, `labels`, `train`, `promote`: the data scientist's commands."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from claims.errors import UnreadableFile, UnreadableInput
from cli.console import counted, emit, progress, say, stages, stdout
from cli.intake import lost_claim
from serving.settings import Settings

if TYPE_CHECKING:
    from store import Store
    from store.report import IngestReport

SHOWN = 20  # unmatched and unbalanced answers named on standard error; the rest is counted, `--json` has them all
HEADLINE = (
    "lines", "denied", "base_rate", "pr_auc", "roc_auc", "recall_at_precision_80", "recall_at_precision_90",
    "recall_at_precision_95", "dollars_in_top_5", "dollars_in_top_10", "dollars_in_top_20", "brier", "ece",
    "ece_payer_worst", "claim.pr_auc", "claim.ece", "carc.top_1", "carc.top_3", "reason.top_1", "reason.top_3",
)  # fmt: skip

TOLD = ("truth.", "champion.", "ece_payer.")


def ingest_paths(settings: Settings, paths: list[Path], *, as_json: bool) -> int:
    """Read files and folders into the store; exit code 1 when something was refused, 2 when all of it was."""
    for path in paths:
        if not path.exists():
            raise UnreadableFile(
                str(path), found="no such file or folder", expected="837P or 835 files, or folders of them"
            )
    with open_store(settings, create=True) as store, progress("files") as update:
        report = store.ingest(paths, progress=lambda done, of, _: update(done, of))
    return say_report(report, as_json=as_json)


def say_report(report: IngestReport, *, as_json: bool) -> int:
    """What an ingest did, and its exit code."""
    for rejected in report.rejected_files:
        say(str(rejected))
    for refused in report.refusals:
        say(f"{refused.file}: {lost_claim(refused.claims_lost, refused.claim_id)}{refused.text}")
    _say_some(
        [*report.unbalanced_payments, *report.unbalanced, *report.unmatched_acknowledgments, *report.unmatched],
        "not matched or not balanced",
    )
    _say_some([*report.overdrawn, *report.unlinked], "records or draws to look at")
    if as_json:
        emit(report.json())
    else:
        recorded = ""
        if report.authorizations or report.eligibility or report.undecided:
            recorded = f", {report.authorizations} authorization records, {report.eligibility} answers about cover"
            recorded += f" ({report.undecided} questions the payer rejected)" if report.undecided else ""
        acknowledged = (
            f", {report.acknowledgments} acknowledgments ({report.claims_rejected} claims rejected by a front end)"
            if report.acknowledgments
            else ""
        )
        lost = sum(refused.claims_lost for refused in report.refusals)
        notes = sum(not refused.claims_lost for refused in report.refusals)
        noted = f"; {counted(notes, 'place')} of a file to look at, with nothing lost" if notes else ""
        wire = f", {report.left_to_wire} claims are there from their own 837" if report.left_to_wire else ""
        stdout().print(
            f"{counted(report.files, 'file')}: {report.claims} claims and "
            f"{report.remittances} remittances{acknowledged}"
            f"{recorded} are new, {report.duplicates} were there before{wire}; "
            f"{report.lines_matched} services found their line, "
            f"{report.lines_unmatched} did not; {counted(len(report.rejected_files), 'file')} and "
            f"{counted(lost, 'record')} refused{noted}."
        )
        if not report.files and not report.rejected_files:
            say("No file to read is in there. Expected 837P, 835, 277CA, 999, 278 or 271 files, or folders of them.")
    if report.ok:
        return 0
    return (
        1
        if report.claims
        or report.remittances
        or report.authorizations
        or report.duplicates
        or report.files > len(report.rejected_files)
        else 2
    )


def _say_some(entries: Sequence[object], what: str) -> None:
    for entry in entries[:SHOWN]:
        say(str(entry))
    if len(entries) > SHOWN:
        say(f"... and {len(entries) - SHOWN} more {what}; `--json` lists them")


def show_labels(settings: Settings, as_of: date, *, as_json: bool) -> int:
    """The ledger as NDJSON, or its summary by payer and outcome."""
    with open_store(settings) as store:
        if as_json:
            for row in store.ledger(as_of):
                emit(row.json())
            return 0
        outcomes: dict[str, Counter[str]] = defaultdict(Counter)
        dollars: dict[str, Decimal] = defaultdict(Decimal)
        reasons: Counter[str] = Counter()
        last_used: dict[str, date] = {}
        flags: Counter[str] = Counter()
        overturned = 0
        for row in store.ledger(as_of):
            flags.update(flag.value for flag in row.flags)
            overturned += row.overturned
            outcomes[row.payer_id][row.outcome.value] += 1
            dollars[row.payer_id] += row.denied_amount
            reasons.update(row.denial_carcs)
            for carc in row.denial_carcs if row.first_remittance_date else ():
                last_used[carc] = max(last_used.get(carc, date.min), row.first_remittance_date or date.min)
    if not outcomes:
        stdout().print("The store holds no claims yet. `cleanclaim ingest PATH...` reads 837P and 835 files.")
        return 0
    words = sorted({word for counts in outcomes.values() for word in counts})
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("payer")
    for column in (*words, "denied share", "denied"):
        table.add_column(column.replace("_", " "), justify="right")
    for payer, counts in sorted(outcomes.items(), key=lambda item: -item[1].total()):
        decided = sum(counts[w] for w in ("denied", "paid", "reduced", "patient_responsibility"))
        share = f"{counts['denied'] / decided:.1%}" if decided else ""
        table.add_row(Text(payer), *(str(counts[w] or "") for w in words), share, f"${dollars[payer]:,.2f}")
    console = stdout()
    console.print(table)
    if reasons:
        console.print("\nMost frequent denial codes: " + ", ".join(f"{carc} {n}" for carc, n in reasons.most_common(8)))
        for line in _off_the_list(settings, last_used, as_of):
            console.print(Text(line))
    if overturned:
        console.print(f"Overturned later by the payer (the label stays the first answer): {overturned:,}")
    if flags:
        console.print("Flagged: " + ", ".join(f"{flag} {n:,}" for flag, n in flags.most_common()))
    return 0


def _off_the_list(settings: Settings, last_used: Mapping[str, date], as_of: date) -> Iterator[str]:
    """A line for each denial code that its list does not hold, or held no more, when it was last used."""
    from scrubber.tables.listed import off_the_list  # noqa: PLC0415
    from scrubber.tables.loading import load_table  # noqa: PLC0415

    table = load_table("carc", settings.home)
    for carc, day in sorted(last_used.items()):
        if odd := off_the_list(table, carc.rpartition("-")[2], day, as_of):
            yield f"{carc} of {day} {odd}: ask the payer what it stands for."


def train_model(
    settings: Settings,
    until: date | None,
    *,
    seed: int,
    simulated: bool,
    truth: Path | None,
    exclude: Sequence[str] = (),
    as_json: bool,
) -> int:
    """Fit, measure, register as challenger."""
    needs("mlflow")
    from cli.payer_profiles import say_left_out  # noqa: PLC0415
    from scrubber.tables import load_tables  # noqa: PLC0415
    from training.run import train  # noqa: PLC0415

    tables = load_tables(settings.home)
    lost = say_left_out(tables)
    with open_store(settings) as store, stages() as tell:
        result = train(
            store, tables, until=until, home=settings.home, seed=seed, simulated=simulated,
            truth=truth, exclude=exclude, progress=tell,
        )  # fmt: skip
    simulated = result.model.simulated  # said, or seen by training in the files' own marks
    if as_json:
        emit(
            {
                "version": result.version,
                "run_id": result.run_id,
                "simulated": simulated,
                "metrics": result.metrics,
                "excluded": dict(result.excluded),
            }
        )
        return lost
    show_metrics(result.metrics, simulated)
    if result.excluded:
        left = ", ".join(f"{n:,} {why}" for why, n in result.excluded.most_common())
        stdout().print(Text(f"Lines left out: {left}"))
    stdout().print(
        Text(f"Version {result.version} is the challenger. `cleanclaim promote {result.version}` puts it in use.")
    )
    return lost


def promote_model(settings: Settings, version: str, *, force: bool, as_json: bool) -> int:
    """Put a version in use."""
    needs("mlflow")
    from training import track  # noqa: PLC0415
    from training.promote import promote  # noqa: PLC0415

    version = str(track.registered(version, settings.home).version)  # an alias says nothing once it has moved
    folder = promote(version, home=settings.home, force=force)
    if as_json:
        emit({"version": version, "bundle": str(folder)})
    else:
        stdout().print(Text(f"Version {version} is the champion; `score` and `serve` now load {folder}."))
    return 0


def roll_back_model(settings: Settings, *, as_json: bool) -> int:
    """Put the champion before this one back in use."""
    needs("mlflow")
    from training.promote import rollback  # noqa: PLC0415

    folder = rollback(home=settings.home)
    if as_json:
        emit({"bundle": str(folder)})
    else:
        stdout().print(Text(f"`score` and `serve` load {folder} again."))
    return 0


def show_metrics(metrics: Mapping[str, float], simulated: bool) -> None:
    """The headline figures with their intervals, the comparisons by PR-AUC, and what the truth and the champion say."""
    if simulated:
        stdout().print(Text("SIMULATED: these figures say how the tool works, not what your payers do.", "bold yellow"))
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("measure")
    for column in ("value", "low", "high"):
        table.add_column(column, justify="right")
    ends = ("_low", "_high")
    told = [k for k in metrics if k.startswith(TOLD) and not k.endswith(ends)]
    compared = [k for k in metrics if k.startswith(("baseline.", "over.")) and k.endswith(".pr_auc")]
    for name in [*(k for k in HEADLINE if k in metrics), *sorted(compared), *sorted(told)]:
        table.add_row(Text(name), *(_number(metrics.get(f"{name}{end}")) for end in ("", *ends)))
    stdout().print(table)
    if metrics.get("ece_low", 0.0) > metrics.get("ece", 0.0):
        stdout().print(
            Text("Luck alone makes ece larger than 0, and drawing patients adds some: its interval lies high.")
        )
    stdout().print(Text(f"These are the first of {len(metrics)} figures; `--json` has them all."))


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value == int(value) and abs(value) > 1 else f"{value:.4f}"


def open_store(settings: Settings, *, create: bool = False) -> Store:
    """The home's store; without one only `ingest` makes it."""
    from scrubber.tables import load_tables  # noqa: PLC0415
    from serving.start import STORE_FILE, store_is_there  # noqa: PLC0415
    from store import Store  # noqa: PLC0415

    path = settings.home / STORE_FILE
    if not create and not store_is_there(settings):
        raise UnreadableInput(
            "the store", found=f"none at {path}", expected="claims and remittances read in before",
            advice="Run `cleanclaim ingest PATH...` first, or name another --home.",
        )  # fmt: skip
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    family_of = load_tables(settings.home).family
    return Store.open(settings.store or path, settings.practice, home=settings.home, family_of=family_of)


def needs(module: str) -> None:
    """Say which extra is missing instead of a traceback."""
    from importlib.util import find_spec  # noqa: PLC0415

    if find_spec(module) is None:
        raise UnreadableInput(
            "this installation", found=f"no {module}", expected="the `train` extra",
            advice="`make install` sets up .venv with it; serving and scoring do not need it.",
        )  # fmt: skip
