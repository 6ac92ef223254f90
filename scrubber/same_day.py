"""What else one clinician did for the patient on the day of a line: on this claim and on the patient's others."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from past.patient import Service
from scrubber.registry import Case

ORIGINAL = "1"  # CLM05-3


def other_lines(case: Case, line: Line) -> list[Line]:
    """The claim's other lines of the same day and rendering provider, in order of their numbers."""
    npi = case.claim.rendering_of(line).npi
    same = (
        other
        for other in case.claim.lines
        if other is not line and other.service_from == line.service_from and case.claim.rendering_of(other).npi == npi
    )
    return sorted(same, key=lambda other: other.number)


def other_claims(case: Case, line: Line) -> Iterator[Service]:
    """Services of the patient's other claims on that day by the same rendering provider.

    An earlier version of this claim is not another claim: it has the same CLM01 and billing NPI, and this claim
    replaces it or bills the service again. (CLM01 alone does not tell: some practices put the patient's account there.)
    A line the payer has denied takes no room from this one.
    """
    day, npi = case.day(line), case.claim.rendering_of(line).npi
    codes = {other.code for other in case.claim.lines}
    seen: set[tuple[str, int]] = set()
    for service in (*case.past.services, *case.past.same_batch):
        key = (service.submission, service.line)
        same_number = service.claim_id == case.claim.id and service.billing_npi == case.claim.billing.npi
        same_claim = same_number and (case.claim.frequency != ORIGINAL or service.code in codes)
        if (
            service.service_date == day
            and service.rendering_npi == npi
            and not same_claim
            and not service.denied
            and key not in seen
        ):
            seen.add(key)
            yield service
