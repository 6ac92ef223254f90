"""NCC-009: an add-on code with nothing to add to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from claims.claim import Line
from claims.reasons import Reason
from scrubber import ncci, places
from scrubber.registry import Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule
from scrubber.same_day import codes_of_day, other_claims
from scrubber.tables.rows import AddonRow

_GUIDANCE = "imaging_guidance"  # the family of the code table
_GUIDANCE_REMEDY = (
    "Imaging guidance is billed only beside a procedure it can be added to. If the code was mistyped, correct it from "
    "the record (spine or not, fluoroscopy, CT or ultrasound); if the procedure on this claim is not one of those, do "
    "not bill the guidance."
)


@rule(
    "NCC-009",
    severity=Severity.DENY,
    reason=Reason.CODING,
    carcs=("B15", "107"),
    citation=Citation(
        "CMS, Medicare NCCI add-on code edits",
        "https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/medicare-ncci-add-code-edits",
    ),
    place=places.PROCEDURE,
    remedy="Look in the record for the primary procedure: bill it where it was done and left off the claim, correct "
    "the add-on where it was mistyped, and do not bill an add-on that stands alone.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the record shows the primary procedure on the same day",
    payer_types=ncci.PAYER_TYPES,
)
def add_on_without_primary(case: Case, line: Line) -> Iterable[Answer]:
    """An add-on code is billed and none of its primary codes is on the claim for that day.

    An add-on is paid only beside one of its primaries. A primary on another claim of the same day and clinician may
    satisfy the payer, so there the rule warns, as it does where the list of primaries is not verified, or Medicare's
    contractor takes others too. Where the contractor alone decides, we cannot check.
    Clinicians of one group and specialty count as one for NCCI; on other claims only the same rendering NPI is seen.
    """
    day = case.day(line)
    release = case.tables.addons.on(day, case.as_of)
    row = release.rows.get(line.code)
    if row is not None:
        return () if not row.primaries.isdisjoint(codes_of_day(case, day)) else _alone(case, line, day, row)
    code = None if release.complete else ncci.code_row(case, line)
    if code is None or not code.is_addon:
        return ()
    return (Gap(("addons table",), f"the add-on table {release.name} does not hold {line.code}"),)


def _alone(case: Case, line: Line, day: date, row: AddonRow) -> Iterator[Answer]:
    if not row.primaries:
        yield Gap(("addons table",), f"beside which codes {line.code} is paid is for Medicare's contractor to say")
        return
    elsewhere = sorted({s.code for s in other_claims(case, line) if s.code in row.primaries})
    sure = row.verified and not row.contractor and not elsewhere
    severity = ncci.severity(case.payer_type) if sure else Severity.WARN
    if elsewhere:
        yield Hit(
            f"{line.code} is an add-on, and its primary {elsewhere[0]} is on another claim of {day}.", severity=severity
        )
        return
    text = f"{line.code} is an add-on, and none of its primary codes ({_some(row.primaries)}) is billed on {day}."
    code = ncci.code_row(case, line)
    if code is not None and code.family == _GUIDANCE:
        # not the primary's fault: it is the guidance that does not belong beside what was done
        yield Hit(text, severity=severity, remedy=_GUIDANCE_REMEDY, remedy_kind=RemedyKind.DO_NOT_BILL)
    else:
        yield Hit(text, severity=severity)


def _some(codes: frozenset[str]) -> str:
    """The first few codes, so that a message stays a sentence."""
    first = sorted(codes)[:6]
    return ", ".join(first) + (f" and {len(codes) - 6} more" if len(codes) > 6 else "")
