"""Training says which stage it is in, and how far, with totals."""

from datetime import date

import pytest

from scrubber.tables import shipped_tables
from simulator import simulate
from store import Store
from tests.training.conftest import made_up_dataset
from training.fit import size_for
from training.progress import Step, silent
from training.run import fit, read
from training.split import split_by_time


def test_a_step_is_the_text_it_says():
    step = Step("replay", "replayed 3 of 9 claims", 3, 9)
    assert step == "replayed 3 of 9 claims"
    assert (step.stage, step.done, step.total, step.counted) == ("replay", 3, 9, True)
    begun = Step("fit", "fitting")
    assert (begun.done, begun.total, begun.counted) == (0, None, False)


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    folder = tmp_path_factory.mktemp("said")
    simulate(3, 260, 9, folder / "pretend", start=date(2025, 1, 1))
    heard = []
    with Store.open(folder / "store.db") as store:
        store.ingest([folder / "pretend" / "837", folder / "pretend" / "835"])
        claims = store.submissions_count()
        read(store, shipped_tables(), progress=heard.append)
    return claims, heard


def test_claims_are_labelled_and_replayed_with_their_total(said):
    claims, heard = said
    assert claims > 700
    for stage in ("label", "replay"):
        steps = [step for step in heard if step.stage == stage]
        assert [step.done for step in steps] == sorted({step.done for step in steps})
        assert steps[0].done == 0
        assert claims - 500 <= steps[-1].done < claims, "the last word comes near the end"
        assert {step.total for step in steps} == {claims}
    stages = list(dict.fromkeys(step.stage for step in heard))
    assert stages == ["label", "replay"]


def test_every_tree_is_counted_and_none_changes_by_being_counted():
    dataset = made_up_dataset()
    split = split_by_time(dataset.lines)
    heard = []
    told = fit(dataset, split, seed=1, recorded={}, simulated=True, progress=heard.append)
    untold = fit(dataset, split, seed=1, recorded={}, simulated=True, progress=silent)
    alone = fit(dataset, split, seed=1, recorded={}, simulated=True)
    texts = {m.booster.model_to_string() for m in (told, untold, alone)}
    assert len(texts) == 1
    trees = [step.done for step in heard if step.counted]
    assert trees == list(range(1, size_for(len(split.train)).trees + 1))
    assert heard[-1].stage == "calibrate"
