"""MOD-002: a visit marked as separate, and a record that does not bear it out."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import ncci, places
from scrubber.registry import Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule


@rule(
    "MOD-002",
    severity=Severity.WARN,
    reason=Reason.MODIFIER,
    carcs=("97", "150"),
    citation=Citation(
        "NCCI Policy Manual for Medicare, chapter I, section D (evaluation and management services)",
        "https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/medicare-ncci-policy-manual",
    ),
    place=places.MODIFIERS,
    remedy="Ask the clinician whether the visit had a problem, examination and plan of its own. If it had none, do not "
    "bill the visit: the decision to do a minor procedure, and the look beforehand, are part of the procedure.",
    remedy_kind=RemedyKind.ASK_CLINICIAN,
    requires="the note shows a significant visit, separate from the procedure and the decision to do it",
    payer_types=ncci.PAYER_TYPES,
    families=("em",),
    modifiers=("25",),
    settled=True,
)
def modifier_25_not_borne_out(case: Case, line: Line) -> Iterator[Answer]:
    """A visit carries modifier 25, and the record does not show that it was separate from the procedure.

    Payers ask for the note of such visits. What the practice recorded of it decides: a note without a problem,
    examination and plan of its own does not bear 25 out, and a procedure planned at an earlier visit leaves little for
    this one unless the note shows it. Where nothing is recorded of the note, the rule could not look.
    """
    if "25" not in line.modifiers:
        return
    separate = case.told("separate_visit", line)
    if separate == "no" or case.absent("separate_visit", line):
        text = "the record shows no problem, examination and plan of its own beside the procedure"
        yield Hit(f"{line.code} carries modifier 25, and {text}.")
    elif separate is None:
        if case.told("procedure_planned", line) == "yes":
            text = "the procedure was planned at an earlier visit, and nothing is recorded of a separate problem"
            yield Hit(f"{line.code} carries modifier 25, but {text}.")
        else:
            why = "whether the note bears modifier 25 out is not recorded"
            yield Gap(("evidence separate_visit",), why, of_claim=True)
