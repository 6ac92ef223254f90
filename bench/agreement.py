"""What must agree: reasons with the risk, our explanation with SHAP's own, rows of replay with rows of serving."""

from __future__ import annotations

import math
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np

from bench.practice import pretend, store
from features import replay, rows
from features.replay import Submitted
from models import bundled_model_folder
from models.denial import DenialModel
from scrubber import scrub
from scrubber.tables import shipped_tables
from store import Store

CLAIMS = 1000


def run() -> None:
    """Print the largest differences found."""
    tables, model = shipped_tables(), DenialModel.load(bundled_model_folder())
    practice = store()
    replayed = [r for r in replay(practice.events(), tables) if r.rows][-CLAIMS:]
    _explanations(model, [row for r in replayed for row in r.rows])
    _replay_and_serving()


def _explanations(model: DenialModel, made: list[dict[str, float | str]]) -> None:
    import shap

    matrix, _ = model.encoder.matrix(made)
    log_odds = model.line_log_odds(matrix)
    explained = model.explain(made)
    sums = [e.base + math.fsum(r.log_odds for r in e.reasons) for e in explained]
    print(f"agreement: {len(made):,} simulated lines, bundled model")
    print(f"  base + reasons against the log-odds of the risk   {np.abs(np.array(sums) - log_odds).max():.1e} at most")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = np.asarray(shap.TreeExplainer(model.booster).shap_values(matrix))
    ours = np.asarray(model.booster.predict(matrix, pred_contrib=True))[:, :-1]
    print(f"  pred_contrib against shap.TreeExplainer           {np.abs(ours - theirs).max():.1e} at most")


def _replay_and_serving() -> None:
    """One process holds the store open; another ingests the second half of the files; then the rows are compared."""
    tables, files = shipped_tables(), sorted(pretend().glob("83[57]/*"))
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "store.db"
        serving = Store.open(path)
        serving.ingest(files[::2])
        serving.payer_past()
        ingest = (
            "import sys; from pathlib import Path; from store import Store; "
            "Store.open(Path(sys.argv[1])).ingest(map(Path, sys.argv[2:]))"
        )
        subprocess.run([sys.executable, "-c", ingest, str(path), *map(str, files[1::2])], check=True)
        payer, differing, lines = serving.payer_past(), 0, 0
        for r in list(replay(serving.events(), tables))[-CLAIMS:]:
            event: Submitted = r.event
            past = serving.patient_past(event.claim, as_of=event.known_on)
            report = scrub(event.claim, tables, past, as_of=event.known_on)
            made = rows(event.claim, report, past, payer, tables=tables, as_of=event.known_on)
            lines += len(made)
            differing += sum(repr(one) != repr(other) for one, other in zip(made, r.rows, strict=True))
    print(f"  rows of replay against rows of serving            {differing} of {lines:,} lines differ")
