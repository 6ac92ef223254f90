"""What published policy says about a claim: deterministic, dated, cited.

`scrub(claim, tables, past, as_of=day)` runs every rule; `RULES` holds them by id once this package is imported.
"""

from scrubber import rules  # importing them registers them
from scrubber.engine import prepare, scrub
from scrubber.registry import RULES, Change, RemedyKind, Rule, Severity
from scrubber.report import Finding, Report, Unchecked

__all__ = [
    "RULES",
    "Change",
    "Finding",
    "RemedyKind",
    "Report",
    "Rule",
    "Severity",
    "Unchecked",
    "prepare",
    "rules",
    "scrub",
]
