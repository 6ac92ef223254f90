"""Mutants that are the rule itself: no claim could tell the two apart. Each with the reason a person gave."""

from __future__ import annotations

EQUAL: dict[tuple[str, str, str], str] = {}
