"""DX-008: a drug test or visit is explained only by the medicine the patient takes."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import places
from scrubber.diagnoses import listed, pointed
from scrubber.parameters import parameter
from scrubber.registry import Answer, Case, Citation, Hit, RemedyKind, Severity, rule


@rule(
    "DX-008",
    severity=Severity.WARN,
    reason=Reason.MEDICAL_NECESSITY,
    carcs=("11", "50"),
    citation=Citation(
        "Local coverage determinations on urine drug testing, such as L36029: the patient's condition and treatment",
        "https://www.cms.gov/medicare-coverage-database/view/lcd.aspx?lcdid=36029",
    ),
    place=places.DIAGNOSES,
    remedy="Point the line also to the condition for which the medicine is taken, as the chart names it.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the chart names the condition the medicine is for",
    confidence="medium",
    families=("udt_presumptive", "udt_definitive", "em"),
    by_diagnoses=True,
)
def drug_status_without_condition(case: Case, line: Line) -> Iterator[Answer]:
    """A drug test or visit points only to codes for long-term medicine or its monitoring.

    Z79.891 and Z51.81 say what the patient takes and that it is watched, not which condition is treated. Some lists of
    drug-test policies hold them, so they may be paid; reviewers ask for the condition all the same.
    """
    codes = pointed(case, line)
    if not codes or not codes[0].startswith("Z"):
        return
    status = parameter("therapy_status_diagnoses").on(case.day(line), case.as_of)
    if status is not None and all(code.startswith(status.words) for code in codes):
        yield Hit(
            f"{line.code} points only to {listed(codes)}, which {'tells' if len(codes) == 1 else 'tell'} of a medicine "
            "and not of the condition it is for."
        )
