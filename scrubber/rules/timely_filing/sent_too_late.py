"""TFL-001: a claim past the payer's filing limit."""

from __future__ import annotations

from collections.abc import Iterable

from claims.claim import Line, PayerType
from claims.reasons import Reason
from scrubber import places, timely_filing
from scrubber.registry import EVERY_PAYER_TYPE, Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule
from scrubber.same_day import ORIGINAL
from scrubber.timely_filing import Limit


@rule(
    "TFL-001",
    severity=Severity.DENY,
    reason=Reason.TIMELY_FILING,
    carcs=("29",),
    citation=Citation(
        "42 CFR 424.44 for Medicare; for other payers the contract or provider manual",
        "https://www.ecfr.gov/current/title-42/section-424.44",
    ),
    place=places.SERVICE_DATE,
    remedy="Look for proof that the claim reached the payer in time (its 277CA, or the other payer's late decision), "
    "send it along, with a delay reason where one of the payer's exceptions applies. Without it, write the charge "
    "off: late filing is not the patient's to pay.",
    remedy_kind=RemedyKind.OBTAIN,
    requires="the claim did reach the payer in time, or an exception applies",
    payer_types=EVERY_PAYER_TYPE - {PayerType.SELF_PAY},
)
def sent_too_late(case: Case) -> Iterable[Answer]:
    """The claim would reach the payer after its filing limit.

    Medicare pays nothing for a service that is billed more than a calendar year later, and there is no appeal. Other
    payers' limits stand in the payer table; they differ by contract and only warn, as does a claim that gives its
    reason for the delay. Corrections have limits of their own.
    """
    claim = case.claim
    if claim.frequency != ORIGINAL:
        return ()
    found: list[Answer] = []
    looked = None
    for line in claim.lines:
        if line.service_from is None:
            continue
        if line.service_from != looked:  # most claims are of one day
            looked, limit = line.service_from, timely_filing.limit(case, line.service_from)
        if isinstance(limit, Gap):
            return [*found, limit]
        if case.as_of > limit.last_day:
            found.append(_hit(case, line, limit))
    return found


def _hit(case: Case, line: Line, limit: Limit) -> Hit:
    sure = limit.verified and not case.claim.delay_reason
    return Hit(
        f"{line.code} of {line.service_from} had to reach the payer by {limit.last_day} ({limit.words}); the "
        f"claim would be sent on {case.as_of}.",
        line=line,
        severity=Severity.DENY if sure else Severity.WARN,
        citation=limit.citation,
    )
