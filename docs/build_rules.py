"""Write docs/rules from the rules themselves; with --check, fail where the pages are out of date."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from scrubber import RULES
from scrubber.catalogue import index, page
from scrubber.report_queries import REPORT_QUERIES

HOME = Path(__file__).parent / "rules"


def wanted() -> dict[str, str]:
    """Every page by file name."""
    return {"README.md": index(), **{f"{name}.md": page(name) for name in (*RULES, *REPORT_QUERIES)}}


def stale(home: Path = HOME) -> list[str]:
    """The file names that differ from what the rules say, are missing, or belong to no rule or report."""
    pages = wanted()
    held = {path.name: path.read_text(encoding="utf-8") for path in home.glob("*.md")}
    return sorted(name for name in pages.keys() | held.keys() if pages.get(name) != held.get(name))


def main(arguments: list[str]) -> int:
    """Build the pages, or check them; returns the exit code."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python docs/build_rules.py [--check]\n")
        return 2
    old = stale()
    if arguments:
        for name in old:
            sys.stderr.write(f"docs/rules/{name} is out of date: run `python docs/build_rules.py`\n")
        return 1 if old else 0
    HOME.mkdir(exist_ok=True)
    pages = wanted()
    for name in old:
        if name in pages:
            (HOME / name).write_text(pages[name], encoding="utf-8")
        else:
            (HOME / name).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
