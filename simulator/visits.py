"""The kinds of visit of data/visits.toml: what is done at each, and which lines that makes when nobody slips."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from simulator.chance import Wheel
from simulator.reference import read_toml


@dataclass(frozen=True, slots=True)
class LineSpec:
    """A line of a kind of visit; what its words mean stands in data/visits.toml."""

    codes: Wheel[str]
    chance: float
    side: bool
    each_side: bool
    needs: frozenset[str]
    unless: str
    diagnostic: bool
    units: Wheel[int]
    most: Mapping[str, int]
    not_for: frozenset[str]
    places: frozenset[str]
    since: date
    until: date
    instead: Mapping[str, str]
    in_facility: tuple[str, ...]
    reason: str
    per_side: bool
    discarded: int
    as_before: bool
    description: str
    in_a_study: bool
    shared: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """What is done and billed at one kind of visit, and where."""

    places: Wheel[str]
    lines: tuple[LineSpec, ...]
    steroid: Wheel[str] | None
    companion: float
    trigger: float
    not_for: frozenset[str]
    now_coded: Mapping[str, str]


def _spec(raw: dict[str, Any]) -> LineSpec:
    return LineSpec(
        codes=Wheel.of(raw.get("any") or {raw["code"]: 1.0}),
        chance=raw.get("chance", 1.0),
        side=raw.get("side", False),
        each_side=raw.get("each_side", False),
        needs=frozenset(raw.get("needs", "").split()),
        unless=raw.get("unless", ""),
        diagnostic=raw.get("diagnostic", False),
        units=Wheel((int(n), share) for n, share in raw.get("units", {"1": 1.0}).items()),
        most=raw.get("most", {}),
        not_for=frozenset(raw.get("not_for", ())),
        places=frozenset(raw.get("places", ())),
        since=raw.get("since", date.min),
        until=raw.get("until", date.max),
        instead=raw.get("instead", {}),
        in_facility=tuple(raw.get("in_facility", "").split()),
        reason=raw.get("reason", ""),
        per_side=raw.get("per_side", False),
        discarded=raw.get("discarded", 0),
        as_before=raw.get("as_before", False),
        description=raw.get("description", ""),
        in_a_study=raw.get("in_a_study", False),
        shared=raw.get("shared", False),
    )


def _visit(raw: dict[str, Any]) -> Visit:
    return Visit(
        places=Wheel.of(raw["places"]),
        lines=tuple(_spec(line) for line in raw["lines"]),
        steroid=Wheel.of(raw["steroid"]) if "steroid" in raw else None,
        companion=raw.get("companion", 0.0),
        trigger=raw.get("trigger", 0.0),
        not_for=frozenset(raw.get("not_for", ())),
        now_coded=raw.get("now_coded", {}),
    )


@cache
def visits() -> Mapping[str, Visit]:
    """Every kind of visit, by its name."""
    return {name: _visit(raw) for name, raw in read_toml("visits.toml").items()}
