"""MOD-012: KX left off a diagnostic block, or put on something else."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import places
from scrubber.registry import MEDICARE_PLANS, Answer, Case, Change, Citation, Gap, Hit, RemedyKind, Severity, rule

_ABLATION, _BLOCK = "facet_rfa", "facet_injection"
_TAKE_OFF = "Take KX off: on this service it would count a diagnostic block that was none."


@rule(
    "MOD-012",
    severity=Severity.WARN,
    reason=Reason.MODIFIER,
    carcs=("4", "50"),
    citation=Citation(
        "CMS, billing and coding article A57787, Facet Joint Interventions for Pain Management, and its like",
        "https://www.cms.gov/medicare-coverage-database/view/article.aspx?articleid=57787",
    ),
    place=places.MODIFIERS,
    remedy="Add KX where the record shows that the block was diagnostic, on every line of it.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the record shows that the block was done for diagnosis",
    payer_types=MEDICARE_PLANS,
    effective="2021-12-01",
    families=(_BLOCK, _ABLATION, "esi_transforaminal"),
    settled=True,
)
def kx_does_not_fit(case: Case, line: Line) -> Iterator[Answer]:
    """A diagnostic facet or nerve root block carries no KX, or another service carries it.

    Medicare's contractors count diagnostic and therapeutic sessions apart, and KX is how they tell them: since
    December 2021 the articles for facet and for epidural injections both say so. A diagnostic block without it is
    counted as treatment; a treatment or an ablation with it is counted as a block, or returned. Whether a facet block
    was diagnostic the claim alone does not say; a root injection is taken for treatment unless it is marked or the
    record says otherwise.
    """
    marked = "KX" in line.modifiers
    family = case.tables.family(line.code)
    if family == _ABLATION:
        if marked:
            yield Hit(f"{line.code} is an ablation and carries KX, which marks diagnostic blocks.", remedy=_TAKE_OFF)
        return
    intent = case.told("intent", line)
    if intent is None:
        if marked or family == _BLOCK:
            yield Gap(("evidence intent",), "whether the block was diagnostic is not recorded", of_claim=True)
    elif intent == "diagnostic" and not marked:
        yield Hit(
            f"{line.code} was a diagnostic block by the record, and carries no KX.",
            change=Change("add_modifier", line.number, "KX"),
        )
    elif intent == "therapeutic" and marked:
        yield Hit(f"{line.code} was a treatment by the record, and carries KX.", remedy=_TAKE_OFF)
