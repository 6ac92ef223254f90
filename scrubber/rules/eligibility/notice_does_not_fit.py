"""ELG-008: the notice to the patient (ABN) and the line's modifier do not say the same."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line, PayerType
from claims.reasons import Reason
from scrubber import places
from scrubber.registry import Answer, Case, Citation, Hit, RemedyKind, Severity, rule

_OF_LIABILITY = frozenset({"GA", "GX", "GY", "GZ"})


@rule(
    "ELG-008",
    severity=Severity.WARN,
    reason=Reason.MEDICAL_NECESSITY,
    carcs=("50",),
    citation=Citation(
        "Medicare Claims Processing Manual, chapter 30, section 50 (advance beneficiary notice); CR 7228 (GZ)",
        "https://www.cms.gov/medicare/forms-notices/beneficiary-notices-initiative/ffs-abn",
    ),
    place=places.MODIFIERS,
    remedy="Look at the paper itself: was it signed, before the service, and for this service? The modifier says what "
    "is on file, no more and no less.",
    remedy_kind=RemedyKind.DOCUMENT,
    payer_types=frozenset({PayerType.MEDICARE}),
    settled=True,
)
def notice_does_not_fit(case: Case, line: Line) -> Iterator[Answer]:
    """What a line says of the patient's notice of likely denial (ABN) is not what the record says.

    GA tells Medicare that a signed notice is on file, so that the patient may be billed when the service is found
    not to be necessary. GZ tells that there is none: Medicare denies the line at once, and nobody may be billed. A
    notice signed after the service does not count, so nothing here is an advice to get one now.
    """
    if not line.modifiers and not case.claim.evidence:
        return
    said = _OF_LIABILITY & set(line.modifiers)
    if {"GA", "GZ"} <= said:
        yield Hit(f"{line.code} carries GA and GZ: a notice is on file, or it is not.")
    elif "GA" in said:
        if not case.yes("abn", line):
            yield Hit(
                f"{line.code} carries GA, which says that a signed notice is on file; the record says there is none."
            )
    elif "GZ" in said:
        if case.told("abn", line) == "yes":
            yield Hit(f"{line.code} carries GZ, which says that no notice is on file; the record says there is one.")
        else:
            yield Hit(
                f"{line.code} carries GZ: Medicare denies the line at once, and the patient may not be billed for it.",
                severity=Severity.INFO,
                remedy="Expect the denial. Bill the line only where the service was thought not to be necessary.",
            )
    elif not said and _noticed(case, line):
        yield Hit(
            f"A signed notice is on file for {line.code}, and the line does not say so.",
            remedy="Where a denial for want of necessity was expected and the notice names this service, GA says so. "
            "Where the notice was for another service, record it for that one.",
            requires="the notice names this service and was signed before it",
        )


def _noticed(case: Case, line: Line) -> bool:
    """True where the record tells of a notice for this line, not only for a claim another line of which says so."""
    facts = case.facts("abn", line)
    if not facts or facts[0].value != "yes":
        return False
    told_of_line = facts[0].line is not None or bool(facts[0].family)
    return told_of_line or not any(_OF_LIABILITY & set(other.modifiers) for other in case.claim.lines)
