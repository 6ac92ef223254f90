import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from features import FEATURES
from models import DenialModel, champion_folder, model_folder
from models.errors import BundleBroken
from training import track
from training.errors import NotPromoted, UnknownVersion
from training.evaluate import score
from training.grading import grade
from training.promote import promote, rollback
from training.run import _run, fit
from training.split import split_by_time

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def trained(dataset):
    split = split_by_time(dataset.lines)
    model = fit(dataset, split, seed=1, recorded={"rules": "r1"}, simulated=True)
    return dataset, split, model


@pytest.fixture(scope="module")
def evaluation(trained):
    dataset, split, model = trained
    return grade(score(model, dataset, split.test), dataset, seed=1, simulated=True, split=split)


def register(home, trained, evaluation=None, **metrics):
    dataset, split, model = trained
    model = replace(model, card=replace(model.card, metrics=metrics))
    return track.record(model, _run(dataset, split, model, 1, evaluation), home)


@pytest.fixture(scope="module")
def home(trained, evaluation, tmp_path_factory):
    """A home with two registered versions; 2 does worse than the champion did on the same lines."""
    home = tmp_path_factory.mktemp("home")
    register(home, trained, evaluation, pr_auc=0.40)
    register(home, trained, evaluation, **{"pr_auc": 0.38, "champion.pr_auc": 0.40})
    return home


@pytest.fixture
def copied(home, tmp_path):
    """The same home, promoted from by one test only."""
    yield home
    pointer = home / "models" / "champion.json"
    pointer.unlink(missing_ok=True)


def champion_alias(home):
    return str(track.client(home).get_model_version_by_alias("denial", "champion").version)


def test_a_run_says_what_it_learned_from_and_its_model_is_the_challenger(home, trained):
    _, split, model = trained
    api = track.client(home)
    version = api.get_model_version_by_alias("denial", "challenger")
    assert str(version.version) == "2"
    run = api.get_run(version.run_id).data
    assert run.metrics["pr_auc"] == 0.38
    assert run.params["test_from"] == split.windows["test"].first.isoformat()
    assert run.params["trees"] == str(model.booster.num_trees())
    assert run.tags["simulated"] == "true"
    assert run.tags["recorded.rules"] == "r1"


def test_the_registered_model_has_a_signature_and_answers_through_mlflow_as_it_does_without(home, trained):
    mlflow = pytest.importorskip("mlflow")
    dataset, split, model = trained
    track.client(home)
    mlflow.set_tracking_uri(track.tracking_uri(home))
    mlflow.set_registry_uri(track.tracking_uri(home))
    loaded = mlflow.pyfunc.load_model("models:/denial@challenger")
    assert loaded.metadata.signature.inputs.input_names() == list(FEATURES)
    assert loaded.metadata.signature.outputs.input_names() == ["risk", "log_odds"]
    some = split.test[:40]
    answer = loaded.predict(dataset.features.iloc[some])
    assert answer["risk"].tolist() == list(model.predict(list(dataset.rows(some))).risks)
    with pytest.raises(mlflow.exceptions.MlflowException, match="missing inputs"):
        loaded.predict(dataset.features.iloc[some].drop(columns=next(iter(FEATURES))))


def test_a_registered_bundle_knows_its_number(home):
    assert [DenialModel.load(track.bundle_of(version, home)).version for version in ("1", "2")] == ["1", "2"]


def test_no_artefact_is_a_pickle_and_none_holds_a_claim_or_a_patient(home, trained):
    dataset, _, _ = trained
    files = [p for p in (home / "mlartifacts").rglob("*") if p.is_file()]
    names = {"booster.txt", "MLmodel", "left_out.json", "metrics.json", "input_example.json", "evaluation.json"}
    assert names | {"report.html", "cost.svg"} <= {p.name for p in files}
    assert not [p for p in files if p.suffix in (".pkl", ".pickle", ".joblib", ".cloudpickle")]
    rows = {json.dumps(list(row.values())) for row in dataset.rows(range(200))}
    for path in files:
        content = path.read_bytes()
        assert not content.startswith(b"\x80"), f"{path.name} looks like a pickle"
        assert b"claim_id" not in content
        if path.name == "input_example.json":
            example = json.loads(content)
            assert example["columns"] == list(FEATURES)
            assert json.dumps(example["data"][0]) not in rows


def test_an_odd_id_of_a_payer_is_no_reason_to_lose_a_run(trained, tmp_path):
    run_id, _ = register(tmp_path, trained, pr_auc=0.4, **{"ece_payer.BLUE & CROSS (TX)": 0.02})
    assert track.client(tmp_path).get_run(run_id).data.metrics["ece_payer.BLUE _ CROSS _TX_"] == 0.02


