"""ELG-005: the plan leaves the service out, makes it wait, or has none left."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import BenefitLimit, Line, PayerType
from claims.reasons import Reason
from scrubber import eligibility_answers, places
from scrubber.registry import EVERY_PAYER_TYPE, Answer, Case, Citation, Hit, RemedyKind, Severity, rule


@rule(
    "ELG-005",
    severity=Severity.WARN,
    reason=Reason.ELIGIBILITY,
    carcs=("119", "96", "204"),
    citation=Citation(
        "X12 005010X279A1, EB01 (I: not covered) and EB06 (29: remaining); CARC 119, 96 and 204",
        "https://x12.org/codes/claim-adjustment-reason-codes",
    ),
    place=places.PROCEDURE,
    remedy="Ask the payer whether that is still so. If it is, expect the cost to fall on the patient only where a "
    "notice or waiver that the plan accepts was signed before the service.",
    remedy_kind=RemedyKind.OBTAIN,
    payer_types=EVERY_PAYER_TYPE - {PayerType.SELF_PAY},
    confidence="medium",
    settled=True,
)
def benefit_excluded_or_used_up(case: Case) -> Iterator[Answer]:
    """The eligibility answer says that the plan leaves the service out, makes it wait, or has none of it left.

    The answer names the service by codes, by a family, or speaks of every service. It is as old as it is: a benefit may
    have been used since, or granted again with the year, so this warns and a person asks.
    """
    answer = eligibility_answers.newest(case)
    if answer is None:
        yield eligibility_answers.NOT_ASKED
        return
    for limit in answer.limits:
        for line in case.claim.lines:
            if _about(case, limit, line):
                yield from _said(limit, line, f"The eligibility answer of {answer.checked_on} says that")


def _about(case: Case, limit: BenefitLimit, line: Line) -> bool:
    if not limit.codes and not limit.family:
        return True
    return line.code in limit.codes or (bool(limit.family) and case.tables.family(line.code) == limit.family)


def _said(limit: BenefitLimit, line: Line, words: str) -> Iterator[Hit]:
    if limit.excluded:
        yield Hit(f"{words} the plan does not cover {line.code}.", line=line, carcs=("204", "96"))
    if limit.remaining is not None and limit.remaining < 1:
        yield Hit(f"{words} nothing is left of the plan's benefit for {line.code}.", line=line, carcs=("119",))
    if limit.covered_from and line.service_from and line.service_from < limit.covered_from:
        yield Hit(f"{words} the plan covers {line.code} from {limit.covered_from}.", line=line, carcs=("96",))
