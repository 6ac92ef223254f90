"""The same store, trained on twice in two processes, gives the same bundle to the last byte."""

import json
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from models.bundle import MANIFEST, PARTS
from simulator import simulate
from store import Store
from training.promote import promote
from training.track import bundle_of

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
CLEANCLAIM = (sys.executable, "-c", "from cli.app import main; main()")
THREADS = {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"}


def cleanclaim(home, hash_seed, *arguments):
    """One command in a process of its own, which orders its sets by another seed than the next."""
    here = {**os.environ, **THREADS, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": hash_seed}
    command = [*CLEANCLAIM, "--home", str(home), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=here, cwd=home)
    assert done.returncode == 0, done.stderr
    return done.stdout


def contents(folder):
    """Every file below the folder, by its name there."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Two homes with one store, each trained on and promoted in a process of its own; and what each command said."""
    folder = tmp_path_factory.mktemp("twice")
    simulate(12, 60, 8, folder / "pretend")
    first, second = folder / "first", folder / "second"
    with Store.open(first / "store.db") as store:
        store.ingest([folder / "pretend" / "837", folder / "pretend" / "835"])
    shutil.copytree(first, second)
    said = []
    for home, hash_seed in ((first, "1"), (second, "2")):
        truth = folder / "pretend" / "truth.parquet"
        said.append(json.loads(cleanclaim(home, hash_seed, "train", "--simulated", "--truth", truth, "--json")))
        promote("1", home=home)
    return (first, second), said


def test_every_file_of_the_bundle_is_the_same_byte_for_byte(trained):
    (first, second), _ = trained
    one, other = contents(bundle_of("1", first)), contents(bundle_of("1", second))
    assert one.keys() == other.keys() >= {*PARTS, MANIFEST}
    for name in one:
        assert one[name] == other[name], name


def test_the_digests_of_the_manifest_are_those_of_the_files_and_the_same_twice(trained):
    homes, _ = trained
    digests = []
    for home in homes:
        folder = bundle_of("1", home)
        digests.append(json.loads((folder / MANIFEST).read_text())["files"])
        assert digests[-1].keys() >= set(PARTS)
        for name, digest in digests[-1].items():
            assert digest == sha256((folder / name).read_bytes()).hexdigest()
    assert digests[0] == digests[1]


def test_what_is_promoted_for_serving_is_the_same_byte_for_byte(trained):
    (first, second), _ = trained
    one, other = (contents(home / "models" / "denial-1") for home in (first, second))
    assert one == other
    assert one.keys() >= {*PARTS, MANIFEST}


def test_every_figure_of_the_report_is_the_same(trained):
    _, (one, other) = trained
    assert one["run_id"] != other["run_id"]
    assert one["metrics"] == other["metrics"]
    assert one["metrics"]["pr_auc_low"] < one["metrics"]["pr_auc_high"]
