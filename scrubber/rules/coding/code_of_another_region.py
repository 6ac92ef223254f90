"""COD-004: a procedure code of the neck for levels of the low back, or the other way round."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import places, spine
from scrubber.registry import Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule

_NAMED = {spine.UPPER: "cervical or thoracic", spine.LOWER: "lumbar or sacral"}


@rule(
    "COD-004",
    severity=Severity.WARN,
    reason=Reason.CODING,
    carcs=("11", "16"),
    citation=Citation(
        "NCCI Policy Manual for Medicare, chapter I, section A: the code that describes the service exactly",
        "https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/medicare-ncci-policy-manual",
    ),
    place=places.PROCEDURE,
    remedy="Read in the procedure note which levels were treated, and correct the code, or the levels where they were "
    "recorded wrongly.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the procedure note shows levels of the corrected code's region",
    families=(
        *("esi_interlaminar", "esi_catheter", "esi_transforaminal", "facet_injection", "facet_injection_us"),
        "facet_rfa",
    ),
    settled=True,
)
def code_of_another_region(case: Case, line: Line) -> Iterator[Answer]:
    """A spinal procedure is billed with the code of another region than the levels in the record.

    Epidural, facet and ablation codes come in pairs, one for the neck and mid-back and one for the low back. A level
    between the two (T12-L1) fits either. Only the levels the record names are looked at; whether the diagnosis fits
    is another rule's question.
    """
    row = case.code_row(line)
    if row is None or row.region not in _NAMED:
        return
    facts = case.facts("levels", line)
    found = spine.regions_of(fact.value for fact in facts) if facts else None
    if not found:
        yield Gap(("evidence levels",), "the levels treated are not recorded", of_claim=True)
    elif row.region not in found:
        treated = _NAMED[min(found)]
        yield Hit(f"{line.code} is for the {_NAMED[row.region]} spine; the levels in the record are {treated}.")
