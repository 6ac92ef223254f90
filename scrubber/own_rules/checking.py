"""The check of an own rule, as the engine calls it: what a verdict becomes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

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

    def answers(case: Case, line: Line | None) -> Sequence[Answer]:
        verdict = judge(case, line)
        if verdict is False:
            return ()
        if verdict is True:
            return (Hit(message(case, line), line=line),)
        missing, likely = verdict  # neither true nor false: Unknown
        if likely:  # the patient is known, the look-back not whole: a person should look
            return (Hit(message(case, line), line=line, severity=Severity.WARN),)
        return (Gap(missing, f"cannot be told without {', '.join(missing)}", line),)

    def of_claim(case: Case) -> Sequence[Answer]:
        return answers(case, None)

    return answers if of_line else of_claim


class Asked(NamedTuple):
    """The codes and families outside of which a rule is silent, so that it is not even asked; empty: any."""

    codes: frozenset[str] = frozenset()
    families: frozenset[str] = frozenset()


def asked_about(when: Mapping[str, Any]) -> Asked:
    """What a condition shows to be needed; a code without a family is asked about too, for its family is not known."""
    for each in when.get("all", (when,)):
        named = each.get("in") or ([each["is"]] if "is" in each else [])
        if named and each.get("field") == "line.code":
            return Asked(codes=_in_any_case(named))
        if named and each.get("field") == "line.family":
            return Asked(families=_in_any_case(named) | {""})
    return Asked()


def _in_any_case(words: Iterable[str]) -> frozenset[str]:
    return frozenset(written for word in words for written in (word.strip().upper(), word.strip().lower()))
