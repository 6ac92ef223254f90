"""DRG-004: platelets, amniotic tissue and their like, which coverage policies leave out."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import coverage, places
from scrubber.parameters import parameter
from scrubber.registry import MEDICARE_PLANS, Answer, Case, Citation, Hit, RemedyKind, Severity, rule
from scrubber.same_day import codes_of_day

_REGENERATIVE = "regenerative"  # family of the code table: platelet-rich plasma, prolotherapy
_NATIONAL = Citation(
    "NCD 270.3 (platelet-rich plasma: chronic wounds only) and NCD 150.7 (prolotherapy: not covered)",
    "https://www.cms.gov/medicare-coverage-database/search.aspx",
)


@rule(
    "DRG-004",
    severity=Severity.DENY,
    reason=Reason.MEDICAL_NECESSITY,
    carcs=("50", "55"),
    citation=Citation(
        "LCD L33906, article A56651 and their like: injectates without FDA approval may cost the whole claim",
        "https://www.cms.gov/medicare-coverage-database/view/article.aspx?articleid=56651",
    ),
    place=places.PROCEDURE,
    remedy="Ask the clinician what was injected. If it was such a product, Medicare does not cover it, nor the "
    "injection that gave it: before the service the patient is given notice and may choose to pay; afterwards "
    "write it off.",
    remedy_kind=RemedyKind.DO_NOT_BILL,
    requires="the record shows what was injected",
    payer_types=MEDICARE_PLANS,
    families=("regenerative", "esi_interlaminar", "esi_transforaminal"),
)
def injectate_not_approved(case: Case, line: Line) -> Iterator[Answer]:
    """A product is injected that Medicare does not cover: platelets, amniotic tissue, sugar or vitamins.

    Platelet-rich plasma is covered for chronic wounds alone and prolotherapy never; an epidural with such a product is
    denied with it. The rule sees them by their codes, and by the record's word for the drug where it has one. A line
    that says itself that coverage is doubtful (GA, GY, GZ) is left alone.
    """
    if not coverage.KNOWN_TO_BE_DOUBTFUL.isdisjoint(line.modifiers):
        return
    day = case.day(line)
    if case.tables.family(line.code) == _REGENERATIVE:
        yield Hit(f"{line.code} is an injection that Medicare does not cover for pain.", citation=_NATIONAL)
        return
    beside = sorted(code for code in codes_of_day(case, day) if case.tables.family(code) == _REGENERATIVE)
    if beside:
        yield Hit(
            f"{line.code} is billed beside {beside[0]}, and the epidural policies do not cover what that injects."
        )
        return
    drug = case.told("drug", line)
    if drug is None:
        return
    words = parameter("unapproved_injectates").on(day, case.as_of)
    found = next((word for word in words.words if word in drug.lower()), "") if words is not None else ""
    if found and words is not None:
        yield Hit(
            f"{line.code}: the record's word for the drug holds “{found}”, which the epidural policies do not cover.",
            citation=words.citation,
        )
