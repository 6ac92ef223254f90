"""The glossary says what the features say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from features import FEATURES

ROOT = Path(__file__).resolve().parents[2]


def test_the_glossary_is_up_to_date() -> None:
    built = subprocess.run(
        [sys.executable, "docs/build_features.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr


def test_every_feature_has_its_line_in_the_glossary() -> None:
    page = (ROOT / "docs" / "features.md").read_text()
    for f in FEATURES.values():
        assert f"| `{f.name}` | {f.summary} | {f.unit} | {f.reason.value} |" in page
