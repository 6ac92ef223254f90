"""MOD-004: 59 or an X modifier with nothing to be separate from, or both at once."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import ncci, places
from scrubber.registry import Case, Citation, Hit, RemedyKind, Severity, rule


@rule(
    "MOD-004",
    severity=Severity.WARN,
    reason=Reason.MODIFIER,
    carcs=("97", "236"),
    citation=Citation(
        "CMS, proper use of modifiers 59, XE, XP, XS and XU (MLN1783722)",
        "https://www.cms.gov/files/document/mln1783722-proper-use-modifiers-59-xe-xp-xs-xu.pdf",
    ),
    place=places.MODIFIERS,
    remedy="Look at what else was done that day. Where the service was separate from another one that is not billed "
    "here, leave the modifier and keep the proof; else take it off. Beside an X modifier, which says more, 59 is too "
    "much.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the record shows what the modifier says",
    payer_types=ncci.PAYER_TYPES,
    modifiers=ncci.DISTINCT,
)
def modifier_59_separates_nothing(case: Case, line: Line) -> Iterator[Hit]:
    """Modifier 59 or an X modifier stands on the only service of the day, or both stand on one line.

    They say that a service was separate from another of the day. With no other service that day, on this claim or any
    we know of, they say nothing true; payers review such lines. XE, XP, XS and XU are more exact forms of 59, and CMS
    takes one or the other. On a pair that nothing lifts, NCC-001 speaks; 59 where an X modifier would be more exact is
    accepted and left alone, and so is a pair our subset of the NCCI table does not hold.
    """
    marks = ncci.DISTINCT.intersection(line.modifiers)
    if not marks:
        return
    if "59" in marks and len(marks) > 1:
        other = min(marks - {"59"})
        yield Hit(f"{line.code} carries 59 and {other}: {other} is its more exact form, and one of them is enough.")
    elif _alone(case, line):
        mark = min(marks)
        yield Hit(f"{line.code} carries {mark}, and no other service of {case.day(line)} is known to be separate from.")


def _alone(case: Case, line: Line) -> bool:
    day = case.day(line)
    if sum(other.service_from == day for other in case.claim.lines) > 1:
        return False
    return not any(s.service_date == day for known in (case.past.services, case.past.same_batch) for s in known)
