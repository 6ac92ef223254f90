"""Serving runs where only its own dependencies are installed: no pandas, scikit-learn, shap, mlflow or pyarrow."""

import json
import subprocess

import pytest

from serving.examples import CLAIM, X12_EXAMPLE
from tests.serving.processes import ROOT, base_python, get, post, served

NEVER = ("pandas", "sklearn", "shap", "mlflow", "pyarrow", "matplotlib")

# Asks the app for an answer as a server would, then says which modules that took and which could be found at all.
ASK = """
import asyncio, importlib.util, json, sys
from pathlib import Path
from serving.app import build_assessor, create_app
from serving.settings import Settings

bundle, body, never = sys.argv[1], sys.argv[2].encode(), sys.argv[3:]
settings = Settings(home=Path(bundle), bundle=Path(bundle))
app = create_app(build_assessor(settings), settings)
sent = []
scope = {
    "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
    "path": "/v1/assessments", "raw_path": b"/v1/assessments", "query_string": b"as_of=2026-03-09", "root_path": "",
    "headers": [(b"host", b"127.0.0.1"), (b"content-type", b"application/json")],
    "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
}

async def receive():
    return {"type": "http.request", "body": body, "more_body": False}

async def send(message):
    sent.append(message)

asyncio.run(app(scope, receive, send))
answer = json.loads(b"".join(m.get("body", b"") for m in sent))
print(json.dumps({
    "status": sent[0]["status"],
    "model": answer["assessments"][0]["model"],
    "reasons": answer["assessments"][0]["lines"][0]["reasons"],
    "imported": [name for name in never if name in sys.modules],
    "installed": [name for name in never if importlib.util.find_spec(name)],
}))
"""


@pytest.fixture(scope="module")
def bundle(model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundle")
    model.save(folder)
    return folder


def test_an_answer_with_model_and_reasons_needs_no_training_library(bundle):
    asked = [str(base_python()), "-c", ASK, str(bundle), json.dumps(CLAIM), *NEVER]
    ran = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr
    said = json.loads(ran.stdout)
    assert said["status"] == 200
    assert said["model"]["name"] == "denial"
    assert said["reasons"]
    assert said["imported"] == []
    assert said["installed"] == [], "the base environment holds a training library: this test would prove nothing"


def test_the_service_runs_where_only_its_own_dependencies_are(bundle, tmp_path):
    with served(base_python(), tmp_path, bundle=str(bundle)) as (url, said):
        assert url.startswith("http://127.0.0.1:")
        assert get(url, "/readyz")["model"]["name"] == "denial"
        status, answer = post(url, CLAIM)
        assert (status, len(answer["assessments"])) == (200, 1)
        status, answer = post(url, X12_EXAMPLE.encode(), "application/edi-x12")
        assert (status, len(answer["assessments"])) == (200, 1)
    entries = [json.loads(line) for line in said]
    assert [e["claims"] for e in entries if e["event"] == "assessed"] == [1, 1]
    assert entries[-1]["level"] == "info"


def test_settings_that_are_not_safe_stop_the_service_with_words():
    python = base_python()
    environment = {"CLEANCLAIM_HOST": "0.0.0.0", "PATH": "/usr/bin:/bin"}
    ran = subprocess.run(
        [str(python), "-m", "serving.serve"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr
    assert "CLEANCLAIM_ALLOW_REMOTE" in ran.stderr
