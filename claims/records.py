"""What a payer said of a patient before any claim: decisions on prior authorization, and answers about cover.

A practice gets them as 278 and 271 files or as a FHIR ClaimResponse; read, they are the `Authorization` and
`Eligibility` that a claim carries beside it, with whom they are of. Whose record it is says patient data and is never
shown: no repr here holds a name, a birth date, a member's number or the practice's own record number.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from claims.claim import Authorization, Diagnosis, Eligibility, Origin, Person

CANCELLED = "C"  # the action that takes an approval back (code list 306)

_NUMBERS = ("member_id", "group_number", "record_number", "account_number")


@dataclass(frozen=True, slots=True)
class Whose:
    """Whom a record is of, as far as its sender said. Patient data: compared, never shown and never logged."""

    person: Person = field(default=Person())  # the patient
    subscriber: Person = field(default=Person())  # who holds the cover; the patient too where `relationship` is "18"
    member_id: str = ""
    group_number: str = ""
    record_number: str = ""  # the practice's own medical record number, echoed (REF*EA)
    account_number: str = ""  # the practice's own account number for the patient, echoed (REF*EJ)
    relationship: str = "18"  # 18: the patient holds the cover; "" where it is not said

    def __repr__(self) -> str:
        """What is known, without what it says."""
        known = [name for name in _NUMBERS if getattr(self, name)]
        if self.person != Person():
            known.insert(0, "person")
        return f"Whose({', '.join(known) or 'nobody'})"


@dataclass(frozen=True, slots=True)
class Trace:
    """A number that one side gave a request, echoed by the other (TRN)."""

    number: str
    origin: str = ""  # TRN03: who gave it
    ours: bool = True  # TRN01 is 2: given by the one who asked; False: by the payer


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a request was not answered (AAA): nothing was decided, and nothing is known of the cover."""

    code: str  # AAA03, such as 75: the subscriber was not found
    follow_up: str = ""  # AAA04, such as C: correct and send again
    level: str = ""  # payer, requester, provider, subscriber, dependent, event, service


@dataclass(frozen=True, slots=True)
class ServiceDecision:
    """What was decided of one service of a request."""

    code: str = ""  # "" where it is named by its kind alone
    modifiers: tuple[str, ...] = ()
    last_code: str = ""  # of a range of codes that begins with `code`
    units: Decimal | None = None  # of the code
    quantity: Decimal | None = None  # visits, days or hours (HSD)
    quantity_unit: str = ""  # VS visits, DY days, HS hours, MN months, FL units
    side: str = ""  # left, right, both, as AuthorizedCode has it
    npi: str = ""  # who is to do it
    place: str = ""  # place of service
    service_type: str = ""  # UM03
    status: str = ""  # approved, pending, denied, not_required
    action: str = ""  # HCR01, its own or the event's
    reasons: tuple[str, ...] = ()  # HCR03
    number: str = ""  # HCR02, its own or the event's
    decided_on: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    trace: str = ""
    rejections: tuple[Rejection, ...] = ()


@dataclass(frozen=True, slots=True)
class AuthorizationRecord:
    """A payer's answer to one request for prior authorization.

    `authorizations` are the decisions in the form a claim carries: one for each number, status and window, with the
    codes it is about; none where the request was rejected. `recorded_on` of them is empty: that is for who takes the
    record into the books. `services` says the same service by service, with what `Authorization` has no word for.
    """

    authorizations: tuple[Authorization, ...]
    whose: Whose = field(default=Whose(), repr=False)
    action: str = ""  # HCR01: A1, A2, A3, A4, A6, C, CT, NA; "" where there is no decision on the whole
    reasons: tuple[str, ...] = ()  # HCR03
    services: tuple[ServiceDecision, ...] = ()
    request_reference: str = ""  # BHT03, or the identifier of the FHIR Claim: the request's own
    traces: tuple[Trace, ...] = ()
    previous_number: str = ""  # REF*BB: the authorization this one goes on from
    administrative_reference: str = ""  # REF*NT: the payer's reference while nothing is decided
    category: str = ""  # UM01: AR admission, HS services, SC specialty care
    request_kind: str = ""  # UM02: I initial, R renewal, S revised, 3 cancel, 4 extension
    service_type: str = ""  # UM03
    quantity: Decimal | None = None  # of the whole event (HSD)
    quantity_unit: str = ""
    diagnoses: tuple[Diagnosis, ...] = field(default=(), repr=False)
    event_from: date | None = None  # DTP*AAH: the day or days it was asked for
    event_to: date | None = None
    payer_name: str = ""
    requester_npi: str = ""
    rejections: tuple[Rejection, ...] = ()
    known_on: date | None = None  # the day the payer made the answer (BHT04)
    place: str = ""  # where it stands in its file: "segment 14" or a JSON pointer
    origin: Origin | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class ApprovalDemand:
    """What an eligibility answer says of a service: whether the plan wants it approved beforehand (EB11)."""

    wanted: bool
    codes: tuple[str, ...] = ()
    service_types: tuple[str, ...] = ()  # EB03; with no codes and no types it is about every service


@dataclass(frozen=True, slots=True)
class EligibilityRecord:
    """A payer's answer about one patient's cover.

    `answers` are in the form a claim carries, one for each plan or time of cover, the one that counts first; none where
    the question was rejected.
    """

    answers: tuple[Eligibility, ...]
    whose: Whose = field(default=Whose(), repr=False)
    request_reference: str = ""  # BHT03: the question's own
    traces: tuple[Trace, ...] = ()
    payer_name: str = ""
    plan_name: str = ""  # EB05 of the plan that covers the patient
    requester_npi: str = ""
    approvals: tuple[ApprovalDemand, ...] = ()
    statements: int = 0  # how many EB it was read from
    rejections: tuple[Rejection, ...] = ()
    known_on: date | None = None  # the day the payer made the answer (BHT04)
    place: str = ""
    origin: Origin | None = field(default=None, compare=False)
