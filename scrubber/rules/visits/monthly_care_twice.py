"""EM-006: monthly pain care beside other monthly care, or without a plan."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from claims.claim import Line
from claims.reasons import Reason
from scrubber import ncci, places
from scrubber.parameters import parameter
from scrubber.registry import Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule


@rule(
    "EM-006",
    severity=Severity.WARN,
    reason=Reason.BUNDLING,
    carcs=("97", "50"),
    citation=Citation(
        "CMS, physician fee schedule final rule for 2023: chronic pain management and treatment services",
        "https://www.federalregister.gov/documents/2022/11/18/2022-23873/medicare-and-medicaid-programs-cy-2023-payment-policies-under-the-physician-fee-schedule-and-other",
    ),
    place=places.PROCEDURE,
    remedy="Check that no minute is counted for both services of the month, and that the plan of care is in the "
    "record. Where one time was counted twice, do not bill the second.",
    remedy_kind=RemedyKind.DOCUMENT,
    requires="each service has its own time, and the record holds the plan of care",
    payer_types=ncci.PAYER_TYPES,
    effective="2023-01-01",
    confidence="medium",
    codes=("G3002",),
)
def monthly_care_twice(case: Case, line: Line) -> Iterator[Answer]:
    """Monthly chronic pain care is billed beside other care of the same month, or without a plan of care.

    Both may be billed in one month where no time is counted twice, so other monthly care is only a hint to look. The
    bundle is for a plan of care that is in the record: without one it is not what was billed. G3003 goes with it.
    """
    day = case.day(line)
    others = parameter("monthly_care_codes").text_on(day, case.as_of).split()
    beside = sorted(_of_month(case, line, day).intersection(others))
    if beside:
        text = f"{line.code} and {', '.join(beside)} are billed for the same month by the same clinician."
        yield Hit(text, severity=Severity.INFO)
    plan = case.told("care_plan", line)
    if plan == "no" or case.absent("care_plan", line):
        yield Hit(f"{line.code} is billed, and the record holds no plan of care.", carcs=("50",))
    elif plan is None:
        yield Gap(("evidence care_plan",), "whether a plan of care is in the record is not told", of_claim=True)


def _of_month(case: Case, line: Line, day: date) -> set[str]:
    """The codes of the day's month by the same clinician, on this claim and on others that were not denied."""
    npi, claim, month = case.claim.rendering_of(line).npi, case.claim, (day.year, day.month)
    known = [
        (s.service_date, s.code, s.rendering_npi) for s in (*case.past.services, *case.past.same_batch) if not s.denied
    ]
    known += [(o.service_from, o.code, claim.rendering_of(o).npi) for o in claim.lines if o.service_from is not None]
    return {code for at, code, by in known if by == npi and (at.year, at.month) == month}
