"""`python -m bench [SECTION ...]`: all sections when none is named; a name that is not one is told which there are.

`python -m bench agreement FOLDER` compares verdicts on the X12 files of a folder instead. On request only:
`python -m bench mutants [RULE ...]` (are the rules' cases sharp?), `python -m bench learning [CLAIMS ...]` (from 15,000
and 60,000 claims to a graded model: seconds, memory, growth).
"""

from __future__ import annotations

import sys
from pathlib import Path

from bench import (
    agreement,
    assessing,
    clean,
    learning,
    mutants,
    over_http,
    reading,
    scrubbing,
    similar,
    tables,
    verdicts,
)

SECTIONS = {
    "reading": reading.run,
    "scrubbing": scrubbing.run,
    "assessing": assessing.run,
    "http": over_http.run,
    "agreement": agreement.run,
    "clean": clean.run,
    "tables": tables.run,
    "similar": similar.run,
}
ON_REQUEST = {"mutants": mutants.run, "learning": learning.run}


def main() -> None:
    """Run the sections named."""
    for name, run in ON_REQUEST.items():
        if sys.argv[1:2] == [name]:
            sys.exit(run(sys.argv[2:]))
    named = sys.argv[1:] or list(SECTIONS)
    if named[0] == "agreement" and len(named) == 2 and named[1] not in SECTIONS:
        _folder(Path(named[1]))
        return
    unknown = [name for name in named if name not in SECTIONS]
    if unknown:
        sys.exit(f"no benchmark {', '.join(unknown)}; there are {', '.join(SECTIONS)}")
    for name in named:
        SECTIONS[name]()


def _folder(folder: Path) -> None:
    if not folder.is_dir():
        sys.exit(f"no folder {folder}: name one with X12 files, such as tests/samples/x12")
    if not verdicts.run(folder):
        sys.exit(1)


if __name__ == "__main__":
    main()
