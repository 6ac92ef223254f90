"""Train a model on all a store knows, and grade a model against it: the two things the command line asks for."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from features.registry import FEATURES
from models.calibration import Calibration, ClaimMap
from models.card import ModelCard
from models.denial import DenialModel
from models.encoding import Encoder
from models.errors import ModelUnusable
from models.folders import champion_folder
from models.versions import recorded_versions
from scrubber.tables import Tables
from training import metrics, track
from training.calibrate import fit_band, fit_calibration, fit_claim_map
from training.dataset import Dataset, Label, build
from training.evaluate import finite, score
from training.fit import BINS, denial_params, fit_booster, fit_causes
from training.grading import Evaluation, grade, own_split, require_both_ends, scored_with_baselines, unseen_from
from training.past_lines import write_past_lines
from training.progress import Progress, Step, silent
from training.report import artifacts
from training.split import Positions, Split, split_by_time
from training.worth import Effort

if TYPE_CHECKING:
    from store import Store
    from store.ledger import LedgerRow

SAID_EVERY = 500  # claims between two words on how far their labels are


@dataclass(frozen=True)
class TrainResult:
    """A registered model, its figures on the test window, and what was left out of training and why."""

    version: str
    run_id: str
    metrics: dict[str, float]
    model: DenialModel
    dataset: Dataset
    split: Split
    excluded: Counter[str]
    evaluation: Evaluation


@dataclass(frozen=True)
class Fitted:
    """A model with its figures, and what it was fitted on and measured with."""

    model: DenialModel
    dataset: Dataset
    split: Split
    evaluation: Evaluation


def train(
    store: Store,
    tables: Tables,
    *,
    until: date | None = None,
    home: Path,
    seed: int = 1,
    simulated: bool = False,
    truth: Path | None = None,
    exclude: Collection[str] = (),
    progress: Progress | None = None,
) -> TrainResult:
    """Fit on what was known before `until` (None: all there is), measure on the latest window, register as challenger.

    `truth` is the simulator's file of true probabilities, for simulated claims; lines with a flag of `exclude`
    (`past.labels.Flag`) are left out of every window. The model put on record is the very one
    that was measured. Raises NotEnoughData.
    """
    say = progress or silent
    done = fit_and_measure(
        store, tables, until=until, seed=seed, simulated=simulated, truth=truth, exclude=exclude, progress=progress
    )
    model, dataset, split = done.model, done.dataset, done.split
    figures = {**model.card.metrics, **_champion(dataset, split.test, home)}
    model = replace(model, card=replace(model.card, metrics=figures))
    say(Step("record", "recording the run in MLflow, and past lines beside the model"))
    run_id, version = track.record(model, _run(dataset, split, model, seed, done.evaluation), home)
    model = replace(model, card=replace(model.card, version=version))
    left_out = dataset.excluded + split.left_out
    return TrainResult(version, run_id, figures, model, dataset, split, left_out, done.evaluation)


def fit_and_measure(
    store: Store,
    tables: Tables,
    *,
    until: date | None = None,
    seed: int = 1,
    simulated: bool = False,
    truth: Path | None = None,
    effort: Effort | None = None,
    exclude: Collection[str] = (),
    progress: Progress | None = None,
) -> Fitted:
    """All of `train` but the record in MLflow: the card of the model holds its figures.

    A model that learned from test interchanges is a simulated one, whether the caller says so or not.
    """
    say = progress or silent
    dataset = read(store, tables, until=until, exclude=exclude, progress=progress)
    split = split_by_time(dataset.lines)
    tests = store.test_past().decisions(before=until or date.max).total
    if tests and not simulated:
        say(f"{tests:,} decisions are of test interchanges (ISA15 = T): the model says that it is simulated")
    simulated = simulated or tests > 0
    say(Step("fit", f"fitting on {_lines(split, 'train')}"))
    recorded = recorded_versions(tables) | _labelled_by(store, exclude)
    model = fit(dataset, split, seed=seed, recorded=recorded, simulated=simulated, progress=progress)
    say(Step("measure", f"measuring on {_lines(split, 'test')}"))
    scored = scored_with_baselines(model, dataset, split, seed)
    evaluation = grade(
        scored, dataset, seed=seed, simulated=simulated, effort=effort, truth=truth, model=model, split=split
    )
    return Fitted(replace(model, card=replace(model.card, metrics=evaluation.figures)), dataset, split, evaluation)


def evaluate(
    store: Store,
    tables: Tables,
    *,
    model: DenialModel,
    since: date | None = None,
    until: date | None = None,
    seed: int = 1,
    truth: Path | None = None,
    effort: Effort | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Grade a model by what payers answered to claims sent on or after `since`, as known before `until`.

    `since` None: from the first day of the model's own test window, before which it has seen the answers. The baselines
    are fitted on the model's own train window, where the store still holds it. Raises NotEnoughData when no such line
    is labelled, or none of them was denied.
    """
    dataset = read(store, tables, until=until, progress=progress)
    first = since or unseen_from(model)
    positions = np.flatnonzero((dataset.lines["submitted"].dt.date >= first).to_numpy())
    require_both_ends(dataset, positions, first)
    (progress or silent)(Step("measure", f"measuring on {len(positions):,} lines sent on or after {first}"))
    split, notes = own_split(model, dataset, positions, first)
    scored = scored_with_baselines(model, dataset, split, seed) if split else score(model, dataset, positions)
    return grade(
        scored,
        dataset,
        seed=seed,
        simulated=model.simulated,
        effort=effort,
        truth=truth,
        model=model,
        split=split,
        notes=notes,
    )


