"""EM-007: time past the top level, on a visit that is not at the top, or in a code the payer does not take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from claims.claim import Line
from claims.reasons import Reason
from scrubber import ncci, places
from scrubber.parameters import parameter
from scrubber.registry import MEDICARE_PLANS, Answer, Case, Citation, Hit, RemedyKind, Severity, rule
from scrubber.same_day import codes_of_day, other_claims


@rule(
    "EM-007",
    severity=Severity.DENY,
    reason=Reason.CODING,
    carcs=("97", "16"),
    citation=Citation(
        "CMS, Medicare Claims Processing Manual (Pub. 100-04), chapter 12, section 30.6.15: prolonged office visits",
        "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/clm104c12.pdf",
    ),
    place=places.PROCEDURE,
    remedy="Ask the clinician for the time of that day. Extra time is billed only with the highest level, in the code "
    "and by the counting this payer uses; where the time does not reach it, do not bill it.",
    remedy_kind=RemedyKind.ASK_CLINICIAN,
    requires="the note shows the time of the day",
    payer_types=ncci.PAYER_TYPES,
    effective="2021-01-01",
    supersedes=("NCC-009",),
    codes=("99417", "G2212"),
)
def extra_time_on_lower_level(case: Case, line: Line) -> Iterator[Answer]:
    """Extra visit time is billed without a visit of the highest level, or in a code this payer does not take.

    Extra time adds to a visit whose level was chosen by time, and only to the highest. Medicare counts it from another
    minute than CPT does, in a code of its own, G2212. A visit on another claim of the day is NCC-009's to speak of.
    """
    day, of_medicare = case.day(line), case.payer_type in MEDICARE_PLANS
    top = parameter("visit_top_levels_cpt") if line.code == "99417" else parameter("visit_top_levels")
    visits = top.text_on(day, case.as_of).split()
    if line.code == "99417" and of_medicare:
        yield Hit("Extra time is billed as 99417; Medicare does not take it, and counts it in G2212.")
    elif _none_of(case, line, visits):
        text = f"{line.code} is billed without a visit of the highest level ({', '.join(visits)}) that day."
        yield Hit(text, severity=ncci.severity(case.payer_type))
    elif line.code == "G2212" and not of_medicare:
        text = "Extra time is billed in Medicare's code, G2212; this payer may count it in 99417."
        yield Hit(text, severity=Severity.WARN)


def _none_of(case: Case, line: Line, visits: Sequence[str]) -> bool:
    """True where the day has none of the visits: not on this claim, nor on another by the same clinician."""
    if not codes_of_day(case, case.day(line)).isdisjoint(visits):
        return False
    return all(service.code not in visits for service in other_claims(case, line))
