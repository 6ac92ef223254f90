"""What came to the practice of a payer's approvals and of a patient's cover: the record, and whose it is.

Every reader (CSV, claim JSON, FHIR ClaimResponse, X12 278 and 271) gives these, whatever it read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from claims.claim import Authorization, Eligibility, Person

# The words for what a payer decided, and what each means to a claim; "" is a record that does not say
DECISIONS: Mapping[str, str] = MappingProxyType(
    {
        "approved": "the payer approved what was asked",
        "partial": "the payer approved less than was asked: the record lists what it approved",
        "pending": "the payer has not decided yet",
        "denied": "the payer refused",
        "cancelled": "the approval or request was taken back",
        "not_required": "the payer said that it wants no approval",
    }
)
STAGES = ("trial", "permanent", "side_1", "side_2")


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose record it is, as far as its source says. Patient data: never logged, never shown, kept only as a keyed hash.

    `person` and `member_id` are of the patient; where the patient is a dependent, `member_id` is that of the cover.
    """

    person: Person = Person()
    member_id: str = ""
    medical_record_number: str = ""  # the practice's own, as claims bear it (2300 REF*EA)
    claim_id: str = ""  # CLM01 of a claim of the patient's

    def __repr__(self) -> str:
        """Which kinds of identity it has, not what they say."""
        said = (self.person != Person(), self.member_id, self.medical_record_number, self.claim_id)
        kinds = (kind for kind, given in zip(("person", "member", "record", "claim"), said, strict=True) if given)
        return f"Whose({', '.join(kinds)})"


@dataclass(frozen=True, slots=True)
class AuthorizationRecord:
    """One word of a payer, or of the practice, on one authorization.

    `authorization.status` is one of `DECISIONS` or ""; `authorization.recorded_on` is the day it became known here (278:
    BHT04; FHIR: `created`), None where the source does not say. `request` is what the practice or the payer calls the
    request, where it has a name of its own (278 TRN02 or BHT03; FHIR: the identifier of the request).
    """

    authorization: Authorization
    whose: Whose = Whose()
    request: str = ""
    place: str = ""  # where it stands in its file: "segment 14", "line 3", "/entry/0/resource"
    stage: str = ""  # one of STAGES, of a procedure that is approved step by step
    follows: str = ""  # the number of the approval of the step before
    record_ref: str = ""  # the practice's own reference, by which its people find the patient; no name
    recorded_by: str = ""  # who of the practice wrote it down: a staff name or id, no patient


@dataclass(frozen=True, slots=True)
class EligibilityRecord:
    """One eligibility answer, and of whom it speaks; `eligibility.checked_on` is the day it came (271: BHT04)."""

    eligibility: Eligibility
    whose: Whose = Whose()
    place: str = ""
    record_ref: str = field(default="")
    recorded_by: str = field(default="")
