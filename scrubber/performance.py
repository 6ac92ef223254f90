"""What payers did with the lines a rule spoke of: counters that learn one answered submission after another.

A finding of a line counts for its line, a finding of the whole claim for its claim; the two are never added up. A line
a rule speaks of twice counts once, at the worse severity. Every counter is a sum, kept by payer, kind of payer and
family of codes, so that any of them may be added up later (`scrubber.precision`), and no report is kept.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from claims.claim import ZERO, PayerType
from claims.reasons import Reason
from past.labels import DECIDED, Outcome
from scrubber.registry import Severity
from scrubber.report import Finding, Report, Unchecked

ANY_RULE = ""  # in a key: each line once, at its worst finding, whichever rules spoke


class Unit(StrEnum):
    """What a finding speaks of, and what its outcome is therefore that of."""

    LINE = "line"
    CLAIM = "claim"


class Payer(NamedTuple):
    """Whose answers are counted together; claims of one payer id may be of several kinds."""

    id: str
    type: PayerType


class AnsweredLine(NamedTuple):
    """A submitted line as far as it matters here: what it is, and what the payer first said."""

    number: int
    code: str
    family: str
    charge: Decimal
    outcome: Outcome
    reason: Reason | None = None
    denial_carcs: tuple[str, ...] = ()  # "CO-197", as in a label
    denied_amount: Decimal = ZERO


class Cell(NamedTuple):
    """The finest a finding is counted by; `family` is "" for a claim."""

    rule_id: str
    unit: Unit
    severity: Severity
    payer: Payer
    family: str


@dataclass(slots=True)
class Tally:
    """What became of the lines (or claims) a cell speaks of.

    `judged` is what precision is of, `hits` what the rule was right about: payers' decisions and denials, and for
    findings of severity reject a front end's rejections too, which are their very outcome. `for_reason` and
    `with_carc` are the denials whose Reason is the finding's, or whose CARCs are among the finding's; `as_said` those
    that are one or the other.
    """

    fired: int = 0
    decided: int = 0
    denied: int = 0
    for_reason: int = 0
    with_carc: int = 0
    as_said: int = 0
    rejected: int = 0
    pending: int = 0
    left_out: int = 0  # unanswered, or nothing to decide
    judged: int = 0
    hits: int = 0
    charge: Decimal = ZERO
    pending_charge: Decimal = ZERO
    denied_amount: Decimal = ZERO

    def add(self, other: Tally) -> None:
        """Take in what another counted."""
        self.fired += other.fired
        self.decided += other.decided
        self.denied += other.denied
        self.for_reason += other.for_reason
        self.with_carc += other.with_carc
        self.as_said += other.as_said
        self.rejected += other.rejected
        self.pending += other.pending
        self.left_out += other.left_out
        self.judged += other.judged
        self.hits += other.hits
        self.charge += other.charge
        self.pending_charge += other.pending_charge
        self.denied_amount += other.denied_amount


class Spoke(NamedTuple):
    """How often a rule spoke at all, or could not: each claim, each line once."""

    claims: int = 0
    unchecked_lines: int = 0
    unchecked_claims: int = 0  # claims with a gap of the whole claim


class Denial(NamedTuple):
    """What denials are counted by: who denied, with which CARC (the one that took the most), for which Reason."""

    payer: Payer
    carc: str
    reason: Reason


@dataclass(slots=True)
class Seen:
    """Of denied lines, how many the rules saw coming.

    `flagged` had a finding of warn or worse, on the line or on its whole claim; `foreseen` one for the payer's own
    Reason or with its CARC; `unseen` had no finding of any kind. Of the unseen, `unchecked` had a rule of the payer's
    Reason that could not look: there it is data that is wanting, not a rule. `codes` are those of the unseen.
    """

    denied: int = 0
    amount: Decimal = ZERO
    flagged: int = 0
    foreseen: int = 0
    unseen: int = 0
    unseen_amount: Decimal = ZERO
    unchecked: int = 0
    codes: Counter[str] = field(default_factory=Counter)

    def add(self, other: Seen) -> None:
        """Take in what another counted."""
        self.denied += other.denied
        self.amount += other.amount
        self.flagged += other.flagged
        self.foreseen += other.foreseen
        self.unseen += other.unseen
        self.unseen_amount += other.unseen_amount
        self.unchecked += other.unchecked
        self.codes.update(other.codes)


class Performance:
    """The counters; `observe` a submission once its answers are known as far as they are."""

    def __init__(self) -> None:
        self.cells: dict[Cell, Tally] = defaultdict(Tally)
        self.base: dict[tuple[Unit, Payer, str], Tally] = defaultdict(Tally)  # every line and claim, by family
        self.spoke: dict[tuple[str, Payer], list[int]] = defaultdict(lambda: [0] * len(Spoke._fields))
        self.denials: dict[Denial, Seen] = defaultdict(Seen)
        self.claims = 0

    def observe(self, payer: Payer, report: Report, lines: Sequence[AnsweredLine]) -> None:
        """Count a submission: its report as of the day it went out, and each of its lines with its label."""
        self.claims += 1
        of_line: dict[int, list[Finding]] = defaultdict(list)
        of_claim: list[Finding] = []
        for finding in report.findings:
            (of_claim if finding.line is None else of_line[finding.line]).append(finding)
        for line in lines:
            outcome = _Outcome.of_line(line)
            _count(self.base[Unit.LINE, payer, line.family], outcome, ())
            self._take(Unit.LINE, payer, line.family, outcome, of_line.get(line.number, ()))
        whole = _Outcome.of_claim(lines)
        _count(self.base[Unit.CLAIM, payer, ""], whole, ())
        self._take(Unit.CLAIM, payer, "", whole, of_claim)
        self._speech(payer, report)
        for line in lines:
            if line.outcome is Outcome.DENIED:
                self._deny(payer, line, (*of_line.get(line.number, ()), *of_claim), report.unchecked)

    def spoken(self, rule_id: str, payer: Payer) -> Spoke:
        """How often the rule spoke of this payer's claims."""
        return Spoke(*self.spoke.get((rule_id, payer), ()))

    def _take(self, unit: Unit, payer: Payer, family: str, outcome: _Outcome, findings: Sequence[Finding]) -> None:
        by_rule: Mapping[str, list[Finding]] = defaultdict(list)
        for finding in findings:
            by_rule[finding.rule_id].append(finding)
        for rule_id, own in (*by_rule.items(), *([(ANY_RULE, findings)] if findings else [])):
            worst = max(finding.severity for finding in own)
            said = [finding for finding in own if finding.severity == worst] if rule_id == ANY_RULE else own
            _count(self.cells[Cell(rule_id, unit, worst, payer, family)], outcome, said, worst)

    def _speech(self, payer: Payer, report: Report) -> None:
        spoke = {finding.rule_id for finding in report.findings}
        gaps = {(gap.rule_id, gap.line) for gap in report.unchecked}
        for rule_id in spoke:
            self.spoke[rule_id, payer][0] += 1
        for rule_id, line in gaps:
            self.spoke[rule_id, payer][1 if line is not None else 2] += 1

    def _deny(
        self, payer: Payer, line: AnsweredLine, findings: Sequence[Finding], unchecked: Iterable[Unchecked]
    ) -> None:
        reason = line.reason or Reason.OTHER
        seen = self.denials[Denial(payer, line.denial_carcs[0] if line.denial_carcs else "", reason)]
        seen.denied += 1
        seen.amount += line.denied_amount
        loud = [finding for finding in findings if finding.severity >= Severity.WARN]
        seen.flagged += bool(loud)
        carcs = _bare(line.denial_carcs)
        seen.foreseen += any(finding.reason is reason or not carcs.isdisjoint(finding.carcs) for finding in loud)
        if not findings:
            seen.unseen += 1
            seen.unseen_amount += line.denied_amount
            seen.codes[line.code] += 1
            seen.unchecked += any(gap.reason is reason and gap.line in (None, line.number) for gap in unchecked)


