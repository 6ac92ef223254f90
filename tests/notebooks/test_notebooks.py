import json
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.sizes import sized

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.name)
def test_outputs_are_not_kept_in_git(path):
    for cell in json.loads(path.read_text())["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.name)
def test_a_notebook_says_that_its_claims_are_simulated(path):
    first = nbformat.read(path, as_version=4).cells[0].source
    assert "Everything here is simulated" in first


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.name)
def test_a_notebook_runs_from_top_to_bottom(path, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.setenv("CLEANCLAIM_NOTEBOOK_MONTHS", "12")
    monkeypatch.setenv("CLEANCLAIM_NOTEBOOK_CLAIMS", sized("70", "120"))
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    said = "".join(o.get("text", "") for c in notebook.cells if c.cell_type == "code" for o in c.outputs)
    assert "simulated: True" in said
    assert list(tmp_path.iterdir()) == [], "a notebook writes into a temporary folder of its own"


def test_there_is_no_file_beside_the_notebooks_that_hides_a_package():
    assert not list((ROOT / "notebooks").glob("*.py"))
