"""PRV-002: billed incident to a physician's service, and the record shows that a condition of it fails."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line, PayerType
from claims.reasons import Reason
from scrubber import incident_to, places
from scrubber.parameters import parameter
from scrubber.registry import Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule

_GENERAL_WILL_DO = frozenset({"chronic_pain_mgmt", "psych", "screening"})  # 42 CFR 410.26(b)(5)


@rule(
    "PRV-002",
    severity=Severity.DENY,
    reason=Reason.ENROLMENT,
    carcs=("170", "B20", "185"),
    citation=Citation(
        "42 CFR 410.26(b), services incident to a physician's; Medicare Benefit Policy Manual, chapter 15, section 60",
        "https://www.ecfr.gov/current/title-42/section-410.26",
    ),
    place=places.RENDERING_NPI,
    remedy="Bill the service under the NPI of the practitioner who gave it, where they are enrolled; Medicare pays 85 "
    "percent then. Where the record is wrong about the visit, the clinician corrects it first.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the NPI on the claim is that of whoever the record shows gave the service",
    payer_types=frozenset({PayerType.MEDICARE}),
)
def incident_to_without_its_conditions(case: Case, line: Line) -> Iterator[Answer]:
    """A service is billed incident to a physician's, and the record shows that a condition of that fails.

    The physician has seen the patient for this problem and set the plan, and supervises the service directly; care
    management and behavioral care need general supervision only. A new patient, a new problem or another's plan takes a
    visit of the physician's own, or the practitioner's number. A claim does not say that it is incident to: this looks
    where the record, or a supervisor who is also the rendering clinician, shows it.
    """
    if not incident_to.billed(case, line):
        return
    day, family = case.day(line), case.tables.family(line.code)
    value = parameter("new_patient_visits").on(day, case.as_of)
    told = {item: case.told(item, line) for item in ("new_problem", "plan_by_physician", "supervision")}
    faults = ["the patient is new"] if value is not None and line.code in value.words else []
    if told["new_problem"] == "yes":
        faults.append("the problem is new")
    if told["plan_by_physician"] == "no":
        faults.append("the plan is not the physician's")
    if told["supervision"] == "general" and family not in _GENERAL_WILL_DO:
        faults.append("the supervision was general only")
    unsaid = tuple(f"evidence {item}" for item, said in told.items() if said is None)
    if faults:
        yield Hit(f"{line.code} is billed incident to the physician's service, but {', '.join(faults)}.")
    elif unsaid:
        yield Gap(unsaid, "not all conditions of a service incident to the physician's are recorded")