def test_promoting_moves_the_alias_and_exports_a_bundle_that_answers_the_same(copied, trained):
    dataset, split, model = trained
    folder = promote("1", home=copied)
    assert folder == champion_folder(copied) == model_folder(copied) == copied / "models" / "denial-1"
    assert champion_alias(copied) == "1"
    served = DenialModel.load(folder)
    assert served.version == "1"
    rows = list(dataset.rows(split.test[:50]))
    assert served.predict(rows).risks == model.predict(rows).risks
    assert [p.name for p in folder.parent.iterdir() if p.name.startswith(".")] == []


def test_a_version_that_does_worse_than_the_champion_is_kept_out_unless_forced(copied):
    promote("1", home=copied)
    with pytest.raises(
        NotPromoted, match=r"version 2: found PR-AUC 0\.380 .* champion reached 0\.400 on the same lines"
    ):
        promote("2", home=copied)
    assert champion_folder(copied).name == "denial-1"
    promote("2", home=copied, force=True)
    assert champion_folder(copied).name == "denial-2"


def test_a_version_may_be_named_by_its_alias(copied):
    assert promote("challenger", home=copied, force=True).name == "denial-2"
    assert DenialModel.load(track.bundle_of("champion", copied)).version == "2"


def test_going_back_restores_the_champion_before_and_going_back_again_returns(copied):
    promote("1", home=copied)
    promote("2", home=copied, force=True)
    promote("2", home=copied, force=True)  # promoting again does not make a version its own predecessor
    assert rollback(home=copied).name == "denial-1"
    assert champion_alias(copied) == "1"
    assert rollback(home=copied).name == "denial-2"


def test_there_is_nothing_to_go_back_to_at_first(copied):
    with pytest.raises(NotPromoted, match="no champion before it"):
        rollback(home=copied)
    promote("1", home=copied)
    with pytest.raises(NotPromoted, match="version 1: found no champion before it"):
        rollback(home=copied)
    assert champion_folder(copied).name == "denial-1"


def test_an_unknown_version_is_a_worded_error(copied):
    for version in ("99", "nonsense", "champion "):
        for force in (False, True):
            with pytest.raises(UnknownVersion, match=rf"version {version}: found no such version, .*cleanclaim train"):
                promote(version, home=copied, force=force)
        with pytest.raises(UnknownVersion):
            track.bundle_of(version, copied)
    assert champion_folder(copied) is None


def test_promoting_again_mends_a_damaged_export(copied):
    folder = promote("1", home=copied)
    (folder / "booster.txt").write_text("broken")
    with pytest.raises(BundleBroken):
        DenialModel.load(folder)
    promote("1", home=copied)
    assert DenialModel.load(folder).version == "1"


QUIET = """
from pathlib import Path
from training import track
track.client(Path("."))
from mlflow import environment_variables as env
print(env.MLFLOW_DISABLE_TELEMETRY.get(), env.MLFLOW_ALLOW_PICKLE_DESERIALIZATION.get())
"""


def test_mlflow_sends_nothing_home_and_reads_no_pickle(tmp_path):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MLFLOW_")} | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", QUIET], text=True, capture_output=True, cwd=tmp_path, env=environment, check=False
    )
    assert done.stdout.split() == ["True", "False"], done.stderr


LEAN = """
import sys, json
BLOCKED = {"pandas", "sklearn", "mlflow", "shap", "pyarrow", "matplotlib"}
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in BLOCKED:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Block())
from pathlib import Path
from models import DenialModel
model = DenialModel.load(Path(sys.argv[1]))
rows = json.loads(sys.stdin.read())
print(json.dumps([list(model.predict(rows).risks), sorted(BLOCKED & set(sys.modules))]))
print(len(model.explain(rows)[0].reasons))
"""


def test_a_promoted_bundle_answers_where_no_training_library_is_installed(copied, trained):
    dataset, split, model = trained
    folder = promote("1", home=copied)
    rows = list(dataset.rows(split.test[:5]))
    done = subprocess.run(
        [sys.executable, "-c", LEAN, str(folder)],
        input=json.dumps(rows),
        text=True,
        capture_output=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer, reasons = done.stdout.splitlines()
    assert json.loads(answer) == [list(model.predict(rows).risks), []]
    assert int(reasons) > 0


def test_asking_for_a_version_of_a_home_that_is_not_there_makes_none(tmp_path):
    home = tmp_path / "nowhere"
    with pytest.raises(UnknownVersion):
        promote("9", home=home)
    assert not home.exists()
    home.mkdir()
    with pytest.raises(UnknownVersion):
        track.bundle_of("challenger", home)
    assert list(home.iterdir()) == []


def test_home_and_run_store_are_their_owners_alone(trained, tmp_path):
    home = tmp_path / "fresh"
    register(home, trained, pr_auc=0.4)
    assert home.stat().st_mode & 0o777 == 0o700
    assert (home / "mlflow.db").stat().st_mode & 0o777 == 0o600
