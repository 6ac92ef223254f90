"""`python -m bench [reading] [scrubbing] [assessing] [http] [agreement] [clean] [similar]`: all when none is named.

`python -m bench agreement FOLDER` compares verdicts on the X12 files of a folder instead. On request only:
`python -m bench mutants [RULE ...]` (are the rules' cases sharp?).
"""

from __future__ import annotations

import sys
from pathlib import Path

from bench import agreement, assessing, clean, mutants, over_http, reading, scrubbing, similar, verdicts

SECTIONS = {
    "reading": reading.run,
    "scrubbing": scrubbing.run,
    "assessing": assessing.run,
    "http": over_http.run,
    "agreement": agreement.run,
    "clean": clean.run,
    "similar": similar.run,
}


def main() -> None:
    """Run the sections named."""
    if sys.argv[1:2] == ["mutants"]:
        sys.exit(mutants.run(sys.argv[2:]))
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
