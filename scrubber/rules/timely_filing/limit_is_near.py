"""TFL-002: a filing limit that is close."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from claims.claim import PayerType
from claims.reasons import Reason
from scrubber import payer_profile, places, timely_filing
from scrubber.parameters import parameter
from scrubber.registry import EVERY_PAYER_TYPE, Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule
from scrubber.same_day import ORIGINAL


@rule(
    "TFL-002",
    severity=Severity.WARN,
    reason=Reason.TIMELY_FILING,
    carcs=("29",),
    citation=Citation(
        "42 CFR 424.44 for Medicare; for other payers the contract or provider manual",
        "https://www.ecfr.gov/current/title-42/section-424.44",
    ),
    place=places.SERVICE_DATE,
    remedy="Send it today, and keep the 999 and the 277CA: they prove that it came in time.",
    remedy_kind=RemedyKind.DOCUMENT,
    payer_types=EVERY_PAYER_TYPE - {PayerType.SELF_PAY},
)
def limit_is_near(case: Case) -> Iterable[Answer]:
    """Few days are left until the payer's filing limit.

    A claim that a front end returns has not been filed: what is sent at the last moment has no second try. How many
    days count as few is our own margin.
    """
    first = case.first_service
    if case.claim.frequency != ORIGINAL or first is None:
        return ()
    limit = timely_filing.limit(case, first)
    if isinstance(limit, Gap):
        return (limit,)
    left = (limit.last_day - case.as_of).days
    margin = payer_profile.value(case, parameter("filing_margin_days"), first)
    if margin and 0 <= left < Decimal(margin.value):
        days = "1 day is left" if left == 1 else f"{left} days are left"
        text = f"The claim has to reach the payer by {limit.last_day} ({limit.words}); {days}."
        return (Hit(text, citation=limit.citation),)
    return ()
