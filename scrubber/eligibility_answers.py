"""Eligibility answers (271) the practice holds: which speak for a claim, and what they say of a day.

An answer is known when it came by the day the claim would be sent. It is of the claim's payer when it names that payer,
or none. The newest speaks; of one day several may, since a payer answers for each plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from claims.claim import CareSpan, Eligibility
from scrubber.registry import Case, Gap

NOT_ASKED = Gap(("eligibility answer",), "no eligibility answer of this payer is here", of_claim=True)


def known(case: Case) -> Sequence[Eligibility]:
    """Every answer that had come by the day the claim would be sent, newest first."""
    if not case.claim.eligibility:
        return ()
    return case.once("eligibility answers", lambda: _known(case))


def answers(case: Case) -> Sequence[Eligibility]:
    """Those of the claim's payer, newest first."""
    if not case.claim.eligibility:
        return ()
    return [answer for answer in known(case) if answer.payer_id in ("", case.claim.payer.id)]


def newest(case: Case) -> Eligibility | None:
    """The newest answer of the claim's payer."""
    found = answers(case)
    return found[0] if found else None


def holds(span: Eligibility | CareSpan, day: date) -> bool:
    """True where the day lies in the dates given; what is left open reaches as far as it goes."""
    begun = span.valid_from is None or span.valid_from <= day
    return begun and (span.valid_to is None or day <= span.valid_to)


def dated(span: Eligibility) -> str:
    """The days of the cover, in words."""
    return f"from {span.valid_from or 'an open day'} to {span.valid_to or 'an open end'}"


def _known(case: Case) -> Sequence[Eligibility]:
    came = [(a.checked_on, a) for a in case.claim.eligibility if a.checked_on and a.checked_on <= case.as_of]
    return tuple(answer for _, answer in sorted(came, key=lambda pair: pair[0], reverse=True))
