"""`evaluate`: a version, rolling origins and a look back, as a shell sees them."""

import json
import shutil

import pytest

from simulator import simulate
from tests.cli.conftest import BATCH, REMITTANCES, SENT


@pytest.fixture(scope="module")
def pretend(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pretend")
    simulate(12, 90, 5, folder / "files")
    return folder / "files"


@pytest.mark.slow
def test_a_look_back_says_what_would_have_been_caught_and_leaves_nothing_behind(
    run, home, pretend, tmp_path, monkeypatch
):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    out = tmp_path / "report.html"
    said = run("evaluate", "--lookback", pretend / "837", pretend / "835", "--report", out)
    assert said.code == 0, said.err
    assert "the first 10 % of claims" in said.out
    assert "rules alone" in said.out
    assert "Simulated claims" in said.out
    assert not home.exists(), "the practice's own home is not touched"
    assert list(scratch.iterdir()) == [], "the store is thrown away"
    page = out.read_text()
    assert "What would have been caught" in page
    assert "(simulated)" in page
    assert "http" not in page


@pytest.mark.slow
def test_a_look_back_as_json_gives_each_row_with_its_interval(run, pretend, tmp_path):
    shutil.copytree(pretend / "837", tmp_path / "mixed")
    (tmp_path / "mixed" / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0" * 200)
    said = run(
        "evaluate", "--lookback", tmp_path / "mixed", pretend / "835", "--json", "--minutes-per-claim", "60",
        "--hourly-cost", "20", "--rolling", "2",
    )  # fmt: skip
    assert said.code == 1, "a file was refused"
    assert "photo.jpg" in said.err
    found = json.loads(said.out)
    assert found["simulated"] is True
    assert found["lookback"]["claims"] > 500
    assert found["worth"]["assumptions"]["minutes_per_claim"] == 60
    ways = {row["way"] for row in found["worth"]["caught"]}
    assert ways == {"model", "rules alone", "largest charge first"}
    for row in found["worth"]["caught"]:
        if row["claims"]:
            assert row["figures"]["precision_low"] <= row["figures"]["precision"] <= row["figures"]["precision_high"]
    assert len(found["origins"]) == 2
    assert {g["kind"] for g in found["groups"]} >= {"payer", "age band", "sex", "payer type", "procedure family"}


@pytest.mark.slow
def test_a_version_and_rolling_origins_are_recorded_with_their_plots(run, home, pretend, tmp_path):
    assert run("ingest", pretend / "837", pretend / "835").code == 0
    trained = run("train", "--json", "--truth", pretend / "truth.parquet")
    assert trained.code == 0, trained.err
    metrics = trained.records[0]["metrics"]
    said = run("evaluate", "--json", "--report", tmp_path / "one.html", "--truth", pretend / "truth.parquet")
    assert said.code == 0, said.err
    found = said.records[0]
    assert found["version"] == "1"
    assert found["metrics"] == pytest.approx(metrics)
    rolled = run("evaluate", "--rolling", "2", "--report", tmp_path / "two.html")
    assert rolled.code == 0, rolled.err
    assert "Origins" in rolled.out
    assert "As time went on" in (tmp_path / "two.html").read_text()
    plots = {path.name for path in home.rglob("*.svg")}
    of_payers = {"calibration_by_payer.svg"}  # drawn where a payer has lines enough to say
    assert plots - of_payers == {
        "precision_recall.svg", "calibration_lines.svg", "calibration_claims.svg", "cost.svg", "rolling.svg",
    }  # fmt: skip
    assert of_payers <= plots or not any(name.startswith("ece_payer.") for name in metrics)
    assert len(list(home.rglob("report.html"))) == 3


def test_too_little_to_look_back_on_is_a_sentence(run, home):
    said = run("evaluate", "--lookback", BATCH)
    assert said.code == 2
    assert "0 remittances" in said.err
    assert "Name both" in said.err
    assert not home.exists()


def test_a_few_claims_are_refused_with_what_is_needed(run):
    said = run("evaluate", "--lookback", SENT, REMITTANCES)
    assert said.code in (0, 2)
    if said.code:
        assert "found" in said.err
        assert "needed" in said.err


def test_a_look_back_over_nothing_or_over_what_is_not_there_is_refused(run, tmp_path):
    said = run("evaluate", "--lookback")
    assert said.code == 2
    assert "expected 837P and 835 files" in said.err
    said = run("evaluate", "--lookback", tmp_path / "none")
    assert said.code == 2
    assert "no such file or folder" in said.err


def test_files_without_lookback_are_refused_in_words(run):
    said = run("evaluate", SENT, REMITTANCES)
    assert said.code == 2
    assert "--lookback" in said.err


def test_a_report_that_cannot_be_written_is_refused_before_the_work(run, tmp_path):
    said = run("evaluate", "--rolling", "2", "--report", tmp_path / "no" / "such" / "folder.html")
    assert said.code == 2
    assert "--report" in said.err
    assert "replayed" not in said.err


def test_rolling_without_a_store_says_what_to_do(run):
    said = run("evaluate", "--rolling", "3")
    assert said.code == 2
    assert "cleanclaim ingest" in said.err
