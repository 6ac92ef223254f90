"""PRV-004: a procedure with a global period of 10 or 90 days, supervised by video and billed incident to."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line, PayerType
from claims.reasons import Reason
from scrubber import incident_to, places
from scrubber.parameters import parameter
from scrubber.registry import Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule


@rule(
    "PRV-004",
    severity=Severity.DENY,
    reason=Reason.ENROLMENT,
    carcs=("170", "B20"),
    citation=Citation(
        "42 CFR 410.32(b)(3)(ii) as amended for 2026: video supervises no service with a global period of 010 or 090",
        "https://www.ecfr.gov/current/title-42/section-410.32",
    ),
    place=places.RENDERING_NPI,
    remedy="Where the physician was in the office suite after all, the clinician records that. Otherwise bill the "
    "procedure under the NPI of the practitioner who did it.",
    remedy_kind=RemedyKind.ASK_CLINICIAN,
    requires="the record shows who did the procedure and where the physician was",
    payer_types=frozenset({PayerType.MEDICARE}),
    effective="2026-01-01",
    supersedes=("PRV-002",),
)
def surgery_supervised_by_video(case: Case, line: Line) -> Iterator[Answer]:
    """A procedure with a global period of 10 or 90 days is billed incident to, and was supervised by video.

    Since 2026 real-time video counts as direct supervision for good, but not for surgery: there the physician has to be
    in the office suite. Before, the exception of the public health emergency held for every service.
    """
    told = case.told("supervision", line)
    if told not in (None, "direct_virtual") or not incident_to.billed(case, line):
        return
    day = case.day(line)
    row = case.code_row(line)
    if row is None:
        yield Gap(("codes table",), f"the code table does not hold {line.code}, so its global period is not known")
        return
    value = parameter("virtual_supervision_global_periods").on(day, case.as_of)
    if value is None or row.global_days not in value.words:
        return
    if case.evidence("supervision", line) == "direct_virtual":
        yield Hit(f"{line.code} has a global period of {row.global_days} days, and the supervision was by video.")
