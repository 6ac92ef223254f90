"""ELG-004: other cover is on file, and the claim goes to this payer first."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import PayerType
from claims.reasons import Reason
from scrubber import eligibility_answers, places
from scrubber.registry import EVERY_PAYER_TYPE, Answer, Case, Citation, Hit, RemedyKind, Severity, rule


@rule(
    "ELG-004",
    severity=Severity.DENY,
    reason=Reason.COORDINATION,
    carcs=("22",),
    citation=Citation(
        "42 CFR 411.20 to 411.206, when other cover pays before Medicare; X12 005010X279A1, loop 2120 (PRP)",
        "https://www.ecfr.gov/current/title-42/part-411/subpart-B",
    ),
    place=places.PAYER_ID,
    remedy="Ask the patient and the payers which cover comes first. Bill that one, and this payer with its answer "
    "(loops 2320 and 2430) afterwards; where the other cover has ended, ask for it to be taken off the file.",
    remedy_kind=RemedyKind.OBTAIN,
    requires="the order of the payers is known",
    payer_types=EVERY_PAYER_TYPE - {PayerType.SELF_PAY, PayerType.WORKERS_COMP, PayerType.AUTO},
)
def other_cover_comes_first(case: Case) -> Iterator[Answer]:
    """The eligibility answer names other cover, and the claim goes to this payer first.

    Payers hold or deny a claim while their file names another payer before them. Medicaid pays last by law. Where the
    answer does not say which cover comes first, and the claim does not name the other at all, a person has to ask. A
    second payer's claim without the first one's answer is a finding of the rules on coordination.
    """
    claim = case.claim
    if claim.payer.sequence not in ("", "P"):
        return
    answer = eligibility_answers.newest(case)
    if answer is None:
        yield eligibility_answers.NOT_ASKED
        return
    others = sorted({payer for payer in (*answer.other_payers, answer.primary_payer) if payer} - {claim.payer.id})
    if not others:
        return
    words = f"The eligibility answer of {answer.checked_on} names other cover ({', '.join(others)})"
    if answer.primary_payer in others:
        yield Hit(f"{words}, and says that {answer.primary_payer} comes first; the claim goes to this payer first.")
    elif case.payer_type is PayerType.MEDICAID:
        yield Hit(
            f"{words}; Medicaid pays last, and the claim goes to it first.",
            citation=Citation(
                "42 CFR 433.139, Medicaid pays after liable third parties",
                "https://www.ecfr.gov/current/title-42/section-433.139",
            ),
        )
    elif not answer.primary_payer and not set(others) <= {other.payer_id for other in claim.other_payers}:
        yield Hit(f"{words}, which the claim does not mention.", severity=Severity.WARN)
