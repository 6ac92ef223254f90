import numpy as np
import pandas as pd
import pytest

from training import metrics
from training.truth import truth_metrics


@pytest.fixture
def told(dataset, tmp_path):
    """The made-up dataset's own true chances, as the simulator writes them; the full truth knows the outcome."""
    lines = dataset.lines.drop_duplicates(["claim_id", "submitted", "line"], keep=False)
    truth = pd.DataFrame(
        {
            "claim_id": lines["claim_id"],
            "submitted_on": lines["submitted"].dt.date,
            "line": lines["line"],
            "p_denied": np.where(lines["denied"], 0.9, 0.1),
            "p_shown": lines["true"],
        }
    )
    truth.to_parquet(tmp_path / "truth.parquet")
    return lines, tmp_path / "truth.parquet"


def test_the_true_chance_attains_all_of_itself(told):
    lines, path = told
    figures = truth_metrics(lines, lines["true"].to_numpy(), path)
    assert figures["truth.matched"] == 1.0
    assert figures["truth.shown.share_attained"] == pytest.approx(1.0)
    assert figures["truth.shown.pr_auc"] == pytest.approx(metrics.pr_auc(lines["denied"], lines["true"]))
    assert figures["truth.full.pr_auc"] == 1.0
    assert 0 < figures["truth.full.share_attained"] < 1


def test_a_model_that_knows_nothing_attains_nothing(told):
    lines, path = told
    figures = truth_metrics(lines, np.full(len(lines), 0.2), path)
    assert figures["truth.shown.share_attained"] == pytest.approx(0.0, abs=1e-9)


def test_a_line_the_truth_does_not_name_alone_is_left_out_and_counted(told, dataset):
    _, path = told
    truth = pd.read_parquet(path)
    doubled = pd.concat([truth, truth.iloc[:100]])
    doubled.to_parquet(path)
    lines = dataset.lines
    figures = truth_metrics(lines, lines["true"].to_numpy(), path)
    assert figures["truth.matched"] == pytest.approx((len(truth) - 100) / len(lines))
    assert truth_metrics(lines.assign(claim_id="other"), lines["true"].to_numpy(), path) == {"truth.matched": 0.0}
