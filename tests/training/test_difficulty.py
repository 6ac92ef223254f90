"""The pretend world is neither solved by the rules nor left to chance: there is something to learn, and it shows."""

import numpy as np
import pandas as pd
import pytest

from scrubber.tables import shipped_tables
from simulator import simulate
from store import Store
from training import metrics
from training.run import read
from training.truth import share_attained

pytestmark = pytest.mark.slow

KEY = ["claim_id", "submitted", "line"]


@pytest.fixture(scope="module")
def lines(tmp_path_factory):
    """Every labelled line of nine months, with what the rules say of it and its true chance."""
    folder = tmp_path_factory.mktemp("practice")
    simulate(9, 170, 8, folder / "pretend")
    with Store.open(folder / "store.db") as store:
        store.ingest([folder / "pretend" / "837", folder / "pretend" / "835"])
        labelled = read(store, shipped_tables()).lines
    truth = pd.read_parquet(folder / "pretend" / "truth.parquet").rename(columns={"submitted_on": "submitted"})
    truth["submitted"] = pd.to_datetime(truth["submitted"])
    truth = truth.drop(columns="denied").drop_duplicates(KEY, keep=False)
    return labelled.assign(submitted=pd.to_datetime(labelled["submitted"])).merge(truth, on=KEY)


def test_as_many_lines_are_denied_as_payers_deny(lines):
    assert 0.08 < lines["denied"].mean() < 0.18


def test_rules_alone_reach_half_of_what_can_be_known_at_most(lines):
    denied = lines["denied"].to_numpy(dtype=np.float64)
    ranked = lines[["worst_rule", "p_shown"]].to_numpy(dtype=np.float64)
    assert metrics.pr_auc(denied, ranked[:, 0]) > denied.mean()  # and they are good for something
    assert 0.1 < share_attained(denied, ranked) < 0.5


def test_a_third_of_the_labelled_denials_come_from_what_no_rule_encodes(lines):
    refused = lines[lines["denied"] & (lines["mechanism"] != "")]
    assert (refused["published"] == False).mean() > 0.30  # noqa: E712  (an object column with None for paid lines)
