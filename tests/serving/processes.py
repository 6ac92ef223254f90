"""The service as a process of its own, on a free port of this machine."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BASE = ROOT / ".venv-base"
PATIENCE = 60
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # this machine asks itself


def base_python():
    """A Python that has what serving installs and nothing else; made when it is not there or older than its lock."""
    python, ready = BASE / "bin" / "python", BASE / ".ready"
    lock = ROOT / "requirements" / "base.lock"
    if not ready.exists() or ready.stat().st_mtime < lock.stat().st_mtime:
        install = [
            "bash",
            "requirements/install.sh",
            str(BASE),
            str(lock),
            getattr(sys, "_base_executable", sys.executable),
        ]
        subprocess.run(install, cwd=ROOT, check=True, timeout=600)
    return python


@contextmanager
def served(python, home, **settings):
    """A served home; gives its address, and stops it on the way out."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("CLEANCLAIM_", "PYTHON"))}
    environment |= {"CLEANCLAIM_HOME": str(home), "CLEANCLAIM_PORT": "0"}
    environment |= {f"CLEANCLAIM_{name.upper()}": value for name, value in settings.items()}
    process = subprocess.Popen(
        [str(python), "-m", "serving.serve"],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    said: list[str] = []
    listening = threading.Event()

    def follow():
        for line in process.stderr:
            said.append(line)
            if "running on" in line:
                listening.set()
        listening.set()

    reader = threading.Thread(target=follow, daemon=True)
    reader.start()
    try:
        assert listening.wait(PATIENCE), "the service does not start"
        words = [json.loads(line)["event"] for line in said if "running on" in line]
        assert words, "".join(said)
        url = words[0].partition("running on ")[2].split()[0]
        await_answer(url)
        yield url, said
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # a worker that outlived its parent
        reader.join(PATIENCE)


def await_answer(url):
    """Wait for the first answer: with several workers the port is taken before one of them listens."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return get(url, "/healthz")
        except urllib.error.URLError:
            assert time.monotonic() < end, "the service does not answer"
            time.sleep(0.1)


def post(url, body, kind="application/json"):
    """The status and JSON of an answer."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(f"{url}/v1/assessments", content, {"Content-Type": kind})
    with DIRECT.open(request, timeout=PATIENCE) as answer:
        return answer.status, json.load(answer)


def get(url, path):
    """The JSON of an answer."""
    with DIRECT.open(url + path, timeout=PATIENCE) as answer:
        return json.load(answer)
