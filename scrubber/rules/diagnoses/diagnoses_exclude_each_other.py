"""DX-006: two diagnoses that an Excludes1 note keeps apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from claims.claim import PayerType
from claims.reasons import Reason
from scrubber import places
from scrubber.diagnoses import notes, of_claim
from scrubber.registry import Answer, Case, Citation, Gap, Hit, NotSaid, RemedyKind, Severity, rule
from scrubber.tables import Release


@rule(
    "DX-006",
    severity=Severity.WARN,
    reason=Reason.CODING,
    carcs=("146", "16"),
    citation=Citation(
        "ICD-10-CM Official Guidelines for Coding and Reporting, section I.A.12.a, and the Excludes1 notes of the "
        "tabular list",
        "https://www.cdc.gov/nchs/icd/icd-10-cm/files.html",
    ),
    place=places.DIAGNOSES,
    remedy="Ask the coder: where both codes are of one condition, keep the one that says it whole. Only where the "
    "chart shows two conditions that have nothing to do with each other may both stand.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the chart shows the condition of the code that is kept",
    by_diagnoses=True,
)
def diagnoses_exclude_each_other(case: Case) -> Iterator[Answer]:
    """Two diagnoses of the claim may not be coded together: an Excludes1 note keeps them apart.

    Such a note says that one of the two codes already holds the other, or that both cannot be true at once. Many
    commercial and Medicaid payers edit for it. Original Medicare's professional claims are not edited for it that we
    know of; there it is a hint. The table holds the notes between diagnoses of a pain practice only.
    """
    codes = tuple(dict.fromkeys(of_claim(case)))
    if len(codes) < 2:
        return
    day = case.first_service
    if day is None:
        raise NotSaid("date of service", "no line of the claim has a date of service")
    release = case.tables.excludes1.on(day, case.as_of)
    if not release.holds_on(day):
        yield Gap(("excludes1 table",), f"the Excludes1 notes {release.name} are not known to hold on {day}")
        return
    severity = Severity.INFO if case.payer_type is PayerType.MEDICARE else Severity.WARN
    for code, other, note in _apart(case, codes, release):
        yield Hit(
            f"{code} and {other} may not stand together: the Excludes1 note at {note} says so.", severity=severity
        )


def _apart(case: Case, codes: Sequence[str], release: Release[tuple[str, ...]]) -> Iterator[tuple[str, str, str]]:
    """Each pair once, in the order of the claim, with the code or beginning at which the note stands."""
    seen: set[frozenset[str]] = set()
    for code in codes:
        for at, excluded in notes(case, code, release):
            for other in codes:
                if other.startswith(excluded) and frozenset({code, other}) not in seen:
                    seen.add(frozenset({code, other}))
                    yield code, other, at
