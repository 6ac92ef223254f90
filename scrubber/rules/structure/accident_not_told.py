"""STR-013: a claim to a workers' compensation or auto carrier that does not tell of the accident."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import PayerType
from claims.reasons import Reason
from scrubber import places
from scrubber.registry import Case, Citation, Hit, RemedyKind, Severity, rule

_AUTO, _WORK, _OTHER = "AA", "EM", "OA"  # CLM11 of 005010X222A1
_CAUSE = {PayerType.WORKERS_COMP: _WORK, PayerType.AUTO: _AUTO}
_CARRIER = {PayerType.WORKERS_COMP: "a workers' compensation carrier", PayerType.AUTO: "an auto carrier"}


@rule(
    "STR-013",
    severity=Severity.WARN,
    reason=Reason.SUBMISSION_ERROR,
    carcs=("16", "19", "21"),
    citation=Citation(
        "X12 005010X222A1, CLM11 (related causes) and DTP*439 (accident date); NUCC 1500 manual, items 10 and 15",
        "https://www.nucc.org/index.php/1500-claim-form-mainmenu-35/1500-instructions-mainmenu-42",
    ),
    place=places.ACCIDENT_CAUSE,
    remedy="Ask the patient or the carrier what happened, when and where, and enter it.",
    remedy_kind=RemedyKind.OBTAIN,
    confidence="medium",
)
def accident_not_told(case: Case) -> Iterator[Hit]:
    """A claim that an accident or the patient's work is the cause of does not say so, or not when and where.

    A workers' compensation or auto carrier pays for one injury and looks it up by its date. An auto accident has a
    state besides. Work may also make ill slowly: there the onset of the illness stands for the accident.
    """
    claim = case.claim
    cause, causes = _CAUSE.get(case.payer_type), claim.accident_causes
    if cause and cause not in causes:
        yield Hit(f"The claim goes to {_CARRIER[case.payer_type]} and does not give {cause} as the cause.")
    if claim.accident_date is None:
        if _AUTO in causes or _OTHER in causes or cause == _AUTO:
            yield Hit("The claim comes of an accident and does not give its date.", place=places.ACCIDENT_DATE)
        elif cause == _WORK and claim.onset_date is None:
            yield Hit("The claim gives no date of the injury at work, nor an onset.", place=places.ACCIDENT_DATE)
    if _AUTO in causes and not (claim.accident_state or claim.accident_country):
        yield Hit("The claim comes of an auto accident and does not give its state.", place=places.ACCIDENT_STATE)
