"""One evaluation: everything that is said of a model's answers on a window, in numbers, tables and curves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import numpy as np

from models.denial import DenialModel
from training.baselines import baselines, without_rules
from training.curves import Curves, curves
from training.dataset import Dataset
from training.deletion import deletion_metrics
from training.errors import NotEnoughData
from training.evaluate import Scored, figures, finite, score
from training.slices import Group, slices
from training.split import Positions, Split, Window, split_at
from training.truth import fidelity_metrics, truth_metrics
from training.worth import Effort, Worth, worth

# A practice sees its patients again, so a split in time leaves some on both sides. Of a model that had learned people
# by heart the figures on new ones would fall: they stand apart.
PATIENTS, SEEN, NEW = "patients", "with lines in the train window", "new since the train window"


@dataclass(frozen=True)
class Evaluation:
    """What was measured. `figures` are by name, each with `_low` and `_high` where it has an interval.

    `days` are the ISO days of the windows, `left_out` counts the lines that were not used, by why, and `notes` say what
    could not be measured.
    """

    figures: dict[str, float]
    groups: tuple[Group, ...]
    worth: Worth
    curves: Curves
    simulated: bool
    days: Mapping[str, str]
    embargo_days: int | None = None
    left_out: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def json(self) -> dict[str, object]:
        """Figures and tables as plain JSON values."""
        return {
            "simulated": self.simulated, "days": dict(self.days), "metrics": self.figures,
            "groups": [group.json() for group in self.groups], "worth": self.worth.json(),
            "left_out": dict(self.left_out), "notes": list(self.notes),
        }  # fmt: skip


def scored_with_baselines(model: DenialModel, dataset: Dataset, split: Split, seed: int) -> Scored:
    """The answers of the model and of every baseline, fitted on the same train window, to the test lines."""
    scored = score(model, dataset, split.test)
    others = baselines(dataset, split.train, split.test)
    others["without_rules"] = without_rules(model, dataset, split, seed)
    known = np.isin(scored.patients, dataset.column("patient", split.train))
    groups = {**scored.groups, PATIENTS: np.where(known, SEEN, NEW)}
    return replace(scored, others=others, groups=groups)


def grade(
    scored: Scored,
    dataset: Dataset,
    *,
    seed: int,
    simulated: bool,
    effort: Effort | None = None,
    truth: Path | None = None,
    model: DenialModel | None = None,
    split: Split | None = None,
    notes: tuple[str, ...] = (),
) -> Evaluation:
    """Measure the answers; `split` says the windows they come from, where it is one, and `model` whose they are.

    `truth` is the simulator's file of true chances and causes, where the claims are simulated.
    """
    found = figures(scored, seed)
    if model is not None:
        found |= finite(deletion_metrics(model, dataset, scored.positions, seed))
    if truth is not None:
        found |= finite(truth_figures(scored, dataset, truth, model, seed))
    left_out = dataset.excluded + split.left_out if split else dataset.excluded
    return Evaluation(
        figures=found,
        groups=tuple(slices(scored, seed)),
        worth=worth(scored, effort or Effort(), seed),
        curves=curves(scored),
        simulated=simulated,
        days=split.days() if split else _tested(dataset, scored.positions),
        embargo_days=split.embargo_days if split else None,
        left_out=dict(left_out),
        notes=notes,
    )


def truth_figures(
    scored: Scored, dataset: Dataset, truth: Path, model: DenialModel | None, seed: int
) -> dict[str, float]:
    """How much of what can be foreseen was, and, of one model, whether it names the planted cause: simulated only."""
    found = truth_metrics(dataset.lines.iloc[scored.positions], scored.risk, truth, seed=seed)
    if model is not None:
        found |= fidelity_metrics(model, dataset, scored.positions, scored.risk, truth, seed=seed)
    return found


def _tested(dataset: Dataset, positions: Positions) -> dict[str, str]:
    submitted = dataset.lines["submitted"].iloc[positions].dt.date
    return {"test_from": submitted.min().isoformat(), "test_to": submitted.max().isoformat()}


def require_both_ends(dataset: Dataset, positions: Positions, first: date) -> None:
    """Raise NotEnoughData unless there are lines, some denied and some not."""
    if not len(positions):
        raise NotEnoughData(
            "evaluation",
            found=f"no labelled line sent on or after {first}",
            needed="claims the model has not learned from, and their remittances",
            advice="Ingest later 837 and 835 files, or give an earlier day on purpose.",
        )
    denied = int(dataset.column("denied", positions).sum())
    if denied in (0, len(positions)):
        raise NotEnoughData(
            "evaluation",
            found=f"{denied} denied of {len(positions)} lines sent on or after {first}",
            needed="some that were denied and some that were not",
            advice="Ingest later 837 and 835 files, then measure again.",
        )


def own_split(
    model: DenialModel, dataset: Dataset, positions: Positions, first: date
) -> tuple[Split | None, tuple[str, ...]]:
    """The model's own windows with the asked-for lines as the test; None where the store holds those no more."""
    days = {name: date.fromisoformat(day) for name, day in model.card.window.items()}
    windows = {
        name: Window(days[f"{name}_from"], days[f"{name}_to"])
        for name in ("train", "calibration")
        if f"{name}_from" in days
    }
    windows["test"] = Window(first, dataset.lines["submitted"].max().date())
    if len(windows) < 3:
        return None, ("The model does not say its train window, so there are no baselines.",)
    embargo = (windows["calibration"].first - windows["train"].last).days - 1
    try:
        split = split_at(dataset.lines, windows, embargo)
    except NotEnoughData as error:
        return None, (f"No baselines: {error}",)
    return replace(split, test=positions), ()


def unseen_from(model: DenialModel) -> date:
    """The first day whose claims the model has seen no answer to: that of its own test window."""
    day = model.card.window.get("test_from")
    return date.fromisoformat(day) if day else date.min
