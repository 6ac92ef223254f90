"""MOD-003: a modifier of visits on something else, or one of procedures on a visit."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import ncci, places
from scrubber.registry import Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule

MARKS = ncci.VISIT | ncci.DISTINCT


@rule(
    "MOD-003",
    severity=Severity.REJECT,
    reason=Reason.MODIFIER,
    carcs=("4", "182"),
    citation=Citation(
        "NCCI Policy Manual for Medicare, chapter I, section E (modifiers and modifier indicators)",
        "https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/medicare-ncci-policy-manual",
    ),
    place=places.MODIFIERS,
    remedy="See which line the modifier was meant for. Take it off this one; put it on the other only where the record "
    "shows what it says.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the record shows what the modifier says of the line it is put on",
    modifiers=MARKS,
    settled=True,
)
def modifier_on_wrong_kind_of_service(case: Case, line: Line) -> Iterator[Answer]:
    """A modifier of visits (24, 25, 57) stands on another service, or one of separate procedures (59, X) on a visit.

    24, 25 and 57 say that a visit was separate from a procedure; 59, XE, XP, XS and XU say it of a procedure beside
    another. The modifier table says on which families of codes each may stand. Payers return the line, or deny it with
    the modifier left unread; most often the modifier slipped to the wrong line.
    """
    if MARKS.isdisjoint(line.modifiers):
        return
    day = case.day(line)
    row = case.code_row(line)
    if row is None or not row.family:
        yield Gap(("codes table",), f"what kind of service {line.code} is, is not in the code table", line)
        return
    release = case.tables.modifiers.on(day, case.as_of)
    for modifier in line.modifiers:
        mark = release.get(modifier) if modifier in MARKS else None
        if mark is not None and not mark.fits(row.family):
            says = "a visit" if modifier in ncci.VISIT else "a procedure"
            yield Hit(f"{modifier} says something of {says}, and {line.code} is none.")
