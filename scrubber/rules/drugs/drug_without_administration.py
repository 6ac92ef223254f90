"""DRG-001: a drug without what gives it, or a recorded drug that is not billed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from datetime import date

from claims.claim import Line
from claims.reasons import Reason
from scrubber import places
from scrubber.registry import Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule
from scrubber.same_day import codes_of_day, other_claims
from scrubber.service_places import place_row
from scrubber.tables import Release
from scrubber.tables.rows import CodeRow

_DRUGS = frozenset({"drug", "drug_ha", "contrast"})
_INJECTIONS = frozenset({"esi_interlaminar", "esi_transforaminal", "facet_injection", "joint_injection", "si_joint"})
_GIVING = frozenset({"injection_admin", "pump_service", "sedation", "unlisted"})  # beside every procedure
_PROCEDURE = frozenset({"000", "010", "090", "YYY", "ZZZ"})  # global periods of what a needle may be part of
_NOT_BILLED = (
    "Compare the record with the claim: was the drug the practice's own, and does the payer pay it apart? A local "
    "anesthetic is part of the procedure. Bill what was left off, or note why it is not billed."
)


@rule(
    "DRG-001",
    severity=Severity.WARN,
    reason=Reason.CODING,
    carcs=("97", "16"),
    citation=Citation(
        "Medicare Benefit Policy Manual, chapter 15, section 50: drugs given as part of a clinician's service",
        "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/bp102c15.pdf",
    ),
    place=places.PROCEDURE,
    remedy="Look in the record for what gave the drug: bill the injection or infusion where it was done and left off "
    "the claim; do not bill a drug that was not given.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the record shows the drug, and how it was given",
    families=(*_DRUGS, *_INJECTIONS),
)
def drug_without_administration(case: Case, line: Line) -> Iterable[Answer]:
    """A drug is billed and nothing that gives it, or the record names a drug and none is billed.

    Payers pay a drug as part of the service that gives it, and deny one that stands alone. A procedure or injection of
    the day on another of the patient's claims to the payer counts. Where the record names a drug that the claim of an
    office does not bill, something may have been forgotten: a hint.
    """
    day = case.day(line)
    if case.tables.family(line.code) in _DRUGS:
        release = case.tables.codes.on(day, case.as_of)
        giving = case.tables.once(("what gives a drug", id(release)), lambda: _giving(release))
        codes = codes_of_day(case, day)
        return _not_given(case, line, release, giving, codes) if giving.isdisjoint(codes) else ()
    return _not_billed(case, line, day) if case.claim.evidence else ()


def _not_given(
    case: Case, line: Line, release: Release[CodeRow], giving: AbstractSet[str], codes: AbstractSet[str]
) -> Iterator[Answer]:
    unknown = sorted(code for code in codes if release.get(code) is None and code != line.code)
    if unknown:
        yield Gap(("codes table",), f"the code table {release.name} does not know {', '.join(unknown)}")
    elif not any(service.code in giving for service in other_claims(case, line)):
        text = f"{line.code} is billed, and no procedure or injection of {line.service_from} that would have given it."
        yield Hit(text)


def _not_billed(case: Case, line: Line, day: date) -> Iterator[Hit]:
    if case.told("drug", line) is None or not _first_injection(case, line):
        return
    billed = any(case.tables.family(code) in _DRUGS for code in codes_of_day(case, day))
    if not billed and place_row(case, line).rate == "non_facility":
        yield Hit(
            f"The record of {line.code} names a drug, and the claim bills none.",
            severity=Severity.INFO,
            remedy=_NOT_BILLED,
        )


def _giving(release: Release[CodeRow]) -> AbstractSet[str]:
    """The codes beside which a drug may have been given."""
    rows = release.rows.items()
    return frozenset([code for code, row in rows if row.global_days in _PROCEDURE or row.family in _GIVING])


def _first_injection(case: Case, line: Line) -> bool:
    """True for the first of the day's lines the rule asks about, so that a hint is given once."""
    return line.number == min(
        each.number
        for each in case.claim.lines
        if each.service_from == line.service_from and case.tables.family(each.code) in _INJECTIONS
    )
