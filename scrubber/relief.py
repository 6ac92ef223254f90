"""What the last procedure of a kind brought, held against what a policy wants to see before the next one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from claims.claim import Line
from scrubber import payer_profile, places
from scrubber.parameters import Parameter, Value
from scrubber.registry import Answer, Case, Citation, Gap, Hit, RemedyKind, Severity

PERCENT, WEEKS = "prior_response_percent", "prior_response_duration"
_REMEDY = (
    "Look up what the last one brought, in pain or in function, and for how long, and correct what was recorded "
    "wrongly. If it stands, the policy does not cover doing it again."
)


def short_of(case: Case, line: Line, item: str, limit: Parameter) -> tuple[Decimal, Value] | None:
    """What the record says of the item and what the policy wants, where the first is less; else None.

    Raises NotSaid where the record says nothing.
    """
    wanted = payer_profile.value(case, limit, case.day(line))
    if wanted is None:
        return None
    found = case.number(item, line)
    return (found, wanted) if found < int(wanted.value) else None


def too_little(
    case: Case, line: Line, last: date, percent: Parameter, weeks: Parameter, citation: Citation | None = None
) -> Iterator[Answer]:
    """A warning where the procedure of `last` brought less relief, or for a shorter time, than a repeat needs.

    It never denies: most policies take a gain in function as well, which the record may show elsewhere.
    """
    short, missing, by = [], [], citation
    for item, limit, unit in ((PERCENT, percent, "%"), (WEEKS, weeks, "weeks")):
        if case.told(item, line) is None:
            if not case.absent(item, line):  # that the record does not tell it is DOC-005's to say
                missing.append(f"evidence {item}")
        elif found := short_of(case, line, item, limit):
            short.append(f"{found[0].normalize():f} of the {found[1].value} {unit}")
            by = payer_profile.cited(found[1]) or by
    if short:
        yield Hit(
            f"{line.code} repeats the session of {last}, whose relief reached {' and '.join(short)} that the policy "
            "wants.",
            severity=Severity.WARN,
            carcs=("50",),
            place=places.PROCEDURE,
            remedy=_REMEDY,
            remedy_kind=RemedyKind.DOCUMENT,
            requires="the record shows the relief, how it was measured, and the days",
            citation=by,
        )
    elif missing:
        yield Gap(tuple(missing), f"what the session of {last} brought is not recorded")
