"""FIN-003: the record tells of guidance or further levels, and no line bills them."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import places
from scrubber.registry import Answer, Case, Citation, Hit, RemedyKind, Severity, rule
from scrubber.same_day import codes_of_day

_GUIDANCE = {"ultrasound": ("76942",), "fluoroscopy": ("77002", "77003"), "ct": ("77012",)}  # what the codes mean
_GUIDED_APART = frozenset({"nerve_block", "sympathetic_block"})  # where guidance is a service of its own, if any


@rule(
    "FIN-003",
    severity=Severity.INFO,
    reason=Reason.OTHER,
    carcs=(),
    citation=Citation(
        "NCCI Policy Manual for Medicare, chapter I: every service done and recorded is reported as it was done",
        "https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/medicare-ncci-policy-manual",
    ),
    place=places.PROCEDURE,
    remedy="Ask the clinician whether it was done, needed, and recorded as a service of its own. If it was, the claim "
    "may say so; if it was not, the claim stays as it is and the record is put right.",
    remedy_kind=RemedyKind.ASK_CLINICIAN,
    requires="the record shows that it was done and needed",
    confidence="medium",
    families=("nerve_block", "sympathetic_block", "esi_transforaminal", "facet_injection", "facet_rfa"),
    settled=True,
)
def done_but_not_billed(case: Case, line: Line) -> Iterator[Answer]:
    """The record tells of imaging guidance or further levels beside a procedure, and no line of the day bills them.

    This looks only at what the record tells: a claim without evidence says nothing here. Guidance counts where images
    were saved and the procedure does not include it; further levels where not one add-on of the procedure is billed.
    Whether it was necessary is for the clinician to say. A drug without its line is a finding of the rules on drugs.
    """
    if not case.claim.evidence:
        return
    day = case.day(line)
    row = case.code_row(line)
    if row is None or row.is_addon:
        return
    billed = codes_of_day(case, day)
    if row.family in _GUIDED_APART:
        guidance = case.told("guidance", line) or ""
        codes = _GUIDANCE.get(guidance, ())
        saved = case.told("images_saved", line) == "yes"
        if codes and saved and billed.isdisjoint(codes) and row.included_guidance.isdisjoint(codes):
            words = f"{guidance.upper() if guidance == 'ct' else guidance} guidance with images saved"
            yield Hit(f"The record tells of {words} for {line.code}, and no line of the day bills it.")
    elif _levels(case, line) > 1:
        addons = case.tables.addons.on(day, case.as_of)
        rows = [addons.get(code) for code in billed]
        if not any(found is not None and line.code in found.primaries for found in rows):
            yield Hit(f"The record tells of {_levels(case, line)} levels for {line.code}, and one is billed.")


def _levels(case: Case, line: Line) -> int:
    told = [item for item in ("level_count", "joint_count") if case.told(item, line) is not None]
    return max((int(case.number(item, line)) for item in told), default=0)
