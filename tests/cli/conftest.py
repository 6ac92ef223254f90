"""Run the command as a shell would, and see what a shell sees."""

import json
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import typer.main

from cli.app import main
from scrubber.tables.loading import MANIFEST, load_table

DEMO = Path(__file__).resolve().parent.parent.parent / "demo"
BATCH, SENT, REMITTANCES, CLAIM = (DEMO / n for n in ("batch.837", "sent.837", "remittances.835", "claim.json"))
AS_OF = "2026-01-02"


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str

    @property
    def records(self):
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture(scope="session", autouse=True)
def read_once():
    """A shell builds the command tree and reads the shipped tables anew for each command; here once does for all.

    A table of which a home holds releases of its own is read from there each time.
    """
    shipped = cache(load_table)

    def load(name, home=None, manifest_file=MANIFEST):
        if home is not None and (home / "tables" / name).is_dir():
            return load_table(name, home, manifest_file)
        return shipped(name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("typer.main.get_command", cache(typer.main.get_command))
        patch.setattr("scrubber.tables.load_table", load)
        yield


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def run(monkeypatch, capfd, home):
    def run_command(*words):
        monkeypatch.setattr(sys, "argv", ["cleanclaim", "--home", str(home), *(str(w) for w in words)])
        monkeypatch.delenv("CLEANCLAIM_STORE", raising=False)
        capfd.readouterr()
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = stop.code or 0
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        return Said(code, out, err)

    return run_command
