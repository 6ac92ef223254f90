"""An entry of the practice's book of approvals and cover: one word of a payer, whose it is, who wrote it down and when.

Whatever a record came as (CSV, claim JSON, 278, FHIR ClaimResponse, 271, a phone call), it is kept as entries. An entry
is never changed: a later one on the same authorization takes its place from its own day on (`past.recorded`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from claims.claim import Authorization, Claim, Eligibility
from claims.records import CANCELLED, AuthorizationRecord, EligibilityRecord, Whose

# What a payer decides, in a biller's words, and how the rules take it: of a partial approval the record lists what was
# approved, and what was cancelled holds no more than what was refused.
DECISIONS: Mapping[str, str] = MappingProxyType(
    {
        "approved": "approved", "partial": "approved", "pending": "pending", "denied": "denied",
        "cancelled": "denied", "not_required": "not_required",
    }
)  # fmt: skip
NOBODY = Whose()
STAGES = ("trial", "permanent", "side_1", "side_2")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry; of `authorization` and `answers` one is there.

    `recorded_on` is the day the practice knew it, `recorded_by` a staff name or id, `record_ref` the practice's own
    reference by which its people find the patient: neither names a patient. `whose` does, and is kept as a keyed hash
    alone.
    """

    recorded_on: date
    whose: Whose = NOBODY
    authorization: Authorization | None = None
    answers: tuple[Eligibility, ...] = ()
    decision: str = ""  # of DECISIONS
    request: str = ""  # what the request is called while it has no number
    stage: str = ""  # of STAGES: a procedure approved step by step
    follows: str = ""  # the number of the approval of the step before
    claim_id: str = ""  # CLM01 of a claim of the patient's
    record_ref: str = ""
    recorded_by: str = ""
    source: str = ""  # csv, claim_json, fhir, 278, 271, by_hand
    place: str = ""  # where it stands in its file
    answer: str = ""  # what entries of one answer share: they stand side by side
    dated: bool = True  # False: the source bears no day, and `recorded_on` is the one it was read on


def entries_of(record: AuthorizationRecord | EligibilityRecord, source: str, today: date) -> Iterator[Entry]:
    """What a payer's answer puts into the book; nothing where it rejected the question and decided nothing.

    `today` stands for the day of an answer that bears none.
    """
    day = record.known_on or today
    if isinstance(record, EligibilityRecord):
        answers = tuple(a if a.checked_on else replace(a, checked_on=day) for a in record.answers)
        if answers:
            number = record.whose.account_number
            yield Entry(day, record.whose, answers=answers, claim_id=number, source=source, place=record.place)
        return
    for authorization in record.authorizations:
        yield Entry(
            day,
            record.whose,
            replace(authorization, recorded_on=authorization.recorded_on or day),
            decision=_decision(record, authorization),
            request=_request(record),
            follows=record.previous_number,
            claim_id=record.whose.account_number,
            source=source,
            place=record.place,
            answer=record.place,
        )


def _decision(record: AuthorizationRecord, authorization: Authorization) -> str:
    if record.action == CANCELLED:
        return "cancelled"
    partly = authorization.status == "approved" and any(a.status == "denied" for a in record.authorizations)
    return "partial" if partly else authorization.status


def _request(record: AuthorizationRecord) -> str:
    """The name that stays with the request: the trace we gave it, else its own number, else the payer's for a while."""
    traces = (trace.number for trace in record.traces if trace.ours and trace.number)
    return next(traces, "") or record.request_reference or record.administrative_reference


def entries_of_claim(claim: Claim, today: date, place: str = "") -> Iterator[Entry]:
    """What a claim JSON tells of approvals and cover beside the claim itself."""
    whose = whose_of(claim)
    for i, authorization in enumerate(claim.authorizations):
        day = authorization.recorded_on or authorization.decided_on or today
        where = f"{place}/authorizations/{i}"
        known = replace(authorization, recorded_on=day, payer_id=authorization.payer_id or claim.payer.id)
        yield Entry(
            day, whose, known, decision=known.status, claim_id=claim.id, source="claim_json", place=where, answer=place
        )
    for i, answer in enumerate(claim.eligibility):
        if answer.checked_on:
            known_answer = replace(answer, payer_id=answer.payer_id or claim.payer.id)
            where = f"{place}/eligibility/{i}"
            yield Entry(answer.checked_on, whose, answers=(known_answer,), source="claim_json", place=where)


def whose_of(claim: Claim) -> Whose:
    """Whose claim it is, as a record would say it."""
    patient = claim.patient if claim.patient != type(claim.patient)() else claim.subscriber.person
    return Whose(
        patient, claim.subscriber.person, claim.subscriber.member_id, claim.subscriber.group_number,
        record_number=claim.medical_record_number, relationship=claim.subscriber.relationship,
    )  # fmt: skip
