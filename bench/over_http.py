"""`POST /v1/assessments` beside `mlflow models serve` of the same booster and a bare FastAPI endpoint, in one run.

All three on this machine's loopback, one connection kept alive, one request at a time.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.clock import percentile
from bench.practice import home, store
from claims.claim_json import claim_to_json
from features import rows
from features.replay import Submitted
from models import bundled_model_folder
from models.denial import DenialModel
from scrubber import scrub
from scrubber.tables import shipped_tables

REQUESTS, WARM_UP, START_SECONDS = 400, 40, 120
BASE_PYTHON = Path(".venv-base/bin/python")


def run() -> None:
    """Print p50, p95, p99 of each server and the two ratios the project holds itself to."""
    practice, tables = store(), shipped_tables()
    model = DenialModel.load(bundled_model_folder())
    event = [e for e in practice.events() if isinstance(e, Submitted) and len(e.claim.lines) == 3][-1]
    past = practice.patient_past(event.claim, as_of=event.known_on)
    report = scrub(event.claim, tables, past, as_of=event.known_on)
    made = rows(event.claim, report, past, practice.payer_past(), tables=tables, as_of=event.known_on)
    matrix = model.encoder.matrix(made)[0].tolist()
    claim = json.dumps(claim_to_json(event.claim)).encode()
    python = str(BASE_PYTHON) if BASE_PYTHON.exists() else sys.executable
    results = {}
    with tempfile.TemporaryDirectory() as scratch:
        port = _free_port()
        env = {"CLEANCLAIM_HOME": str(home()), "CLEANCLAIM_PORT": str(port)}
        with _server([python, "-m", "serving.serve"], env, port, "/healthz"):
            path = f"/v1/assessments?as_of={event.known_on}"
            results["POST /v1/assessments (rules, rows, risk, reasons, remedies)"] = _measure(port, path, claim)
        port = _free_port()
        bare = [python, "-m", "uvicorn", "bench.bare_app:app", "--port", str(port), "--log-level", "warning"]
        with _server(bare, {"BENCH_BOOSTER": str(bundled_model_folder() / "booster.txt")}, port, "/"):
            body = json.dumps({"rows": _finite(matrix)}).encode()
            results["bare FastAPI, predict + contrib of ready rows"] = _measure(port, "/", body)
        port = _free_port()
        folder = _mlflow_model(model, matrix, Path(scratch) / "model")
        serve = [sys.executable, "-m", "mlflow", "models", "serve", "-m", str(folder), "--env-manager", "local"]
        with _server([*serve, "-p", str(port)], {"MLFLOW_DISABLE_TELEMETRY": "true"}, port, "/health"):
            split = {"dataframe_split": {"columns": list(model.encoder.columns), "data": _finite(matrix)}}
            results["mlflow models serve, predict of ready rows"] = _measure(
                port, "/invocations", json.dumps(split).encode()
            )
    print(f"HTTP: one 3-line simulated claim, {REQUESTS} requests after {WARM_UP}, one connection; milliseconds")
    for name, spent in results.items():
        print(f"  {name:60} p50 {spent[0]:7.2f}  p95 {spent[1]:7.2f}  p99 {spent[2]:7.2f}")
    ours, bare_p50, mlflow_p50 = (spent[0] for spent in results.values())
    print(f"  p50 to mlflow models serve {ours / mlflow_p50:.2f} (bar: at most 0.33)")
    print(f"  p50 to the bare endpoint   {ours / bare_p50:.2f} (bar: at most 4)")


def _finite(matrix: list[list[float]]) -> list[list[float | None]]:
    return [[None if value != value else value for value in row] for row in matrix]  # noqa: PLR0124  (NaN)


def _mlflow_model(model: DenialModel, matrix: list[list[float]], folder: Path) -> Path:
    import mlflow.lightgbm
    import pandas as pd
    from mlflow.models import infer_signature

    frame = pd.DataFrame(matrix, columns=list(model.encoder.columns)).astype("float64")
    mlflow.lightgbm.save_model(model.booster, str(folder), signature=infer_signature(frame))
    return folder


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextmanager
def _server(command: list[str], env: dict[str, str], port: int, ready: str) -> Iterator[None]:
    path = f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}"
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        command, env={**os.environ, "PATH": path, **env}, stdout=quiet, stderr=quiet, start_new_session=True
    )
    try:
        _wait(process, port, ready)
        yield
    finally:
        if process.poll() is None:
            os.killpg(process.pid, 15)
            process.wait(20)


def _wait(process: subprocess.Popen[bytes], port: int, ready: str) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise SystemExit(f"the server stopped with code {process.returncode}: {process.args}")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", ready)
            if connection.getresponse().status < 500:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise SystemExit(f"no answer on port {port} within {START_SECONDS} s: {process.args}")


def _measure(port: int, path: str, body: bytes) -> tuple[float, float, float]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    spent = []
    for i in range(WARM_UP + REQUESTS):
        start = time.perf_counter()
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status} {content[:300]!r}")
        if i >= WARM_UP:
            spent.append((time.perf_counter() - start) * 1e3)
    return percentile(spent, 0.5), percentile(spent, 0.95), percentile(spent, 0.99)
