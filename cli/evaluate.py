"""`cleanclaim evaluate`: a version, a way of training as time went on, or a look back over files never seen before."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from claims.errors import UnreadableFile, UnreadableInput
from cli.console import emit, say, stages, stdout
from cli.learn import SHOWN, needs, open_store, show_metrics
from cli.payer_profiles import say_left_out
from serving.settings import Settings

if TYPE_CHECKING:
    from store import IngestReport
    from training.grading import Evaluation
    from training.rolled import Rolled
    from training.worth import Effort


def evaluate_version(
    settings: Settings, version: str, *, truth: Path | None, effort: Effort, report: Path | None, as_json: bool
) -> int:
    """Grade a version on what came after its training."""
    from models.denial import DenialModel  # noqa: PLC0415
    from scrubber.tables import load_tables  # noqa: PLC0415
    from training import track  # noqa: PLC0415
    from training.run import evaluate  # noqa: PLC0415

    model = DenialModel.load(track.bundle_of(version, settings.home))
    tables = load_tables(settings.home)
    lost = say_left_out(tables)
    with open_store(settings) as store, stages() as tell:
        found = evaluate(store, tables, model=model, truth=truth, effort=effort, progress=tell)
    title = f"Denial model, version {model.version}"
    _record(settings, found, None, title, {"version": model.version})
    _answer({"version": model.version}, found, None, title, report, as_json=as_json)
    return lost


def evaluate_rolling(
    settings: Settings, origins: int, *, truth: Path | None, effort: Effort, report: Path | None, as_json: bool
) -> int:
    """Fit anew at each of several origins and test on what followed."""
    from scrubber.tables import load_tables  # noqa: PLC0415
    from training.lookback import roll_store  # noqa: PLC0415

    tables = load_tables(settings.home)
    lost = say_left_out(tables)
    with open_store(settings) as store, stages() as tell:
        rolled = roll_store(store, tables, origins, truth=truth, effort=effort, progress=tell)
    title = f"Denial models of {origins} origins"
    _record(settings, rolled.pooled, rolled, title, {"origins": str(origins)})
    _answer({}, rolled.pooled, rolled, title, report, as_json=as_json)
    return lost


def evaluate_files(
    settings: Settings,
    paths: Sequence[Path],
    *,
    rolling: int,
    truth: Path | None,
    effort: Effort,
    report: Path | None,
    as_json: bool,
) -> int:
    """Read files into a store that is thrown away, and say what would have been caught; exit code 1: some refused."""
    from past.label_settings import read_label_settings  # noqa: PLC0415
    from scrubber.tables import load_tables  # noqa: PLC0415
    from training.lookback import look_back  # noqa: PLC0415

    if not paths:
        raise UnreadableInput(
            "evaluate --lookback", found="no file", expected="837P and 835 files, or folders of them",
            advice="For example `cleanclaim evaluate --lookback sent/ remits/ --report report.html`.",
        )  # fmt: skip
    for path in paths:
        if not path.exists():
            raise UnreadableFile(
                str(path), found="no such file or folder", expected="837P or 835 files, or folders of them"
            )
    words = read_label_settings(settings.home)
    say("reading the files into a store that is thrown away afterwards")
    tables = load_tables(settings.home)
    lost = say_left_out(tables)
    with stages() as tell:
        done = look_back(paths, tables, settings=words, rolling=rolling, truth=truth, effort=effort, progress=tell)
    _say_refused(done.ingested)
    read = {"files": done.ingested.files, "claims": done.ingested.claims, "remittances": done.ingested.remittances}
    title = "What would have been caught: a look back over your files"
    _answer({"lookback": read}, done.evaluation, done.rolled, title, report, as_json=as_json)
    return lost if done.ingested.ok else 1


def require_writable(report: Path | None) -> None:
    """Refuse a report that could not be written, before the work and not after it."""
    if report is None:
        return
    folder = report.resolve().parent
    if report.is_dir() or not folder.is_dir() or not os.access(folder, os.W_OK):
        raise UnreadableInput(
            f"--report {report}", found="a folder, or a place that cannot be written", expected="a file name",
            advice="Name an HTML file in a folder that exists, such as report.html.",
        )  # fmt: skip


def _record(settings: Settings, found: Evaluation, rolled: Rolled | None, title: str, params: dict[str, str]) -> None:
    from training import track  # noqa: PLC0415
    from training.report import artifacts  # noqa: PLC0415

    needs("mlflow")
    tables: dict[str, object] = {"evaluation.json": found.json()}
    if rolled:
        tables["origins.json"] = [origin.json() for origin in rolled.origins]
    run = track.Run(
        params={**params, **found.days},
        metrics=found.figures,
        tags={"simulated": str(found.simulated).lower()},
        tables=tables,
        texts=artifacts(found, rolled, title),
    )
    say(f"recorded in MLflow as run {track.record_evaluation(run, settings.home)}")


def _answer(
    about: dict[str, object],
    found: Evaluation,
    rolled: Rolled | None,
    title: str,
    report: Path | None,
    *,
    as_json: bool,
) -> None:
    from training.report import report as page  # noqa: PLC0415
    from training.summary import in_short  # noqa: PLC0415

    if report is not None:
        report.write_text(page(found, title=title, rolled=rolled), encoding="utf-8")
        say(f"report written to {report}")
    if as_json:
        origins = {"origins": [origin.json() for origin in rolled.origins]} if rolled else {}
        emit({**about, **found.json(), **origins})
        return
    for sentence in (*in_short(found), *found.notes):
        stdout().print(Text(f"- {sentence}"))
    _show_caught(found)
    _show_origins(rolled)
    show_metrics(found.figures, found.simulated)


def _show_origins(rolled: Rolled | None) -> None:
    from training.words import figure, share  # noqa: PLC0415

    if rolled is None:
        return
    table = Table(box=None, pad_edge=False, header_style="bold", title="Origins", title_justify="left")
    for head in ("tested from", "to", "lines", "denied", "PR-AUC", "ROC-AUC", "calibration error"):
        table.add_column(head)
    for origin in rolled.origins:
        first, last = origin.windows["test"].first.isoformat(), origin.windows["test"].last.isoformat()
        if origin.evaluation is None:
            table.add_row(first, last, Text(origin.refused))
            continue
        f = origin.evaluation.figures
        table.add_row(
            first, last, f"{f['lines']:,.0f}", share(f, "base_rate", 1), figure(f, "pr_auc"), figure(f, "roc_auc"),
            figure(f, "ece"),
        )  # fmt: skip
    stdout().print(table)


def _show_caught(found: Evaluation) -> None:
    from training.words import money, share  # noqa: PLC0415

    table = Table(
        box=None, pad_edge=False, header_style="bold", title="What would have been caught", title_justify="left"
    )
    for head in ("order", "looked at", "claims", "of those denied", "denied lines", "of all denied", "dollars", "net"):
        table.add_column(head)
    for row in found.worth.caught:
        f = row.figures
        table.add_row(
            row.way, row.capacity, f"{row.claims:,}", share(f, "precision"), f"{f.get('lines_caught', 0):,.0f}",
            share(f, "denials"), money(f, "dollars_caught"), money(f, "net"),
        )  # fmt: skip
    stdout().print(table)


def _say_refused(ingested: IngestReport) -> None:
    refused = [*ingested.rejected_files, *ingested.refusals]
    for one in refused[:SHOWN]:
        say(str(one))
    if len(refused) > SHOWN:
        say(f"... and {len(refused) - SHOWN} more refused")
