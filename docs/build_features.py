"""Write docs/features.md from the features themselves; with --check, fail where it is out of date."""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from features import FEATURES, Direction, Feature
from features.habits import WEIGHT

PAGE = Path(__file__).with_name("features.md")
ARROWS = {Direction.RAISES: "raises", Direction.LOWERS: "lowers", Direction.EITHER: "either"}
HEAD = """# What the model looks at

Generated from `features/definitions` by `make docs`; {count} inputs, each computed by one function for training and for
serving. *Risk* is the direction in which more of it may move the risk of denial, and binds the model (a monotone
constraint); *reason* is the heading under which its part of an explanation stands.

- Unknown is not zero: what the claim, the tables or the past do not tell is missing (NaN, or an empty word).
- History is what was known strictly before the day the claim is sent. A window of n days ends on the day before.
- *Smoothed*: a payer's rate on a code is drawn towards its rate on the code's family, that towards its rate on all it
  decides, and that towards the rate of all payers, each as if {weight:.0f} more decisions had been seen at the wider
  rate. An unseen code has its family's rate, an unseen payer that of all payers; with no decision in the window the
  rate is missing.
- A denial counts for its own cause, so the part of a rate in an explanation lands on that cause. There is no overall
  denial rate among the inputs: it would count every denial twice, and its part would land on no cause. `payer_habit` is
  what is left.
- Not inputs, on purpose: identifiers of patient, provider and claim; age, sex and address (decision 0009); how far the
  store reaches back and how much a payer decides, which grow with the calendar alone; and what only claim JSON can
  carry beside an 837 (evidence, authorization records, eligibility answers), for a model is fitted on 837s: the rules
  read those.
"""


def page() -> str:
    """The whole glossary."""
    parts = [HEAD.format(count=len(FEATURES), weight=WEIGHT)]
    for module, features in groupby(FEATURES.values(), key=lambda f: f.compute.__module__):
        question = (sys.modules[module].__doc__ or "").splitlines()[0]
        table = ["| input | what | unit | reason | risk |", "|---|---|---|---|---|", *map(_row, features)]
        parts.append("\n".join([f"## {question}", "", *table, ""]))
    return "\n".join(parts)


def _row(f: Feature) -> str:
    return f"| `{f.name}` | {f.summary} | {f.unit} | {f.reason.value} | {ARROWS[f.risk]} |"


def main(arguments: list[str]) -> int:
    """Build the page, or check it; returns the exit code."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python docs/build_features.py [--check]\n")
        return 2
    told = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    if told == page():
        return 0
    if arguments:
        sys.stderr.write("docs/features.md is out of date: run `python docs/build_features.py`\n")
        return 1
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