class _Outcome(NamedTuple):
    """What became of a line or claim."""

    charge: Decimal
    decided: bool = False
    rejected: bool = False
    pending: bool = False
    denied: tuple[AnsweredLine, ...] = ()

    @classmethod
    def of_line(cls, line: AnsweredLine) -> _Outcome:
        return cls.of_claim((line,))

    @classmethod
    def of_claim(cls, lines: Sequence[AnsweredLine]) -> _Outcome:
        """Denied if any line is; decided once nothing is pending and some line was decided.

        Were a claim taken as soon as its first line is answered, those with quick denials would count before the rest.
        """
        outcomes = {line.outcome for line in lines}
        charge = sum((line.charge for line in lines), ZERO)
        if Outcome.PENDING in outcomes:
            return cls(charge, pending=True)
        if not outcomes.isdisjoint(DECIDED):
            return cls(charge, decided=True, denied=tuple(line for line in lines if line.outcome is Outcome.DENIED))
        return cls(charge, rejected=Outcome.REJECTED in outcomes)


def _count(tally: Tally, outcome: _Outcome, findings: Sequence[Finding], severity: Severity | None = None) -> None:
    denied = bool(outcome.denied)
    tally.fired += 1
    tally.charge += outcome.charge
    tally.decided += outcome.decided
    tally.rejected += outcome.rejected
    tally.pending += outcome.pending
    tally.left_out += not (outcome.decided or outcome.rejected or outcome.pending)
    by_front_end = outcome.rejected and severity is Severity.REJECT
    tally.judged += outcome.decided or by_front_end
    tally.hits += denied or by_front_end
    if outcome.pending:
        tally.pending_charge += outcome.charge
    if denied:
        tally.denied += 1
        tally.denied_amount += sum((line.denied_amount for line in outcome.denied), ZERO)
        reasons = {finding.reason for finding in findings}
        carcs = {carc for finding in findings for carc in finding.carcs}
        by_reason = any(line.reason in reasons for line in outcome.denied)
        by_carc = any(not carcs.isdisjoint(_bare(line.denial_carcs)) for line in outcome.denied)
        tally.for_reason += by_reason
        tally.with_carc += by_carc
        tally.as_said += by_reason or by_carc


def _bare(carcs: Iterable[str]) -> set[str]:
    """CARCs without their group: findings name no group."""
    return {carc.partition("-")[2] for carc in carcs}
