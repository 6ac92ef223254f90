"""ELG-001: the eligibility answer is old, or shows no active cover."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import PayerType
from claims.reasons import Reason
from scrubber import eligibility_answers, places
from scrubber.parameters import parameter
from scrubber.registry import EVERY_PAYER_TYPE, Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule


@rule(
    "ELG-001",
    severity=Severity.WARN,
    reason=Reason.ELIGIBILITY,
    carcs=("27", "26", "31"),
    citation=Citation(
        "45 CFR 162.1202, eligibility for a health plan (270/271)",
        "https://www.ecfr.gov/current/title-45/section-162.1202",
    ),
    place=places.MEMBER_ID,
    remedy="Ask the payer again (270) for the day of service, and bill the payer whose cover holds on it.",
    remedy_kind=RemedyKind.OBTAIN,
    payer_types=EVERY_PAYER_TYPE - {PayerType.SELF_PAY, PayerType.WORKERS_COMP, PayerType.AUTO},
    settled=True,
)
def cover_not_confirmed(case: Case) -> Iterator[Answer]:
    """The eligibility answer on file is too old for the service, or shows no active cover.

    Cover ends with a job, a month or a premium, and the payer does not tell the practice. An answer that came after the
    service counts as well; one that says the cover has ended, with a last day after the service, covers it still. How
    many days are too many is the practice's own choice, 30 unless it says otherwise.
    """
    answer = eligibility_answers.newest(case)
    if answer is None or answer.checked_on is None:
        yield eligibility_answers.NOT_ASKED
        return
    days = [line.service_from for line in case.claim.lines if line.service_from]
    if not days:
        yield Gap(("date of service",), "no line has a date of service")
        return
    told = answer.valid_from or answer.valid_to
    if answer.active is False and not (answer.valid_to and all(eligibility_answers.holds(answer, day) for day in days)):
        yield Hit(f"The eligibility answer of {answer.checked_on} shows no active cover with this payer.")
        return
    if answer.active is None and not told:
        yield Gap(("eligibility answer",), "the answer on file does not say whether the cover is active")
        return
    value = parameter("eligibility_days").on(max(days), case.as_of)
    age = (max(days) - answer.checked_on).days
    if value is not None and age > int(value.value):
        yield Hit(f"The eligibility answer is of {answer.checked_on}, {age} days before the service of {max(days)}.")