def _labelled_by(store: Store, exclude: Collection[str]) -> dict[str, str]:
    """What the card and the run say of the labels: the practice's settings, and the flags left out."""
    return store.label_settings.recorded() | {"labels.excluded": ", ".join(sorted(exclude)) or "none"}


def read(
    store: Store,
    tables: Tables,
    *,
    until: date | None = None,
    exclude: Collection[str] = (),
    progress: Progress | None = None,
) -> Dataset:
    """The labelled lines of a store, by what was known strictly before `until` (None: all there is).

    A store labelled by other words than the practice's own of today is relabelled first: what was decided comes from
    the same words as the labels.
    """
    if (changed := store.bring_up()) is not None and (changed.told or changed.taken_back):
        (progress or silent)(f"labelled anew by labels.toml: {changed.told:,} decisions are told, or told otherwise")
    last = None if until is None else until - timedelta(days=1)  # the store answers by what is known at a day's end
    ledger = _heard(store.ledger(last or date.max), store.submissions_count(), progress or silent)
    return build(
        store.events(last), labels_of(ledger), tables, progress, settings=store.label_settings, exclude=exclude
    )


def _heard(ledger: Iterable[LedgerRow], total: int, say: Progress) -> Iterator[LedgerRow]:
    """The rows of the ledger as they come, with word of how many claims they are of."""
    claims, last = 0, ""
    for row in ledger:
        if row.ref != last:
            if claims % SAID_EVERY == 0:
                say(Step("label", f"labelled {claims:,} of {total:,} claims", claims, total))
            claims, last = claims + 1, row.ref
        yield row


def labels_of(ledger: Iterable[LedgerRow]) -> dict[tuple[str, int], Label]:
    """The ledger by submission and line, with bare CARCs (`197` of `CO-197`)."""
    return {
        (row.ref, row.line): Label(
            outcome=row.outcome.value,
            reason=row.reason.value if row.reason else "",
            carcs=tuple(carc.rpartition("-")[2] for carc in row.denial_carcs),
            denied_amount=row.denied_amount,
            known_on=row.first_remittance_date,
            flags=tuple(flag.value for flag in row.flags),
        )
        for row in ledger
    }


