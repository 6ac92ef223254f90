"""What an assessment spends where: rules, rows, prediction and explanation."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

import numpy as np

from bench.clock import percentile
from bench.practice import store
from features import rows
from features.replay import Submitted
from models import bundled_model_folder
from models.denial import DenialModel
from scrubber import scrub
from scrubber.tables import shipped_tables

SAMPLE = 400


def run() -> None:
    """Print medians and p99 on claims of exactly three lines, with a full payer history."""
    tables, practice = shipped_tables(), store()
    model = DenialModel.load(bundled_model_folder())
    events = [e for e in practice.events() if isinstance(e, Submitted) and len(e.claim.lines) == 3][-SAMPLE:]
    payer = practice.payer_past()
    cases = [(e.claim, practice.patient_past(e.claim, as_of=e.known_on), e.known_on) for e in events]
    reports = [scrub(c, tables, past, as_of=day) for c, past, day in cases]

    def rows_of(i: int) -> list[dict[str, float | str]]:
        claim, past, day = cases[i]
        return rows(claim, reports[i], past, payer, tables=tables, as_of=day)

    made = [rows_of(i) for i in range(len(cases))]
    matrices = [model.encoder.matrix(r)[0] for r in made]
    print(f"assessing: {len(cases)} simulated claims of 3 lines, one core; microseconds")
    _print(
        "scrub a claim, every rule", lambda i: scrub(cases[i][0], tables, cases[i][1], as_of=cases[i][2]), len(cases)
    )
    _print("rows a line", rows_of, len(cases), per=3)
    _print("patient past from the store", lambda i: practice.patient_past(cases[i][0], as_of=cases[i][2]), len(cases))
    _print("predict a claim", lambda i: model.predict(made[i]), len(cases))
    _print("predict + explain a claim", lambda i: (model.predict(made[i]), model.explain(made[i])), len(cases))

    def bare(i: int) -> object:
        m = matrices[i]
        return model.booster.predict(m, num_threads=1), model.booster.predict(m, pred_contrib=True, num_threads=1)

    _print("bare booster, predict + contrib", bare, len(cases))
    print(f"  booster: {model.booster.num_trees()} trees, {len(np.asarray(matrices[0])[0])} features")


def _print(what: str, call: Callable[[int], object], n: int, per: int = 1) -> None:
    call(0)
    spent = []
    for i in range(n):
        start = time.perf_counter()
        call(i)
        spent.append((time.perf_counter() - start) * 1e6 / per)
    print(f"  {what:34} median {median(spent):8.0f}   p99 {percentile(spent, 0.99):8.0f}")
