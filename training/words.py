"""Figures in words: how a number, a share and an interval are written, and what each measure means."""

from __future__ import annotations

import math
from collections.abc import Mapping

WAYS = {
    "model": "this model",
    "without_rules": "model without rules",
    "logistic_regression": "logistic regression",
    "payer_code_rate": "rate of payer and code",
    "rules_alone": "rules alone",
    "base_rate": "base rate",
}

MEANING = {
    "PR-AUC": "how well denied lines are ranked above the others; a ranking that knows nothing scores the share "
    "denied, a perfect one scores 1.",
    "ROC-AUC": "the chance that a denied line is ranked above one that was not; 0.5 knows nothing.",
    "Recall at 90 % precision": "the share of all denials that can be flagged while nine of ten flags are right.",
    "Dollars in the top 10 %": "the share of all dollars denied that lies in the tenth of the lines ranked highest by "
    "risk times charge.",
    "Brier": "the mean squared distance between the chance said and what came; lower is better.",
    "Calibration error": "by how much the chance said differs from the share denied, on average over ten groups of "
    "lines (five for a payer or a group). Luck alone makes it larger than 0; `by luck` is what exact chances would "
    "show on so many lines. Drawing patients adds some luck again, so the interval lies a little high.",
    "Interval": "whole patients were drawn again and again with replacement, 400 times (200 for figures against the "
    "true chances); the interval holds the middle 95 % of what came out. Differences come from the same draws.",
    "Embargo": "the days between two windows within which payers may still be answering: a model fitted on a day could "
    "not have known those answers, so their lines are left out.",
}


def number(value: float, decimals: int = 3) -> str:
    """A number, or a dash where it has no meaning."""
    return f"{value:.{decimals}f}" if math.isfinite(value) else "–"


def figure(figures: Mapping[str, float], name: str, decimals: int = 3) -> str:
    """`0.528 (0.504 to 0.554)`; without the interval where there is none, a dash where there is no figure."""
    value, low, high = (figures.get(f"{name}{end}", math.nan) for end in ("", "_low", "_high"))
    if not math.isfinite(value):
        return "–"
    shown = number(value, decimals)
    if math.isfinite(low) and math.isfinite(high):
        shown += f" ({number(low, decimals)} to {number(high, decimals)})"
    return shown


def share(figures: Mapping[str, float], name: str, decimals: int = 0) -> str:
    """`67 % (63 to 71)`."""
    value, low, high = (figures.get(f"{name}{end}", math.nan) * 100 for end in ("", "_low", "_high"))
    if not math.isfinite(value):
        return "–"
    shown = f"{number(value, decimals)} %"
    if math.isfinite(low) and math.isfinite(high):
        shown += f" ({number(low, decimals)} to {number(high, decimals)})"
    return shown


def money(figures: Mapping[str, float], name: str) -> str:
    """`$1,200 ($900 to $1,500)`."""
    value, low, high = (figures.get(f"{name}{end}", math.nan) for end in ("", "_low", "_high"))
    if not math.isfinite(value):
        return "–"
    shown = _dollars(value)
    if math.isfinite(low) and math.isfinite(high):
        shown += f" ({_dollars(low)} to {_dollars(high)})"
    return shown


def surely(figures: Mapping[str, float], name: str) -> str:
    """`better`, `worse` or `no sure difference`: whether the interval of a difference leaves out 0."""
    low, high = figures.get(f"{name}_low", math.nan), figures.get(f"{name}_high", math.nan)
    if low > 0:
        return "better"
    return "worse" if high < 0 else "no sure difference"


def _dollars(value: float) -> str:
    return f"{'-' if round(value) < 0 else ''}${abs(value):,.0f}"
