"""What a reader who looks for holes asks of the figures: people on both sides of a split, and names nobody foresaw."""

from dataclasses import replace

import numpy as np
import pytest

from training import track
from training.errors import NotPromoted
from training.grading import NEW, PATIENTS, SEEN, grade, scored_with_baselines
from training.promote import _gate
from training.report import report
from training.run import _champion, fit
from training.split import split_by_time


@pytest.fixture(scope="module")
def split(dataset):
    return split_by_time(dataset.lines)


@pytest.fixture(scope="module")
def model(dataset, split):
    return fit(dataset, split, seed=1, recorded={}, simulated=True)


def test_new_patients_stand_apart_from_those_of_the_train_window(model, dataset, split):
    patients = dataset.lines["patient"].to_numpy().copy()
    new = np.arange(len(split.test)) % 3 == 0
    patients[split.test] = np.where(new, patients.max() + 1 + np.arange(len(split.test)), patients[split.train[0]])
    told = replace(dataset, lines=dataset.lines.assign(patient=patients))
    found = grade(scored_with_baselines(model, told, split, 1), told, seed=1, simulated=True, split=split)
    groups = {group.name: group for group in found.groups if group.kind == PATIENTS}
    assert {name: group.lines for name, group in groups.items()} == {SEEN: (~new).sum(), NEW: new.sum()}
    assert groups[NEW].patients == new.sum()
    assert groups[SEEN].patients == 1
    assert NEW in report(found, title="Denial model")


def test_no_name_of_a_payer_loses_a_run(tmp_path):
    payers = ["A//B", "N/A/", "../..", "A/../C", "<script>alert(1)</script>", "ZZ" * 200]
    names = [f"ece_payer.{payer}{end}" for payer in payers for end in ("", "_low", "_high")]
    run_id = track.record_evaluation(track.Run({}, {name: n / 100 for n, name in enumerate(names)}, {}, {}), tmp_path)
    kept = track.client(tmp_path).get_run(run_id).data.metrics
    assert sorted(kept.values()) == [n / 100 for n in range(len(names))]
    assert sum(name.endswith("_low") for name in kept) == len(payers)


def test_a_champion_that_learned_from_the_test_lines_is_no_measure(model, dataset, split, tmp_path):
    """`train --until` an earlier day tests on lines whose answers the champion knows by heart."""
    later = dict(model.card.window) | {"calibration_to": str(split.windows["test"].last)}
    for version, window in (("own", model.card.window), ("later", later)):
        champion = replace(model, card=replace(model.card, version=version, window=window))
        folder = tmp_path / version / "models" / "denial-1"
        champion.save(folder)
        (folder.parent / "champion.json").write_text('{"folder": "denial-1", "version": "1", "previous": ""}')
    unseen, seen = (_champion(dataset, split.test, tmp_path / version) for version in ("own", "later"))
    assert unseen["champion.learned_from"] == 0.0
    assert seen["champion.learned_from"] == 1.0
    _gate("2", {**unseen, "pr_auc": unseen["champion.pr_auc"]})
    with pytest.raises(NotPromoted, match="a champion that learned from 100% of the lines this version was tested on"):
        _gate("2", {**seen, "pr_auc": 1.0})
