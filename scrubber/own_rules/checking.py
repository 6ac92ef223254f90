"""The check of an own rule, as the engine calls it: what a verdict becomes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from claims.claim import Line
from scrubber.own_rules.logic import Judge, Unknown, Verdict, all_of
from scrubber.payer_profile import profile
from scrubber.registry import Answer, Case, Check, Gap, Hit, Severity


def for_payers(judge: Judge, payers: frozenset[str]) -> Judge:
    """The same for these payers alone; a payer the claim does not name cannot be told from them."""
    if not payers:
        return judge

    def bound(case: Case, _: Line | None) -> Verdict:
        row = profile(case)
        payer_id = case.claim.payer.id.strip().upper()
        if payer_id in payers or (row is not None and row.key.upper() in payers):
            return True
        return False if payer_id or row is not None else Unknown(("payer",))

    return all_of((bound, judge))


def check_of(judge: Judge, message: Callable[[Case, Line | None], str], *, of_line: bool) -> Check:
    """The check the engine calls, as it calls one of the catalogue."""

    def answers(case: Case, line: Line | None) -> Iterator[Answer]:
        verdict = judge(case, line)
        if verdict is True:
            yield Hit(message(case, line), line=line)
        elif isinstance(verdict, Unknown):
            if verdict.likely:  # the patient is known, the look-back not whole: a person should look
                yield Hit(message(case, line), line=line, severity=Severity.WARN)
            else:
                yield Gap(verdict.missing, f"cannot be told without {', '.join(verdict.missing)}", line)

    def of_claim(case: Case) -> Iterator[Answer]:
        return answers(case, None)

    return answers if of_line else of_claim


def codes_asked(when: Mapping[str, Any]) -> frozenset[str]:
    """The codes outside of which the rule is silent, so that it is not even asked; empty where there are no such."""
    for each in when.get("all", (when,)):
        if each.get("field") == "line.code":
            codes = [code.strip() for code in each.get("in") or ([each["is"]] if "is" in each else [])]
            if codes:
                return frozenset(map(str.upper, codes)) | frozenset(map(str.lower, codes))
    return frozenset()