def fit(
    dataset: Dataset,
    split: Split,
    *,
    seed: int,
    recorded: dict[str, str],
    simulated: bool,
    name: str = track.MODEL_NAME,
    progress: Progress | None = None,
) -> DenialModel:
    """Booster and causes from the train window, both maps from the calibration window."""
    say = progress or silent
    categorical = [f.name for f in FEATURES.values() if f.categorical]
    encoder = Encoder.fit(dataset.rows(split.train), list(FEATURES), categorical)
    matrix = dataset.matrix(encoder, split.train)
    lines = dataset.lines.iloc[split.train]
    denied = lines["denied"].to_numpy(dtype=np.float64)
    refused = lines[lines["denied"]]
    pairs = [(of[0] if of else "", reason) for of, reason in zip(refused["carcs"], refused["reason"], strict=True)]
    model = DenialModel(
        booster=fit_booster(encoder, matrix, denied, seed, progress),
        encoder=encoder,
        calibration=Calibration(),
        claim_map=ClaimMap(),
        causes=fit_causes(encoder, matrix[lines["denied"].to_numpy()], pairs, seed),
        card=ModelCard(name, "unregistered", simulated, recorded=recorded, window=split.days()),
        history=dataset.payer_past,
    )
    say(Step("calibrate", f"calibrating on {_lines(split, 'calibration')}"))
    return _calibrated(model, dataset, split.calibration)


def _lines(split: Split, window: str) -> str:
    days = split.windows[window]
    return f"{len(getattr(split, window)):,} lines of {days.first} to {days.last}"


def _calibrated(model: DenialModel, dataset: Dataset, window: Positions) -> DenialModel:
    denied = dataset.column("denied", window).astype(np.float64)
    raw = model.line_log_odds(dataset.matrix(model.encoder, window))
    calibration = fit_calibration(raw, denied)
    log_odds = calibration.log_odds(raw)
    claim_map = fit_claim_map(log_odds, denied, dataset.column("claim", window))
    return replace(model, calibration=calibration, claim_map=claim_map, band=fit_band(log_odds, denied))


def _champion(dataset: Dataset, test: Positions, home: Path) -> dict[str, float]:
    """How the model in use does on the same test lines; nothing where there is none or it cannot be read any more."""
    folder = champion_folder(home)
    if folder is None:
        return {}
    try:
        champion = DenialModel.load(folder)
    except ModelUnusable:
        return {}
    s = score(champion, dataset, test)
    return finite(
        {
            "champion.learned_from": _learned_from(champion, dataset, test),
            "champion.pr_auc": metrics.pr_auc(s.denied, s.risk),
            "champion.roc_auc": metrics.roc_auc(s.denied, s.risk),
            "champion.brier": metrics.brier(s.denied, s.risk),
            "champion.ece": metrics.expected_calibration_error(s.denied, s.risk),
        }
    )


def _learned_from(champion: DenialModel, dataset: Dataset, test: Positions) -> float:
    """The share of the test lines sent by the last day whose answers the champion was fitted or calibrated on."""
    last = champion.card.window.get("calibration_to")
    if last is None:
        return math.nan  # it does not say
    sent = dataset.lines["submitted"].iloc[test].dt.date
    return float((sent <= date.fromisoformat(last)).mean())


def _run(
    dataset: Dataset, split: Split, model: DenialModel, seed: int, evaluation: Evaluation | None = None
) -> track.Run:
    measured: dict[str, object] = {"evaluation.json": evaluation.json()} if evaluation else {}
    settings = {
        f"lightgbm.{k}": v for k, v in denial_params(seed, len(split.train)).items() if k != "monotone_constraints"
    }
    counts = {f"lines.{name}": len(getattr(split, name)) for name in split.windows}
    return track.Run(
        params=settings
        | counts
        | split.days()
        | {
            "trees": model.booster.num_trees(),
            "lightgbm.max_bin": BINS,
            "embargo_days": split.embargo_days,
            "known_until": str(dataset.as_of),
            "features": len(FEATURES),
            "seed": seed,
        },
        metrics=model.card.metrics,
        tags={"simulated": str(model.simulated).lower(), **{f"recorded.{k}": v for k, v in model.recorded.items()}},
        tables={
            "left_out.json": dict(dataset.excluded + split.left_out),
            "metrics.json": dict(model.card.metrics),
            **measured,
        },
        texts=artifacts(evaluation) if evaluation else {},
        typical=track.typical_rows(dataset.features.iloc[split.train]),
        beside=partial(write_past_lines, model, dataset),
    )
