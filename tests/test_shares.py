"""`python -m tests` runs what `pytest` runs: no test file is left out, none runs twice, a failure is a failure."""

import subprocess
import sys
from collections import Counter

import pytest

from tests.__main__ import HERE, LONG, NOTHING_CHOSEN, Outcome, main, run, shares, told


def test_every_test_file_is_in_one_share():
    shared = Counter(path for share in shares() for path in share)
    assert shared == Counter(f"tests/{path.relative_to(HERE).as_posix()}" for path in HERE.rglob("test_*.py"))


def test_every_long_share_is_there_and_comes_in_its_order():
    first = [share[0] for share in shares()][: len(LONG)]
    assert len(first) == len(LONG)
    assert all(
        (HERE / name).exists() and path.startswith(f"tests/{name}") for name, path in zip(LONG, first, strict=True)
    )


@pytest.mark.parametrize(
    ("content", "counts", "fails"),
    [
        ("def test_it():\n    assert True\n", {"passed": 1}, False),
        ("def test_it():\n    assert False\n", {"failed": 1}, True),
        ("import pytest\n\n@pytest.mark.skip\ndef test_it():\n    assert False\n", {"skipped": 1}, False),
        ("def test_it(nothing_by_this_name):\n    assert True\n", {"errors": 1}, True),
        ("import nothing_by_this_name\n", {"errors": 1}, True),
        ("there is no test\n", {"errors": 1}, True),
    ],
)
def test_what_becomes_of_a_share_is_counted(tmp_path, content, counts, fails):
    (tmp_path / "test_it.py").write_text(content)
    outcome = run((str(tmp_path / "test_it.py"),), ("-p", "no:cacheprovider"), tmp_path / "report.xml", set())
    assert +outcome.counts == counts
    assert bool(outcome.code) is fails


def test_a_share_of_which_nothing_was_chosen_is_no_failure(tmp_path):
    (tmp_path / "test_it.py").write_text("def test_it():\n    assert False\n")
    command = [sys.executable, "-m", "pytest", "-q", "-k", "nothing_by_this_name", str(tmp_path)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == NOTHING_CHOSEN
    outcome = run((str(tmp_path),), ("-k", "nothing_by_this_name"), tmp_path / "report.xml", set())
    assert outcome.code == 0
    assert told(outcome.counts) == "no tests"


def test_one_failed_share_fails_the_whole_and_shows_what_it_said(monkeypatch, capsys):
    done = [
        Outcome(
            ("tests/past/test_a.py", "tests/past/test_b.py"), 0, Counter(passed=1200), 2.0, "SKIPPED [1] for a why"
        ),
        Outcome(("tests/test_c.py",), 1, Counter(passed=3, failed=1), 1.0, "what pytest said"),
    ]
    monkeypatch.setattr("tests.__main__.outcomes", lambda processes, arguments: iter(done))
    monkeypatch.setattr("sys.argv", ["tests", "--processes", "2"])
    assert main() == 1
    said = capsys.readouterr().out
    assert "tests/past: 1,200 passed\n          SKIPPED [1] for a why" in said
    assert "tests/test_c.py: 3 passed, 1 failed\nwhat pytest said" in said
    assert "1,203 passed, 1 failed in 0 min 00 s, 2 processes at once" in said
    monkeypatch.setattr("tests.__main__.outcomes", lambda processes, arguments: iter(done[:1]))
    assert main() == 0
