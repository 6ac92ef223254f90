"""ELG-003: Original Medicare is billed for a patient whose care a plan, a hospice or an agency is paid for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from claims.claim import CareSpan, Line, PayerType
from claims.reasons import Reason
from scrubber import eligibility_answers, places
from scrubber.eligibility_answers import holds
from scrubber.registry import Answer, Case, Citation, Hit, RemedyKind, Severity, rule
from scrubber.whole_claim import of_lines

_OF_HOSPICE = frozenset({"GV", "GW"})
_OF_THERAPY_PLAN = frozenset({"GP", "GO", "GN"})
_HOSPICE = Citation(
    "42 CFR 418.24, what a hospice election waives; Medicare Claims Processing Manual, chapter 11, section 40.2",
    "https://www.ecfr.gov/current/title-42/section-418.24",
)
_AGENCY = Citation(
    "Social Security Act § 1842(b)(6)(F), home health consolidated billing",
    "https://www.ssa.gov/OP_Home/ssact/title18/1842.htm",
)


@rule(
    "ELG-003",
    severity=Severity.DENY,
    reason=Reason.ELIGIBILITY,
    carcs=("24", "109", "B9"),
    citation=Citation(
        "Social Security Act § 1851(i), payments to a Medicare Advantage plan take the place of Original Medicare's",
        "https://www.ssa.gov/OP_Home/ssact/title18/1851.htm",
    ),
    place=places.PAYER_ID,
    remedy="Bill the Medicare Advantage plan the patient was in on the day of service.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the eligibility answer is the patient's, and right for the day of service",
    payer_types=frozenset({PayerType.MEDICARE}),
    settled=True,
)
def medicare_paid_another_way(case: Case) -> Iterator[Answer]:
    """Original Medicare is billed while a plan, a hospice or a home health agency is paid for the patient's care.

    A Medicare Advantage plan pays in its place, except for a patient in hospice, for whom Original Medicare pays what
    the hospice does not. In hospice a line needs GV (the patient's own attending physician, not paid by the hospice) or
    GW (care unrelated to the terminal illness). Home health agencies are paid for therapy under a therapist's plan of
    care; what a physician does is not part of that, so there it only warns.
    """
    if not case.claim.eligibility:
        yield eligibility_answers.NOT_ASKED
        return
    answers = eligibility_answers.answers(case)
    dated = [(line, line.service_from) for line in case.claim.lines if line.service_from]
    spans = answers[0].spans if answers else ()
    hospice, plan = _of(spans, "hospice"), _of(spans, "medicare_advantage")
    terminal = [line for line, day in dated if any(holds(span, day) for span in hospice)]
    others = [(line, day) for line, day in dated if line not in terminal]
    advantage = [line for line, day in others if any(holds(span, day) for span in plan) or _in_a_plan(case, day)]
    if not answers and not advantage:
        yield eligibility_answers.NOT_ASKED
        return
    if advantage:
        words = (
            "The eligibility answers show a Medicare Advantage plan on the day of service; the claim goes to Medicare."
        )
        yield from of_lines(case, advantage, Hit(words, carcs=("24", "109")))
    yield from _in_hospice(case, [line for line in terminal if not _OF_HOSPICE & set(line.modifiers)])
    at_home = [line for line, day in others if any(holds(span, day) for span in _of(spans, "home_health"))]
    yield from _with_an_agency(line for line in at_home if _is_therapy(case, line))


def _of(spans: Sequence[CareSpan], kind: str) -> list[CareSpan]:
    return [span for span in spans if span.kind == kind]


def _in_a_plan(case: Case, day: date) -> bool:
    plans = [a for a in eligibility_answers.known(case) if a.payer_type == PayerType.MEDICARE_ADVANTAGE]
    return any(answer.active and holds(answer, day) for answer in plans)


def _is_therapy(case: Case, line: Line) -> bool:
    return bool(_OF_THERAPY_PLAN & set(line.modifiers)) and case.tables.family(line.code) == "therapy"


def _in_hospice(case: Case, lines: Sequence[Line]) -> Iterator[Hit]:
    hit = Hit(
        "The eligibility answer shows a hospice election on the day of service, and the line says neither GV nor GW.",
        carcs=("B9",),
        place=places.MODIFIERS,
        remedy="Ask the clinician whether this care belongs to the terminal illness. If it does not, GW says so; if it "
        "does and the clinician is the attending physician the patient named, not paid by the hospice, GV says so. "
        "Otherwise the hospice is billed.",
        remedy_kind=RemedyKind.ASK_CLINICIAN,
        requires="the record shows which of the two is true",
        citation=_HOSPICE,
    )
    yield from of_lines(case, lines, hit)


def _with_an_agency(lines: Iterator[Line]) -> Iterator[Hit]:
    for line in lines:
        yield Hit(
            f"The eligibility answer shows home health care on the day of service; {line.code} under a therapy plan "
            "belongs to the agency's payment unless a physician gave it.",
            line=line,
            severity=Severity.WARN,
            carcs=("109",),
            place=places.MODIFIERS,
            remedy="Look who gave the therapy. If it was a therapist, the home health agency pays for it.",
            remedy_kind=RemedyKind.ASK_CLINICIAN,
            requires="a physician or practitioner gave the therapy",
            citation=_AGENCY,
        )
