"""`POST /v1/assessments` beside `mlflow models serve` of the same booster and a bare FastAPI endpoint, in one run.

All three on this machine's loopback, each with one connection kept alive, one request at a time. They are asked about
the same claims, one after the other, and in turns, so that a busy moment of the machine falls on all of them.
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
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import fmean

from bench.clock import percentile
from bench.practice import home, store
from claims.claim import Claim
from claims.claim_json import claim_to_json
from features import rows
from features.replay import Submitted
from models import bundled_model_folder
from models.denial import DenialModel
from scrubber import scrub
from scrubber.tables import shipped_tables

CLAIMS, LINES = 50, 3
TURNS, WARM_UP_TURNS = 8, 1  # each asks every server about every claim
START_SECONDS = 120
BASE_PYTHON = Path(".venv-base/bin/python")


@dataclass(frozen=True, slots=True)
class Request:
    """A path and the body to POST there."""

    path: str
    body: bytes


def run() -> None:
    """Print p50, p95, p99 of each server and the two ratios the project holds itself to."""
    model = DenialModel.load(bundled_model_folder())
    claims, day, matrices = _claims(model)
    ours = [Request(f"/v1/assessments?as_of={day}", json.dumps(claim_to_json(c)).encode()) for c in claims]
    bare = [Request("/", json.dumps({"rows": _finite(m)}).encode()) for m in matrices]
    columns = list(model.encoder.columns)
    split = [{"dataframe_split": {"columns": columns, "data": _finite(m)}} for m in matrices]
    mlflow = [Request("/invocations", json.dumps(body).encode()) for body in split]
    python = str(BASE_PYTHON) if BASE_PYTHON.exists() else sys.executable
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as up:
        port = _free_port()
        env = {"CLEANCLAIM_HOME": str(home()), "CLEANCLAIM_PORT": str(port)}
        up.enter_context(_server([python, "-m", "serving.serve"], env, port, "/healthz"))
        servers = {"POST /v1/assessments (rules, rows, risk, reasons, remedies)": (port, ours)}
        port = _free_port()
        uvicorn = [python, "-m", "uvicorn", "bench.bare_app:app", "--port", str(port), "--log-level", "warning"]
        booster = str(bundled_model_folder() / "booster.txt")
        up.enter_context(_server(uvicorn, {"BENCH_BOOSTER": booster}, port, "/"))
        servers["bare FastAPI, predict + contrib of ready rows"] = (port, bare)
        port = _free_port()
        folder = _mlflow_model(model, matrices[0], Path(scratch) / "model")
        serve = [sys.executable, "-m", "mlflow", "models", "serve", "-m", str(folder), "--env-manager", "local"]
        up.enter_context(_server([*serve, "-p", str(port)], {"MLFLOW_DISABLE_TELEMETRY": "true"}, port, "/health"))
        servers["mlflow models serve, predict of ready rows"] = (port, mlflow)
        _print_what_is_asked(servers, len(claims))
        _print(_measured(servers))


def _claims(model: DenialModel) -> tuple[list[Claim], date, list[list[list[float]]]]:
    """The newest claims of three lines in the store, the day of the newest, and their rows as the booster takes them.

    All are assessed as if sent on that one day, as a practice asks about the claims of a day: what was learned of a
    payer for one of them serves the next.
    """
    practice, tables = store(), shipped_tables()
    submitted = (e for e in practice.events() if isinstance(e, Submitted) and len(e.claim.lines) == LINES)
    newest = list(submitted)[-CLAIMS:]
    day, claims = newest[-1].known_on, [e.claim for e in newest]
    payer, matrices = practice.payer_past(), []
    for claim in claims:
        past = practice.patient_past(claim, as_of=day)
        report = scrub(claim, tables, past, as_of=day)
        made = rows(claim, report, past, payer, tables=tables, as_of=day)
        matrices.append(model.encoder.matrix(made)[0].tolist())
    return claims, day, matrices


def _finite(matrix: list[list[float]]) -> list[list[float | None]]:
    return [[None if value != value else value for value in row] for row in matrix]  # noqa: PLR0124  (NaN)


def _mlflow_model(model: DenialModel, matrix: list[list[float]], folder: Path) -> Path:
    import mlflow.lightgbm
    import pandas as pd
    from mlflow.models import infer_signature

    frame = pd.DataFrame(matrix, columns=list(model.encoder.columns)).astype("float64")
    mlflow.lightgbm.save_model(model.booster, str(folder), signature=infer_signature(frame))
    return folder


def _print_what_is_asked(servers: dict[str, tuple[int, list[Request]]], claims: int) -> None:
    """How much there is to say about the claims: the answers of the service under test."""
    port, requests = next(iter(servers.values()))
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    said = [json.loads(_ask(connection, request))["assessments"][0] for request in requests]
    remedies = [[r for line in a["lines"] for r in line["remedies"]] + a["remedies"] for a in said]
    rescored = [sum(r["rescored"] is not None for r in of_claim) for of_claim in remedies]
    print(f"HTTP: the newest {claims} claims of {LINES} lines of a simulated practice, in {TURNS} turns; milliseconds")
    print(
        f"  a claim has {fmean(len(a['findings']) for a in said):.1f} findings, {fmean(map(len, remedies)):.1f} "
        f"remedies, of which {fmean(rescored):.1f} scored again (most: {max(rescored)})"
    )


def _measured(servers: dict[str, tuple[int, list[Request]]]) -> dict[str, list[float]]:
    """Milliseconds of every request after the warm-up, server by server."""
    connections = {
        name: http.client.HTTPConnection("127.0.0.1", port, timeout=30) for name, (port, _) in servers.items()
    }
    spent: dict[str, list[float]] = {name: [] for name in servers}
    for turn in range(WARM_UP_TURNS + TURNS):
        for name, (_, requests) in servers.items():
            for request in requests:
                start = time.perf_counter()
                _ask(connections[name], request)
                if turn >= WARM_UP_TURNS:
                    spent[name].append((time.perf_counter() - start) * 1e3)
    return spent


def _ask(connection: http.client.HTTPConnection, request: Request) -> bytes:
    connection.request("POST", request.path, request.body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != 200:
        raise SystemExit(f"{request.path}: {answer.status} {content[:300]!r}")
    return content


def _print(spent: dict[str, list[float]]) -> None:
    for name, ms in spent.items():
        p50, p95, p99 = (percentile(ms, share) for share in (0.5, 0.95, 0.99))
        print(f"  {name:60} p50 {p50:7.2f}  p95 {p95:7.2f}  p99 {p99:7.2f}")
    ours, bare, mlflow = (percentile(ms, 0.5) for ms in spent.values())
    print(f"  p50 to mlflow models serve {ours / mlflow:.2f} (bar: at most 0.33)")
    print(f"  p50 to the bare endpoint   {ours / bare:.2f} (bar: at most 4)")


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
            raise SystemExit(f"the server stopped with code {process.returncode}: {process.args!r}")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", ready)
            if connection.getresponse().status < 500:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise SystemExit(f"no answer on port {port} within {START_SECONDS} s: {process.args!r}")
