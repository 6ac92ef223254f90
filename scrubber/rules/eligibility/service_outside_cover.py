"""ELG-002: the service lies outside the days of the cover, or the cover is another kind of payer's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from claims.claim import Eligibility, PayerType
from claims.reasons import Reason
from scrubber import eligibility_answers, places
from scrubber.eligibility_answers import holds
from scrubber.registry import EVERY_PAYER_TYPE, Answer, Case, Citation, Hit, RemedyKind, Severity, rule
from scrubber.whole_claim import of_lines


@rule(
    "ELG-002",
    severity=Severity.DENY,
    reason=Reason.ELIGIBILITY,
    carcs=("26", "27"),
    citation=Citation(
        "X12 CARC 26 and 27 (expenses before the cover began, after it ended), 109 (not this payer)",
        "https://x12.org/codes/claim-adjustment-reason-codes",
    ),
    place=places.SERVICE_DATE,
    remedy="Check the date of service against the record. Where it is right, ask the patient and the payers who "
    "covered that day, and bill that payer.",
    remedy_kind=RemedyKind.OBTAIN,
    requires="the payer billed covered the patient on the day of service",
    payer_types=EVERY_PAYER_TYPE - {PayerType.SELF_PAY},
    supersedes=("ELG-001",),
    settled=True,
)
def service_outside_cover(case: Case) -> Iterator[Answer]:
    """The service lies outside the days of the cover, or the cover is another kind of payer's.

    The newest answer of this payer counts. Where it only says that the cover began after the service, an earlier answer
    may still have covered it: plans begin anew with the year. Medicare for which a Medicare Advantage plan pays is
    another rule's finding.
    """
    answers = eligibility_answers.answers(case)
    if not answers:
        yield eligibility_answers.NOT_ASKED
        return
    if _other_kind(case, answers[0]):
        kind, sent = (word.replace("_", " ") for word in (answers[0].payer_type, case.payer_type.value))
        yield Hit(
            f"The eligibility answer of {answers[0].checked_on} is of a {kind} plan; the claim goes out as {sent}.",
            carcs=("109", "24"),
            place=places.PAYER_ID,
        )
        return
    outside = [x for x in case.claim.lines if x.service_from and not _covered(answers, x.service_from)]
    late = [x for x in outside if answers[0].valid_to and x.service_from and x.service_from > answers[0].valid_to]
    cover = f"The eligibility answer of {answers[0].checked_on} has cover {eligibility_answers.dated(answers[0])}"
    hit = Hit(f"{cover}; the service lies outside.", carcs=("27",) if late else ("26",))
    yield from of_lines(case, outside, hit)


def _other_kind(case: Case, answer: Eligibility) -> bool:
    said = {answer.payer_type, case.payer_type.value}
    unsaid = {"", PayerType.UNKNOWN.value}
    advantage = case.payer_type is PayerType.MEDICARE and answer.payer_type == PayerType.MEDICARE_ADVANTAGE
    return len(said) > 1 and not said & unsaid and not advantage


def _covered(answers: Sequence[Eligibility], day: date) -> bool:
    newest = [answer for answer in answers if answer.checked_on == answers[0].checked_on]
    if any(holds(answer, day) for answer in newest):
        return True
    if not all(answer.valid_from and day < answer.valid_from for answer in newest):
        return False
    return any(_told_cover(answer) and holds(answer, day) for answer in answers[len(newest) :])


def _told_cover(answer: Eligibility) -> bool:
    return answer.active is not False and bool(answer.active or answer.valid_from or answer.valid_to)
