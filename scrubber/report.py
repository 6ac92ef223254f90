"""What a scrub answers: findings with their citation and place, and what could not be looked at."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from claims.freezing import made_quickly
from claims.reasons import Reason
from scrubber.registry import Change, Citation, RemedyKind, Severity


@made_quickly
@dataclass(frozen=True, slots=True)
class Location:
    """Where on the wire: loop, segment, element, and the segment's ordinal in the file (None when it is not there).

    `anchor_segment_number` is where to look all the same: the segment itself, else the SV1 of the line or the CLM of
    the claim; None only for a claim that came from no file.
    """

    loop: str
    segment: str
    element: str
    segment_number: int | None
    anchor_segment_number: int | None = None


class Overridden(NamedTuple):
    """A practice's own word on a finding: the severity the rule gave it, and who changed that, on which day and why."""

    severity: Severity
    by: str
    on: date
    why: str


class SwitchedOff(NamedTuple):
    """A finding of a rule the practice has switched off: not shown, but counted."""

    rule_id: str
    line: int | None
    word: Overridden


@made_quickly
@dataclass(frozen=True, slots=True)
class Finding:
    """Something on the claim a payer will object to, and the honest way out."""

    rule_id: str
    rule_version: str
    severity: Severity
    reason: Reason
    line: int | None
    carcs: tuple[str, ...]
    rarcs: tuple[str, ...]
    message: str
    remedy: str
    remedy_kind: RemedyKind
    requires: str
    change: Change | None
    location: Location
    cms1500_box: str
    citation: Citation
    effective: date | None
    also: tuple[str, ...] = ()
    overridden: Overridden | None = None  # what a scrub says never is: only what is shown to people


class Unchecked(NamedTuple):
    """A rule that bound the claim and could not look."""

    rule_id: str
    reason: Reason
    line: int | None
    missing: tuple[str, ...]
    why: str


@made_quickly
@dataclass(frozen=True, slots=True)
class Report:
    """All the scrubber has to say about one claim."""

    findings: tuple[Finding, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()
    _worst: dict[tuple[int | None, Reason], float] = field(default_factory=dict, init=False, repr=False, compare=False)

    def worst(self, line: int, reason: Reason) -> float:
        """Severity (1 to 4) of the worst finding of a Reason on a line or on the whole claim.

        0 when every rule of the Reason that bound the line passed; NaN when none fired and one could not look.
        """
        if not self._worst:
            self._worst.update(self._worst_of_each())
        own, whole = self._worst.get((line, reason), 0.0), self._worst.get((None, reason), 0.0)
        if math.isnan(own):
            return whole or own
        if math.isnan(whole):
            return own or whole
        return max(own, whole)

    def _worst_of_each(self) -> dict[tuple[int | None, Reason], float]:
        worst: dict[tuple[int | None, Reason], float] = {(u.line, u.reason): math.nan for u in self.unchecked}
        for f in self.findings:
            known = worst.get((f.line, f.reason), 0.0)
            if math.isnan(known) or f.severity > known:
                worst[f.line, f.reason] = float(f.severity)
        return worst
