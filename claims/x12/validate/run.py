"""The whole set of a file's faults, read in one pass that holds one segment at a time."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Protocol

from claims.x12.elements import Elements, at
from claims.x12.segments import TOO_LONG, Segments
from claims.x12.transactions import PROFESSIONAL_CLAIM, REMITTANCE, kind_of
from claims.x12.validate.claim_rules import ClaimRules
from claims.x12.validate.envelope import Envelope, InterchangeOutcome, SetOutcome
from claims.x12.validate.finding import Finding, Place, Severity, error, segment_name
from claims.x12.validate.guide import GuideWalk, Passed, can_check, check_control
from claims.x12.validate.hierarchy import Hierarchy
from claims.x12.validate.remittance_rules import RemittanceRules
from claims.x12.validate.surface import Watched

LIMIT = 20  # findings shown of one kind in one element; the rest is counted
_LIMIT_OF_ALL = 2000
_LONGEST = 8000  # characters; the longest segment of the guides has well under 2,000
_RECORDS = {"CLM": "837", "CLP": "835"}


class _Rules(Protocol):
    def feed(self, e: Elements, place: Place) -> Iterator[Finding]: ...

    def end(self) -> Iterator[Finding]: ...


class Validation:
    """The findings of one file, as an iterator; what they come to, once it is through.

    At most `limit` findings of one kind in one element come out; `left_out` counts the others. Raises UnreadableFile on
    the first step when the source is no interchange at all.
    """

    def __init__(self, source: bytes | BinaryIO, *, limit: int = LIMIT) -> None:
        self._watched = Watched(io.BytesIO(source) if isinstance(source, bytes) else source)
        self._segments = Segments(self._watched)  # type: ignore[arg-type]  # reads, and needs no more of a file
        self._limit = limit
        self._envelope = Envelope()
        self._seen: Counter[tuple[str, str]] = Counter()
        self._shown = 0
        self._passed: set[Passed] = set()
        self._guide: GuideWalk | None = None
        self._hierarchy: Hierarchy | None = None
        self._rules: _Rules | None = None
        self._claim_id = ""
        self.counts: Counter[Severity] = Counter()
        self.left_out: Counter[tuple[str, str]] = Counter()
        self.segments = self.sets = self.records = self.unchecked_sets = 0

    @property
    def errors(self) -> int:
        """Errors, those not shown too."""
        return self.counts[Severity.ERROR]

    @property
    def warnings(self) -> int:
        """Warnings, those not shown too."""
        return self.counts[Severity.WARNING]

    @property
    def interchanges(self) -> list[InterchangeOutcome]:
        """The outcome of each set and group, for `write_999`."""
        return self._envelope.interchanges

    def __iter__(self) -> Iterator[Finding]:
        place = Place("", 0, 0)
        for number, offset, elements in self._segments:
            self.segments = number
            place = self._place(elements, number, offset)
            outcome = self._envelope.set
            if elements[0] in Envelope.STEPS:
                yield from self._envelope_step(elements, place)
            elif outcome is None:
                yield from self._count(self._envelope.stray(place), None)
            else:
                yield from self._count(self._inside(elements, place), outcome)
        outcome = self._envelope.set
        yield from self._count(self._end_set(), outcome)
        yield from self._count(self._envelope.end_of_file(place), outcome)
        yield from self._count(self._watched.findings(), None)

    def _place(self, e: Elements, number: int, offset: int) -> Place:
        outcome = self._envelope.set
        if e[0] in _RECORDS and outcome is not None:
            self._claim_id = at(e, 1)[:38]
            self.records += outcome.kind == _RECORDS[e[0]]
        elif e[0] in ("HL", "SE", "PLB") or outcome is None:
            self._claim_id = ""
        name = segment_name(e[1] if e[0] == TOO_LONG else e[0])
        if outcome is None:
            return Place(name, number, offset)
        position = number - self._envelope.set_start + 1
        return Place(name, number, offset, segment_control(outcome.control), position, self._claim_id)

    def _envelope_step(self, e: Elements, place: Place) -> Iterator[Finding]:
        outcome = self._envelope.set
        if e[0] == "SE" and self._guide is not None:
            yield from self._count(self._guide.feed(e, place), outcome)
        yield from self._count(self._end_set(), outcome)
        found = list(self._envelope.step(e, place, self._segments.isa_length))
        yield from self._count(found, outcome or self._envelope.set)
        if e[0] == "ST":
            yield from self._count(self._begin_set(e, place), self._envelope.set)
        elif e[0] != "SE":
            yield from self._count(check_control(e, place, self._segments.delimiters), None)

    def _begin_set(self, e: Elements, place: Place) -> Iterator[Finding]:
        version = self._envelope.version
        self.sets += 1
        if not can_check(version):
            self.unchecked_sets += 1
            if self._envelope.set is not None:
                self._envelope.set.codes.append("1" if not at(e, 3) else "I6")
                self._envelope.set.errors += 1
            return
        kind = kind_of(at(e, 1).strip(), version)
        self._guide = GuideWalk(version, self._segments.delimiters, self._passed)
        self._hierarchy = Hierarchy(lines_within_claim=kind == PROFESSIONAL_CLAIM)
        if kind == PROFESSIONAL_CLAIM:
            self._rules = ClaimRules(self._segments.delimiters)
        elif kind == REMITTANCE:
            self._rules = RemittanceRules()
        here = Place("ST", place.number, place.offset, segment_control(at(e, 2)), 1)
        yield from self._guide.feed(e, here)

    def _inside(self, e: Elements, place: Place) -> Iterator[Finding]:
        if e[0] == TOO_LONG:
            yield _too_long(place, int(e[2]))
            return
        if not self._guide:
            return
        size = sum(map(len, e)) + len(e) - 1
        if size > _LONGEST:
            yield _too_long(place, size)
            yield from self._guide.feed([part[:80] for part in e[:40]], place, walk_only=True)
            return
        yield from self._guide.feed(e, place)
        if self._hierarchy is not None:
            yield from self._hierarchy.feed(e, place)
        if self._rules is not None:
            yield from self._rules.feed(e, place)

    def _end_set(self) -> Iterator[Finding]:
        if self._rules is not None:
            yield from self._rules.end()
        self._guide = self._hierarchy = self._rules = None

    def _count(self, findings: Iterable[Finding], outcome: SetOutcome | None) -> Iterator[Finding]:
        """The findings within the limits; each is counted, and kept for the 999 of its set."""
        for finding in findings:
            self.counts[finding.severity] += 1
            kind = (finding.check, finding.reference)
            self._seen[kind] += 1
            fatal = finding.severity is Severity.ERROR
            if outcome is not None and fatal and finding.segment_code:
                outcome.errors += 1
            if self._seen[kind] > self._limit or self._shown >= _LIMIT_OF_ALL:
                self.left_out[kind] += 1
                continue
            self._shown += 1
            if outcome is not None and fatal and finding.segment_code:
                outcome.findings.append(finding)
            yield finding


def _too_long(place: Place, size: int) -> Finding:
    return error(
        "segment-too-long", place, f"a segment of {size} characters", f"at most {_LONGEST}",
        "A segment terminator is missing, or this is no X12: what is in it was not checked.", snip=1, segment_code="8",
    )  # fmt: skip


def segment_control(text: str) -> str:
    """ST02 when it has the form of a control number; "" for anything else."""
    control = text.strip()
    return control if len(control) <= 9 and control.isascii() and control.isalnum() else ""


def validate(source: bytes | BinaryIO, *, limit: int = LIMIT) -> Validation:
    """Everything wrong with an X12 file: iterate the result for the findings, then ask it for the totals."""
    return Validation(source, limit=limit)
