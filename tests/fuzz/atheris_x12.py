"""The X12 readers under atheris (coverage-guided); not among our dependencies.

    uv pip install --target /tmp/atheris atheris==3.0.0
    PYTHONPATH=.:/tmp/atheris python -m tests.fuzz.atheris_x12 -max_total_time=300 [CORPUS FOLDER]

The first byte chooses the kind and how the bytes arrive; the rest is the file. Whatever breaks a promise raises here,
and atheris writes the input to `crash-...`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris  # type: ignore[import-not-found, unused-ignore]

with atheris.instrument_imports(include=["claims"]):
    from tests.fuzz.bases import FILES, KINDS
    from tests.fuzz.checking import check

STEPS = (0, 0, 0, 7, 61)


def one_input(data: bytes) -> None:
    """Raise when the readers break a promise on it."""
    if data:
        kind, step = KINDS[data[0] % len(KINDS)], STEPS[data[0] // len(KINDS) % len(STEPS)]
        verdict = check(data[1:], kind, step)
        if verdict.broken:
            message = f"{kind}, {step} bytes at a time: {verdict.broken}: {verdict.detail}"
            raise AssertionError(message)


def main() -> None:
    """Fuzz, from the files of `bases` on."""
    with tempfile.TemporaryDirectory() as folder:
        for i, kind in enumerate(KINDS):
            for n, document in enumerate(FILES[kind]):
                Path(folder, f"{kind}-{n}").write_bytes(bytes([i]) + document)
        atheris.Setup([*sys.argv, folder], one_input)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
