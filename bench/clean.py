"""A corpus of clean claims, every rule run on each: a scrubber that is right is quiet here.

The claims are simulated, by a practice whose staff never slip; what they hold is therefore what an ordinary pain
practice bills. Every finding on them is looked at as a false alarm.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from datetime import date
from pathlib import Path
from statistics import median

from bench.clock import percentile
from bench.practice import FOLDER, opened
from features.replay import Submitted
from past.patient import PatientPast
from scrubber import RULES, Severity, scrub
from scrubber.report import Report
from scrubber.tables import Tables, shipped_tables
from store import Store

CLAIMS, MONTHS, CLAIMS_PER_MONTH, SEED = 10_000, 14, 730, 5
LEAST_BOUND = 50  # claims each rule should meet
MOST_WARNINGS = 0.3  # a claim


def run() -> None:
    """Print what fires on clean claims by rule, which rules hardly meet one, what is unchecked, and the time."""
    tables, findings, unchecked = shipped_tables(), Counter[tuple[str, str]](), Counter[str]()
    bound, spent = Counter[str](), list[float]()
    practice, done = _practice(), 0
    for event in practice.events():
        if not isinstance(event, Submitted) or done == CLAIMS:
            continue
        past = practice.patient_past(event.claim, as_of=event.known_on)
        if _sent_before(event, past):
            continue
        done += 1
        start = time.perf_counter()
        report = scrub(event.claim, tables, past, as_of=event.known_on)
        if len(event.claim.lines) == 3:
            spent.append((time.perf_counter() - start) * 1e6)
        _count(report, findings, unchecked)
        bound.update(_bound(tables, event))
    _print(done, findings, unchecked, bound)
    print(
        f"  a clean claim of 3 lines, every rule: median {median(spent):.0f} us, p99 {percentile(spent, 0.99):.0f} us"
    )


def _practice() -> Store:
    """The store of the practice that never slips."""
    from simulator import simulate

    files = FOLDER / f"clean-{MONTHS}-{CLAIMS_PER_MONTH}-{SEED}"
    if not (files / "truth.parquet").exists():
        print("simulating a practice without slips ...", file=sys.stderr)
        simulate(MONTHS, CLAIMS_PER_MONTH, SEED, files, start=date(2025, 6, 1), slips=())
    return opened(files, Path(f"{files}.home"))


def _sent_before(event: Submitted, past: PatientPast) -> bool:
    """True for what the biller sends again after an answer: it is not a clean claim any more."""
    sent = {(s.code, s.service_date) for s in past.services}
    return event.claim.frequency != "1" or any((line.code, line.service_from) in sent for line in event.claim.lines)


def _count(report: Report, findings: Counter[tuple[str, str]], unchecked: Counter[str]) -> None:
    findings.update((f.rule_id, f.severity.word) for f in report.findings)
    unchecked.update({u.rule_id for u in report.unchecked})


def _bound(tables: Tables, event: Submitted) -> set[str]:
    """The rules whose guard the claim meets: kind of payer, codes and day."""
    kind = tables.payer_type(event.claim)
    lines = [(line, tables.family(line.code)) for line in event.claim.lines]
    return {
        r.id
        for r in RULES.values()
        if kind in r.payer_types
        and any(
            r.asks_about(line.code, family, line.modifiers) and r.in_force(line.service_from) for line, family in lines
        )
    }


def _print(claims: int, findings: Counter[tuple[str, str]], unchecked: Counter[str], bound: Counter[str]) -> None:
    by_severity = Counter[str]()
    for (_, severity), times in findings.items():
        by_severity[severity] += times
    loud = by_severity[Severity.REJECT.word] + by_severity[Severity.DENY.word]
    print(f"clean corpus: {claims:,} simulated claims of a practice without slips, {len(RULES)} rules")
    print(f"  reject or deny findings: {loud} (bar: 0)")
    print(f"  warnings a claim: {by_severity['warn'] / claims:.3f} (bar: at most {MOST_WARNINGS})")
    print(f"  hints a claim: {by_severity['info'] / claims:.3f}")
    print(f"  unchecked rules a claim: {unchecked.total() / claims:.1f}")
    for (rule_id, severity), times in findings.most_common():
        print(f"    {rule_id} {severity}: {times}")
    few = sorted((rule_id, bound[rule_id]) for rule_id in RULES if bound[rule_id] < LEAST_BOUND)
    said = ", ".join(f"{rule_id} ({times})" for rule_id, times in few)
    print(f"  rules whose guard fewer than {LEAST_BOUND} claims meet: {said or 'none'}")
