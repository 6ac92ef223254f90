"""Past lines written beside a bundle, promoted with it, and asked."""

import json
import shutil
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from models import DenialModel, champion_folder
from training import track
from training.past_lines import leaves_of, write_past_lines
from training.promote import promote
from training.run import _run, fit
from training.split import split_by_time

LATER = date(2030, 1, 1)


@pytest.fixture(scope="module")
def model(dataset):
    return fit(dataset, split_by_time(dataset.lines), seed=1, recorded={}, simulated=True)


@pytest.fixture(scope="module")
def bundle(dataset, model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundle")
    model.save(folder)
    write_past_lines(model, dataset, folder)
    return folder


def test_a_line_of_the_past_is_its_own_likest(dataset, bundle):
    model = DenialModel.load(bundle)
    model.require_past_lines()
    some = np.array([3, 700, 2500])
    for place, found in zip(some, model.similar(list(dataset.rows(some)), before=LATER, most=2), strict=True):
        line = dataset.lines.iloc[place]
        best = (found.denied if line["denied"] else found.paid)[0]
        assert best.likeness == 1.0
        told = (best.ref, best.line, best.payer_id, best.procedure, best.outcome, best.carcs)
        assert told == tuple(line[["ref", "line", "payer", "code", "outcome", "carcs"]])
        assert (best.sent_on, best.known_on) == (line["submitted"].date(), line["known_on"].date())


def test_only_what_was_known_before_the_day_is_a_witness(dataset, bundle):
    model, rows = DenialModel.load(bundle), list(dataset.rows(np.arange(5)))
    day = (dataset.lines["known_on"].min() + timedelta(40)).date()
    for found in model.similar(rows, before=day, most=20):
        assert found.denied
        assert found.paid
        assert all(line.known_on < day for line in (*found.denied, *found.paid))
    (nothing, *_) = model.similar(rows, before=dataset.lines["known_on"].min().date(), most=20)
    assert (nothing.denied, nothing.paid, nothing.why) == ((), (), "")


def test_alike_lines_share_the_fate_more_often_than_any_lines_do(dataset, bundle, model):
    """Else leaf space would say nothing: the likest lines of the riskiest are denied more often than lines are."""
    loaded = DenialModel.load(bundle)
    matrix = dataset.matrix(model.encoder, np.arange(len(dataset.lines)))
    riskiest = np.argsort(-model.line_log_odds(matrix))[:30]
    likest = []
    for place, found in zip(riskiest, loaded.similar(list(dataset.rows(riskiest)), before=LATER, most=20), strict=True):
        own = dataset.lines["ref"].iloc[place]
        both = sorted((line for line in (*found.denied, *found.paid) if line.ref != own), key=lambda x: -x.likeness)
        likest += [line.outcome == "denied" for line in both[:10]]
    assert np.mean(likest) > 1.5 * dataset.lines["denied"].mean()


def test_the_latest_lines_are_kept_where_there_are_too_many(dataset, model, tmp_path):
    model.save(tmp_path)
    write_past_lines(model, dataset, tmp_path, most=100)
    lines = np.load(tmp_path / "similar" / "lines.npy")
    latest = np.sort([day.toordinal() for day in dataset.lines["known_on"].dt.date])[-100:]
    assert lines["known_on"].tolist() == latest.tolist()


def test_no_patient_and_no_claim_number_is_written(dataset, bundle):
    lines = np.load(bundle / "similar" / "lines.npy")
    assert set(lines.dtype.names) == {"ref", "known_on", "sent_on", "line", "payer", "code", "outcome", "carcs"}
    assert set(json.loads((bundle / "similar" / "index.json").read_text())["words"]) == {
        "payer", "code", "outcome", "carcs",
    }  # fmt: skip
    content = b"".join(path.read_bytes() for path in (bundle / "similar").iterdir())
    assert dataset.lines["claim_id"].iloc[-1].encode() not in content


def test_many_leaves_take_two_bytes_and_few_take_one(dataset, model):
    positions = np.arange(50)
    found = leaves_of(model, dataset, positions)
    assert found.dtype == np.uint8
    assert found.shape == (model.booster.num_trees(), 50)
    assert (model.leaves(dataset.matrix(model.encoder, positions)) == found.T).all()


def test_the_same_lines_give_the_same_bytes(dataset, model, bundle, tmp_path):
    model.save(tmp_path)
    write_past_lines(model, dataset, tmp_path)
    for path in (bundle / "similar").iterdir():
        assert (tmp_path / "similar" / path.name).read_bytes() == path.read_bytes(), path.name


@pytest.fixture
def home(dataset, model, tmp_path):
    track.record(replace(model, card=replace(model.card, metrics={"pr_auc": 0.4})), run_of(dataset, model), tmp_path)
    return tmp_path


def run_of(dataset, model):
    return _run(dataset, split_by_time(dataset.lines), model, seed=1)


def test_what_is_promoted_brings_its_past_lines_and_a_damaged_copy_is_made_good(dataset, home):
    folder = promote("1", home=home)
    rows = list(dataset.rows(np.arange(2)))
    (found, _) = DenialModel.load(champion_folder(home)).similar(rows, before=LATER, most=3)
    assert len(found.denied) == len(found.paid) == 3
    leaves = folder / "similar" / "leaves.npy"
    whole = leaves.read_bytes()
    leaves.write_bytes(whole[:-1])
    (broken, _) = DenialModel.load(folder).similar(rows, before=LATER, most=3)
    assert "leaves.npy" in broken.why
    promote("1", home=home)
    assert leaves.read_bytes() == whole
    shutil.rmtree(folder / "similar")
    promote("1", home=home)
    assert leaves.read_bytes() == whole


def test_a_version_from_before_there_were_past_lines_is_promoted_without(dataset, model, tmp_path):
    track.record(model, replace(run_of(dataset, model), beside=None), tmp_path)
    folder = promote("1", home=tmp_path)
    (found,) = DenialModel.load(folder).similar(list(dataset.rows(np.arange(1))), before=LATER, most=3)
    assert found.denied is None
    assert "came without" in found.why
