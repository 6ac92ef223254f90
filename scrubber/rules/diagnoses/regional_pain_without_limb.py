"""DX-011: regional pain syndrome without its limb or side."""

from __future__ import annotations

from collections.abc import Iterator

from claims.reasons import Reason
from scrubber import places
from scrubber.diagnoses import REGIONAL_PAIN, of_claim
from scrubber.registry import Answer, Case, Citation, Hit, NotSaid, RemedyKind, Severity, rule


@rule(
    "DX-011",
    severity=Severity.WARN,
    reason=Reason.CODING,
    carcs=("11", "146"),
    citation=Citation(
        "ICD-10-CM tabular list, G90.5 (type I), G56.4 and G57.7 (type II, causalgia); guidelines, section I.B.13",
        "https://www.cms.gov/medicare/coding-billing/icd-10-codes",
    ),
    place=places.DIAGNOSES,
    remedy="Look in the chart for the limb and the side, and whether a nerve was injured: type I is coded G90.51 or "
    "G90.52 with the side, type II (causalgia) G56.4 or G57.7 with the side.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the chart shows the limb, the side and the type",
    by_diagnoses=True,
)
def regional_pain_without_limb(case: Case) -> Iterator[Answer]:
    """Complex regional pain syndrome is coded without its limb or its side.

    The syndrome lies in a limb, and whoever treats it knows which. Payers deny blocks and stimulators for the
    unspecified code, as a diagnosis that does not fit or is not exact enough.
    """
    codes = [code for code in dict.fromkeys(of_claim(case)) if code.startswith(REGIONAL_PAIN)]
    if not codes:
        return
    day = case.first_service
    if day is None:
        raise NotSaid("date of service", "no line of the claim has a date of service")
    release = case.tables.icd10.on(day, case.as_of)
    for code in codes:
        row = release.get(code)
        if row is not None and row.unspecified:
            left = "which side it is on" if row.side == "unspecified" else "which limb it is in"
            yield Hit(f"{code} says regional pain syndrome and not {left}.")
