"""DRG-003: a drug of a single-dose container without JZ or JW."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line, PayerType
from claims.reasons import Reason
from scrubber import places
from scrubber.registry import Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule
from scrubber.same_day import lines_by_code

_DISCARDED, _NOTHING_DISCARDED = "JW", "JZ"


@rule(
    "DRG-003",
    severity=Severity.DENY,
    reason=Reason.MODIFIER,
    carcs=("16", "4"),
    citation=Citation(
        "Medicare Claims Processing Manual, chapter 17, section 40: discarded drugs, JW and JZ",
        "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/clm104c17.pdf",
    ),
    place=places.MODIFIERS,
    remedy="Look in the record for what was thrown away. If nothing was, the line takes JZ; if some was, it goes on a "
    "line of its own with JW and its units, and the record says how much.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the record shows what was given and what was thrown away",
    payer_types=frozenset({PayerType.MEDICARE}),
    effective="2023-07-01",
    families=("drug", "drug_ha", "contrast"),
)
def discarded_amount_not_told(case: Case, line: Line) -> Iterator[Answer]:
    """A drug of a single-dose container is billed, and no modifier says whether any was thrown away.

    Since July 2023 Medicare wants JZ or JW for it, and returns claims without either. The drug table says which drugs
    come in single-dose containers only; for the others the record says which was used. JW on another line of the drug
    that day tells it for both. Products made as devices (hyaluronate) are paid like drugs; there the rule warns.
    """
    if _DISCARDED in line.modifiers or _NOTHING_DISCARDED in line.modifiers:
        return
    release = case.tables.drugs.on(case.day(line), case.as_of)
    drug = release.get(line.code)
    if drug is None:
        if not release.complete:
            yield Gap(("drugs table",), f"the drug table {release.name} does not hold {line.code}")
        return
    if drug.container == "multi_dose":
        return
    if any(_DISCARDED in other.modifiers for other in lines_by_code(case, line)[line.code]):
        return
    if drug.container != "single_dose":
        vial = case.told("vial", line)
        if vial is None:
            yield Gap(("evidence vial",), "which container a drug came from is not recorded", of_claim=True)
        if vial != "single_dose":
            return
    yield Hit(
        f"{line.code} comes from a single-dose container, and neither JZ nor JW says whether any was thrown away.",
        severity=Severity.WARN if drug.kind == "hyaluronate" or not drug.verified else Severity.DENY,
    )
