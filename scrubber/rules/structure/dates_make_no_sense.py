"""STR-003: dates that cannot all be true."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from claims.reasons import Reason
from scrubber import places
from scrubber.registry import Case, Change, Citation, Hit, RemedyKind, Severity, rule

_WAIT = "Send the claim once the service has been done; if the date was mistyped, correct it from the schedule."


@rule(
    "STR-003",
    severity=Severity.REJECT,
    reason=Reason.SUBMISSION_ERROR,
    carcs=("16",),
    citation=Citation(
        "X12 005010X222A1, DTP of loops 2300 and 2400, DMG of 2010BA and 2010CA",
        "https://x12.org/products/technical-reports",
    ),
    place=places.SERVICE_DATE,
    remedy="Look the date up in the record and correct the one that was mistyped.",
    remedy_kind=RemedyKind.CORRECT,
)
def dates_make_no_sense(case: Case) -> Iterable[Hit]:
    """The claim's dates contradict each other, or a line has none.

    A service ends after it begins, is done before it is billed, and lies after the patient's birth; the accident or
    the onset of the illness it treats lies before it. Front ends return a claim whose dates say otherwise. Accident
    and onset are held against the claim's last service, so that care before the accident is not taken for a slip.
    """
    return () if _in_order(case) else _told(case)


def _in_order(case: Case) -> bool:
    """True where nothing is to be said, as of nearly every claim."""
    claim, last, first = case.claim, case.as_of, case.first_service
    for line in claim.lines:
        start, end = line.service_from, line.service_end
        if start is None or end is None or not start <= end <= last:
            return False
    if first is None or claim.accident_date or claim.onset_date:
        return False
    return claim.patient.birth_date is None or claim.patient.birth_date <= first


def _told(case: Case) -> Iterator[Hit]:
    claim = case.claim
    for line in claim.lines:
        start, end = line.service_from, line.service_end
        if start is None or end is None:
            yield Hit(f"{line.code} has no date of service.", line=line)
        elif end < start:
            yield Hit(f"{line.code} ends on {end}, before it begins on {start}.", line=line)
    first = case.first_service
    if first is None:
        return
    last = max(line.service_end or first for line in claim.lines)
    if last > case.as_of:
        yield Hit(
            f"The claim bills a service of {last} and would be sent before it, on {case.as_of}.",
            remedy=_WAIT,
            remedy_kind=RemedyKind.HOLD,
            change=Change("hold_until", None, last.isoformat()),
            carcs=("110",),
        )
    if claim.patient.birth_date and claim.patient.birth_date > first:
        at = places.SUBSCRIBER_BIRTH_DATE if claim.subscriber.relationship == "18" else places.PATIENT_BIRTH_DATE
        yield Hit(f"The patient's birth date lies after the service of {first}.", place=at, carcs=("14",))
    if claim.accident_date and claim.accident_date > last:
        yield Hit(f"The date of the accident lies after the service of {last}.", place=places.ACCIDENT_DATE)
    if claim.onset_date and claim.onset_date > last:
        yield Hit(f"The onset of the illness lies after the service of {last}.", place=places.ONSET_DATE)
