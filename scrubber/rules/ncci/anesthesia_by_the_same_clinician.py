"""NCC-010: anesthesia or sedation billed with the injection it was for."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import ncci, pain_pairs, places
from scrubber.diagnoses import listed
from scrubber.registry import Answer, Case, Citation, Hit, RemedyKind, Severity, rule
from scrubber.same_day import first_of_each
from scrubber.tables.rows import CodeRow

_ANESTHESIA = frozenset({"anesthesia", "sedation"})
_NO_PROCEDURE = _ANESTHESIA | {"em", "imaging_guidance", "injection_admin"}
_SELDOM_NEEDED = frozenset({"esi_interlaminar", "esi_transforaminal", "facet_injection", "si_joint"})
_WORDS = pain_pairs.Words(
    why="the clinician who does the procedure is paid for its anesthesia with it",
    remedy="Do not bill it, unless another clinician gave it: then it goes on that clinician's line.",
    requires="the record shows who gave the anesthesia",
)
_POLICY = Citation(
    "LCDs on epidural steroid injections, such as L39036, and article A58745: sedation is not routinely paid",
    "https://www.cms.gov/medicare-coverage-database/view/lcd.aspx?lcdid=39036",
)
_SEDATION = (
    "Ask the clinician why this patient needed sedation for a needle procedure. If the record gives the reason, keep "
    "it at hand for the review; if there is none, do not bill the sedation."
)


@rule(
    "NCC-010",
    severity=Severity.DENY,
    reason=Reason.BUNDLING,
    carcs=("97", "50"),
    citation=Citation(
        "NCCI Policy Manual for Medicare, chapter II (anesthesia): anesthesia by the clinician who does the procedure",
        "https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/medicare-ncci-policy-manual",
    ),
    place=places.PROCEDURE,
    remedy=_WORDS.remedy,
    remedy_kind=RemedyKind.DO_NOT_BILL,
    requires=_WORDS.requires,
    payer_types=ncci.PAYER_TYPES,
    supersedes=("NCC-001", "NCC-002"),
    families=("anesthesia", "sedation"),
)
def anesthesia_by_the_same_clinician(case: Case, line: Line) -> Iterator[Answer]:
    """Anesthesia or sedation is billed by the clinician who did the procedure.

    NCCI never pays an anesthesia code to whoever did the injection. Moderate sedation (99152) has no such edit, but
    the coverage policies on epidural, facet and sacroiliac injections call it seldom needed: without a recorded reason
    the rule warns, for payers that follow them.
    """
    found = list(pain_pairs.answers(case, line, _a_procedure, _WORDS))
    yield from found or _sedation(case, line)


def _a_procedure(_row: CodeRow, beside: CodeRow) -> bool:
    return beside.family not in _NO_PROCEDURE


def _sedation(case: Case, line: Line) -> Iterator[Hit]:
    row = ncci.code_row(case, line)
    if row is None or row.family != "sedation" or row.is_addon or ncci.severity(case.payer_type) < Severity.DENY:
        return
    beside = [other for other in first_of_each(case, line) if case.tables.family(other.code) in _SELDOM_NEEDED]
    if beside and case.told("sedation_reason", line) is None:
        yield Hit(
            f"{line.code} beside {listed(other.code for other in beside)}: coverage policies call sedation for it "
            "seldom needed, and no reason is recorded.",
            severity=Severity.WARN,
            remedy=_SEDATION,
            remedy_kind=RemedyKind.ASK_CLINICIAN,
            requires="the record says why this patient needed sedation",
            citation=_POLICY,
        )
