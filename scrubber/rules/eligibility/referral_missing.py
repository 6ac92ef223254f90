"""ELG-006: the plan wants a referral, and the claim carries none."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Eligibility, PayerType
from claims.reasons import Reason
from scrubber import eligibility_answers, places
from scrubber.parameters import parameter
from scrubber.payer_profile import own_wish, profile
from scrubber.registry import EVERY_PAYER_TYPE, Answer, Case, Citation, Hit, RemedyKind, Severity, rule
from scrubber.whole_claim import of_lines

_NEVER = frozenset({PayerType.MEDICARE, PayerType.WORKERS_COMP, PayerType.AUTO, PayerType.SELF_PAY})
_OF_VA = Citation(
    "VA Community Care, filing a claim: without an authorization or referral number it is denied",
    "https://www.va.gov/COMMUNITYCARE/revenue_ops/Veteran_Care_Claims.asp",
)


@rule(
    "ELG-006",
    severity=Severity.DENY,
    reason=Reason.AUTHORIZATION,
    carcs=("243", "288"),
    citation=Citation(
        "X12 005010X222A1, REF*9F (referral number); CARC 243 and 288",
        "https://x12.org/codes/claim-adjustment-reason-codes",
    ),
    place=places.REFERRAL,
    remedy="Find the referral and put its number on the claim. Where there is none, ask the patient's primary care "
    "physician or the plan whether one can still be given for the day of service.",
    remedy_kind=RemedyKind.OBTAIN,
    requires="the referral covers this service on this date",
    payer_types=EVERY_PAYER_TYPE - _NEVER,
)
def referral_missing(case: Case) -> Iterator[Answer]:
    """The plan wants a referral for a specialist's care, and the claim carries no referral number.

    Whether it does is told by the eligibility answer, by the payer's profile, or by the kind of plan; the last only
    warns, for plans of one kind differ. The VA wants its number on every claim for care it sent out, as a referral or
    as an authorization. A payer that comes second does not ask again.
    """
    claim = case.claim
    if claim.referral_number or claim.payer.sequence not in ("", "P"):
        return
    lacking = [line for line in claim.lines if not line.referral_number]
    if not lacking:
        return
    if case.payer_type is PayerType.VA:
        lacking = [x for x in lacking if not (x.authorization_number or claim.authorization_number)]
        words = "The VA wants the number of its referral or authorization, and the claim carries neither."
        yield from of_lines(case, lacking, Hit(words, citation=_OF_VA))
        return
    answer, row = eligibility_answers.newest(case), profile(case)
    if answer and answer.referral_required is not None:
        if answer.referral_required:
            words = f"The eligibility answer of {answer.checked_on} says that the plan wants a referral"
            yield from of_lines(case, lacking, Hit(f"{words}; the claim carries none."))
    elif row and "referral" in row.wants:
        told = own_wish(case, "referral")
        severity = Severity.DENY if (told or row).verified else Severity.WARN
        text = f"{row.name} wants a referral for a specialist's care; the claim carries none."
        hit = Hit(text, severity=severity, citation=told.citation if told else None)
        yield from of_lines(case, lacking, hit)
    elif answer is None:
        yield eligibility_answers.NOT_ASKED
    elif _wants_by_kind(case, answer):
        words = f"Plans of the kind {answer.plan_type} usually want a referral for a specialist's care"
        hit = Hit(f"{words}; the claim carries none.", severity=Severity.WARN)
        yield from of_lines(case, lacking, hit)


def _wants_by_kind(case: Case, answer: Eligibility) -> bool:
    said = answer.plan_type.upper().split()
    if not said:
        return False
    value = parameter("referral_plan_types").on(case.first_service or case.as_of, case.as_of)
    return value is not None and not set(value.words).isdisjoint(said)
