"""COB-002: Medicare in a turn that the claim does not explain."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from claims.claim import Claim, PayerType
from claims.reasons import Reason
from scrubber import places
from scrubber.parameters import parameter
from scrubber.registry import Case, Citation, Hit, RemedyKind, Severity, rule

_AGED, _DISABLED = "12", "43"
_MONTHS_AT_65 = 780


@rule(
    "COB-002",
    severity=Severity.DENY,
    reason=Reason.COORDINATION,
    carcs=("22",),
    citation=Citation(
        "42 CFR part 411, subparts B to H (Medicare as secondary payer); Medicare Secondary Payer Manual, chapter 3",
        "https://www.ecfr.gov/current/title-42/chapter-IV/subchapter-B/part-411",
    ),
    place=places.WHY_MEDICARE_IS_SECOND,
    remedy="Ask the patient the questions of Medicare's secondary payer form, look at the eligibility answer, and "
    "enter who comes first and why.",
    remedy_kind=RemedyKind.OBTAIN,
    requires="the patient's answers or Medicare's own record say so",
    payer_types=frozenset({PayerType.MEDICARE}),
    effective="2012-01-01",
)
def medicare_turn_unexplained(case: Case) -> Iterator[Hit]:
    """Medicare is billed second without the reason, for a reason the patient's age excludes, or first beside another.

    Medicare pays second for people who still work, within the first months of kidney failure, and after accidents and
    injuries at work. The claim gives which in SBR05; without it, or with one that is none, it is returned. A person is
    working aged (12) from 65 on, disabled (43) until then; in the month of the birthday either may be right.
    """
    claim = case.claim
    if claim.payer.sequence in ("P", ""):
        if any(other.sequence == "P" for other in claim.other_payers):
            text = "The claim goes to Medicare as the first payer and names another first payer as well."
            yield Hit(text, place=places.OTHER_PAYER)
        return
    kinds = _kinds(claim)
    if not kinds:
        yield Hit(f"Medicare is billed in turn {claim.payer.sequence}, and the claim does not say why (SBR05).")
        return
    value = parameter("msp_types").on(case.first_service or case.as_of, case.as_of)
    strange = kinds.difference(value.words if value else ())
    if strange:
        yield Hit(f"Medicare is billed in turn {claim.payer.sequence} for the reason {min(strange)}, which is none.")
    months = _months_of_age(claim, case.first_service)
    if months is None:
        return
    if _AGED in kinds and months < _MONTHS_AT_65:
        text = "Medicare is billed second because the patient still works past 65 (12), and the patient is younger."
        yield Hit(text, severity=Severity.WARN)
    if _DISABLED in kinds and months > _MONTHS_AT_65:
        text = "Medicare is billed second because the patient is disabled and under 65 (43), and the patient is older."
        yield Hit(text, severity=Severity.WARN)


def _kinds(claim: Claim) -> set[str]:
    """What SBR05 says, of the claim's own payer (kept as it was sent) or of another."""
    own = (c.elements[5] for c in claim.extra if c.loop == "2000B" and c.elements[0] == "SBR" and len(c.elements) > 5)
    return {kind for kind in (*own, *(other.insurance_type for other in claim.other_payers)) if kind}


def _months_of_age(claim: Claim, day: date | None) -> int | None:
    """The months from that of the birth to that of the service; the day in the month does not count."""
    born = claim.patient.birth_date
    if born is None or day is None:
        return None
    return day.year * 12 + day.month - born.year * 12 - born.month
