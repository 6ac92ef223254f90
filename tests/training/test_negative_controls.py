"""Where there is nothing to learn the model learns nothing: with denials drawn by lot it cannot tell lines apart.

The lot is drawn on the payers' decisions before they are replayed, so that every rate and count the rows hold comes
from the same drawn denials: a row that knew anything of its own line's answer would show here.
"""

import random
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from features.replay import Decided
from models.calibration import probability
from scrubber.tables import shipped_tables
from simulator import simulate
from store import Store
from tests.sizes import sized
from training import metrics
from training.dataset import build
from training.run import fit, labels_of
from training.split import split_by_time

TABLES = shipped_tables()
SHARE = 0.15


@pytest.fixture(scope="module")
def practice(tmp_path_factory):
    folder = tmp_path_factory.mktemp("controls")
    simulate(14, sized(200, 320), 11, folder / "files")
    with Store.open(folder / "home", family_of=TABLES.family) as store:
        store.ingest([folder / "files" / "837", folder / "files" / "835"])
        yield list(store.events()), labels_of(store.ledger(date.max))


def shuffled(decided, rng):
    """The same denials, dealt to other lines."""
    answers = [(e.decision.denied, e.decision.reason) for e in decided]
    rng.shuffle(answers)
    return answers


def by_lot(decided, rng):
    """Every line denied with the same chance, for the Reason of some denial."""
    reasons = [e.decision.reason for e in decided if e.decision.denied]
    return [(True, rng.choice(reasons)) if rng.random() < SHARE else (False, None) for _ in decided]


def with_answers(practice, deal, seed):
    """Events and labels as they would be had the payers answered so."""
    events, labels = practice
    decided = [e for e in events if isinstance(e, Decided)]
    answers = dict(zip(map(id, decided), deal(decided, random.Random(seed)), strict=True))
    told, changed = {}, []
    for event in events:
        if not isinstance(event, Decided):
            changed.append(event)
            continue
        denied, reason = answers[id(event)]
        changed.append(replace(event, decision=replace(event.decision, denied=denied, reason=reason)))
        told[event.submission, event.line] = denied, reason
    relabelled = {
        key: label._replace(
            outcome="denied" if told[key][0] else "paid", reason=told[key][1].value if told[key][1] else "",
            carcs=("50",) if told[key][0] else (),
        )
        for key, label in labels.items()
        if key in told
    }  # fmt: skip
    return build(changed, relabelled, TABLES)


def roc_interval(dataset):
    split = split_by_time(dataset.lines)
    model = fit(dataset, split, seed=1, recorded={}, simulated=True)
    denied = dataset.column("denied", split.test).astype(float)
    risk = probability(model.line_log_odds(dataset.matrix(model.encoder, split.test)))
    patients = np.unique(dataset.column("patient", split.test), return_inverse=True)[1]
    assert len(denied) > 300
    return metrics.interval(metrics.roc_auc, denied, risk, patients, seed=1)


@pytest.fixture(scope="module")
def by_lot_dataset(practice):
    return with_answers(practice, by_lot, seed=3)


def test_denials_dealt_to_other_lines_cannot_be_foreseen(practice):
    low, high = roc_interval(with_answers(practice, shuffled, seed=3))
    assert low <= 0.5 <= high


def test_denials_drawn_by_lot_cannot_be_foreseen(by_lot_dataset):
    low, high = roc_interval(by_lot_dataset)
    assert low <= 0.5 <= high  # both 0.5: nothing was found to tell lines apart by


@pytest.mark.parametrize(("share", "at_least"), [(1.0, 0.9), (0.3, 0.55)])
def test_a_row_that_knows_its_own_answer_is_seen_by_this_control(by_lot_dataset, share, at_least):
    known = 1.0 - by_lot_dataset.lines["denied"]
    told = np.random.default_rng(1).random(len(known)) < share  # a leak on some lines only is seen as well
    answered = by_lot_dataset.features.assign(payer_has_accepted_patient=known.where(told, np.nan))
    low, _ = roc_interval(replace(by_lot_dataset, features=answered))
    assert low > at_least


def test_real_denials_can_be_foreseen_on_the_same_practice(practice):
    events, labels = practice
    low, _ = roc_interval(build(events, labels, TABLES))
    assert low > 0.6
