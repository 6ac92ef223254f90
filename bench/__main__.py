"""`python -m bench [reading] [assessing] [http] [agreement] [clean]`: all of them when none is named.

On request only: `python -m bench mutants [RULE ...]` (are the rules' cases sharp?).
"""

from __future__ import annotations

import sys

from bench import agreement, assessing, clean, mutants, over_http, reading

SECTIONS = {
    "reading": reading.run,
    "assessing": assessing.run,
    "http": over_http.run,
    "agreement": agreement.run,
    "clean": clean.run,
}


def main() -> None:
    """Run the sections named."""
    if sys.argv[1:2] == ["mutants"]:
        sys.exit(mutants.run(sys.argv[2:]))
    named = sys.argv[1:] or list(SECTIONS)
    unknown = [name for name in named if name not in SECTIONS]
    if unknown:
        sys.exit(f"no benchmark {', '.join(unknown)}; there are {', '.join(SECTIONS)}")
    for name in named:
        SECTIONS[name]()


if __name__ == "__main__":
    main()
