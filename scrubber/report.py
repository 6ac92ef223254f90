"""What a scrub answers: findings with their citation and place, and what could not be looked at."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from claims.reasons import Reason
from scrubber.registry import Change, Citation, RemedyKind, Severity


@dataclass(frozen=True, slots=True)
class Location:
    """Where on the wire: loop, segment, element, and the segment's ordinal in the file (None when not from a file)."""

    loop: str
    segment: str
    element: str
    segment_number: int | None


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


@dataclass(frozen=True, slots=True)
class Unchecked:
    """A rule that bound the claim and could not look."""

    rule_id: str
    reason: Reason
    line: int | None
    missing: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Report:
    """All the scrubber has to say about one claim."""

    findings: tuple[Finding, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()

    def worst(self, line: int, reason: Reason) -> float:
        """Severity (1 to 4) of the worst finding of a Reason on a line or on the whole claim.

        0 when every rule of the Reason that bound the line passed; NaN when none fired and one could not look.
        """
        worst = 0
        for f in self.findings:
            if f.reason is reason and (f.line is None or f.line == line) and f.severity > worst:
                worst = f.severity
        if worst:
            return float(worst)
        unchecked = any(u.reason is reason and (u.line is None or u.line == line) for u in self.unchecked)
        return math.nan if unchecked else 0.0
