"""The claim as a biller sees it: who, for whom, to which payer, and its service lines.

Codes are strings exactly as they were sent, money is `Decimal`, days are `date`. Nothing here knows X12 or a rule.
`segments` on a claim or line maps a segment key (`"CLM"`, `"NM1*85"`, `"REF*G1"`, `"SV1"`) to its ordinal in the file
it came from (ISA = 1), so that a finding can point to the wire; it is empty for a claim that came as JSON, and it takes
no part in equality.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from claims.freezing import made_quickly

ZERO = Decimal(0)
COMPONENT = "\x1f"  # between the components of a carried element, so that no file's own delimiter is needed
REPETITION = "\x1e"


class PayerType(StrEnum):
    """What kind of payer decides; rules declare the kinds they bind."""

    MEDICARE = "medicare"
    MEDICARE_ADVANTAGE = "medicare_advantage"
    MEDICAID = "medicaid"
    TRICARE = "tricare"
    VA = "va"
    WORKERS_COMP = "workers_comp"
    AUTO = "auto"
    COMMERCIAL = "commercial"
    SELF_PAY = "self_pay"
    UNKNOWN = "unknown"

    __hash__ = str.__hash__  # that of the word it equals, and without the call into Enum that every look-up would make


class ClaimKind(StrEnum):
    """Whether the claim bills a clinician's work or an ambulatory surgery centre's facility fee."""

    PROFESSIONAL = "professional"
    ASC_FACILITY = "asc_facility"
    UNKNOWN = "unknown"

    __hash__ = str.__hash__  # as that of a payer type


# SBR09 claim filing indicator (X12 005010X222A1, loop 2000B) -> payer type
FILING_INDICATORS: Mapping[str, PayerType] = MappingProxyType(
    {
        "MB": PayerType.MEDICARE, "MA": PayerType.MEDICARE,
        "16": PayerType.MEDICARE_ADVANTAGE,
        "MC": PayerType.MEDICAID, "CH": PayerType.TRICARE, "VA": PayerType.VA,
        "WC": PayerType.WORKERS_COMP, "AM": PayerType.AUTO, "LM": PayerType.AUTO, "09": PayerType.SELF_PAY,
        "CI": PayerType.COMMERCIAL, "BL": PayerType.COMMERCIAL, "12": PayerType.COMMERCIAL,
        "HM": PayerType.COMMERCIAL, "FI": PayerType.COMMERCIAL,  # any HMO; the Federal Employees Program
        "13": PayerType.COMMERCIAL, "14": PayerType.COMMERCIAL, "15": PayerType.COMMERCIAL,
    }
)  # fmt: skip


@made_quickly
@dataclass(frozen=True, slots=True)
class Carried:
    """One segment our own fields do not say, or say only in part: kept so that the claim can be given back whole.

    May hold patient data: it is compared, never shown and never logged. `loop` is where it stood (`"2300"`), `owner`
    the role of the party it speaks of (NM101), if any. Of a `partial` segment our own fields say the rest, and they
    win where the two differ. `number` is its ordinal in the file it came from, 0 where there is none.
    """

    loop: str
    elements: tuple[str, ...]
    owner: str = ""
    partial: bool = False
    number: int = field(default=0, compare=False)

    def __repr__(self) -> str:
        """Where it stood and what it is, without what it says."""
        return f"Carried({self.loop!r}, {self.elements[0]!r})"


@made_quickly
@dataclass(frozen=True, slots=True)
class Address:
    """A postal address as sent (N3, N4)."""

    street: str = ""
    street2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""


@made_quickly
@dataclass(frozen=True, slots=True)
class Provider:
    """A clinician, group or facility: NM1 with its N3/N4, PRV and REF."""

    npi: str = ""
    name: str = ""
    first_name: str = ""
    is_person: bool = False
    tax_id: str = ""
    tax_id_kind: str = ""  # EI or SY
    taxonomy: str = ""
    address: Address | None = None


@made_quickly
@dataclass(frozen=True, slots=True)
class Person:
    """A patient or subscriber. Patient data: never logged, never in an error text."""

    last_name: str = ""
    first_name: str = ""
    middle_name: str = ""
    birth_date: date | None = None
    sex: str = ""  # F, M, U as DMG03
    address: Address | None = None


@made_quickly
@dataclass(frozen=True, slots=True)
class Subscriber:
    """Who holds the cover (2000B, 2010BA)."""

    person: Person = Person()
    member_id: str = ""
    group_number: str = ""
    relationship: str = "18"  # SBR02 (18 = self) or PAT01 of 2000C


@made_quickly
@dataclass(frozen=True, slots=True)
class Payer:
    """Whom the claim goes to (2010BB) and in which turn (SBR01)."""

    id: str = ""
    name: str = ""
    filing_indicator: str = ""
    type: PayerType = PayerType.UNKNOWN
    sequence: str = "P"  # P, S or T


@lru_cache(maxsize=8192)  # a practice's diagnoses are few, and every rule of diagnoses asks
def _dotted(code: str) -> str:
    bare = code.replace(".", "").strip().upper()
    return bare if len(bare) <= 3 else f"{bare[:3]}.{bare[3:]}"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One ICD-10-CM diagnosis, as sent."""

    code: str

    @property
    def dotted(self) -> str:
        """The code in the form tables use.

        >>> Diagnosis("M5416").dotted, Diagnosis("m54.16").dotted, Diagnosis("R52").dotted
        ('M54.16', 'M54.16', 'R52')
        """
        return _dotted(self.code)


@made_quickly
@dataclass(frozen=True, slots=True)
class Adjustment:
    """Why paid differs from charged: one group, CARC and amount of a CAS segment."""

    group: str  # CO, PR, OA, PI
    carc: str
    amount: Decimal
    quantity: Decimal | None = None


@made_quickly
@dataclass(frozen=True, slots=True)
class DatedEvent:
    """A date of the claim or line that has no field of its own, by its qualifier (DTP01)."""

    qualifier: str  # 454 initial treatment, 304 last seen, 453 acute manifestation, 435 admission, ...
    start: date
    end: date | None = None  # None: a single day


@dataclass(frozen=True, slots=True)
class Note:
    """A note (NTE). Free text: never logged."""

    kind: str  # ADD additional information, CER certification, DCP goals, TPO third party
    text: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """Paper that goes with the claim or line, and how it is sent (PWK)."""

    kind: str  # PWK01, such as OZ (support data) or M1 (medical record)
    transmission: str = ""  # PWK02: AA on request, BM mail, EL electronic, FX fax
    control_number: str = ""  # PWK06


@made_quickly
@dataclass(frozen=True, slots=True)
class LineAdjudication:
    """What another payer decided on the line (2430)."""

    payer_id: str  # SVD01, the id of one of the claim's other payers
    paid: Decimal
    code: str
    units: Decimal | None
    modifiers: tuple[str, ...] = ()
    bundled_line: int | None = None  # SVD06: the line this one was bundled into
    adjustments: tuple[Adjustment, ...] = ()
    adjudicated_on: date | None = None  # DTP*573
    patient_liability: Decimal | None = None  # AMT*EAF, what is left for the patient to pay
    qualifier: str = "HC"
    description: str = ""
    extra: tuple[Carried, ...] = field(default=(), repr=False)


@made_quickly
@dataclass(frozen=True, slots=True)
class OtherPayer:
    """Another payer of the patient's, and what it decided on the claim (2320, 2330)."""

    sequence: str = ""  # SBR01: P, S, T, A ...
    payer_id: str = ""
    name: str = ""
    relationship: str = ""  # SBR02
    group_number: str = ""
    plan_name: str = ""  # SBR04
    insurance_type: str = ""  # SBR05: why Medicare is not the first payer
    filing_indicator: str = ""
    adjustments: tuple[Adjustment, ...] = ()
    paid: Decimal | None = None  # AMT*D
    non_covered: Decimal | None = None  # AMT*A8
    patient_liability: Decimal | None = None  # AMT*EAF
    benefits_assigned: str = ""  # OI03
    patient_signature: str = ""  # OI04
    release_of_information: str = ""  # OI06
    remarks: tuple[str, ...] = ()  # MOA03 to MOA07
    insured: Person = Person()
    member_id: str = ""
    adjudicated_on: date | None = None  # DTP*573
    claim_control_number: str = ""  # REF*F8
    authorization_number: str = ""  # REF*G1
    referral_number: str = ""  # REF*9F
    extra: tuple[Carried, ...] = field(default=(), repr=False)
    segments: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)


@made_quickly
@dataclass(frozen=True, slots=True)
class Line:
    """One service line (2400): the unit a payer answers by and the model predicts."""

    number: int
    code: str
    charge: Decimal
    units: Decimal
    service_from: date | None
    service_to: date | None = None  # None: the same day as service_from
    modifiers: tuple[str, ...] = ()
    unit: str = "UN"  # UN or MJ
    place: str = ""  # SV105; empty: the claim's place of service
    diagnosis_pointers: tuple[int, ...] = ()
    control_number: str = ""  # REF*6R
    authorization_number: str = ""  # 2400 REF*G1
    referral_number: str = ""  # 2400 REF*9F
    ndc: str = ""  # 2410 LIN03
    description: str = ""  # SV101-7, needed by unlisted codes
    emergency: bool = False
    rendering: Provider | None = None  # 2420A, when it differs from the claim's
    ordering: Provider | None = None  # 2420E
    clia: str = ""  # REF*X4
    qualifier: str = "HC"  # SV101-1
    drug_quantity: Decimal | None = None  # 2410 CTP04
    drug_unit: str = ""  # CTP05-1: F2, GR, ME, ML, UN
    prescription_number: str = ""  # 2410 REF*XZ
    referring: Provider | None = None  # 2420F
    supervising: Provider | None = None  # 2420D
    facility: Provider | None = None  # 2420C
    purchased_from: Provider | None = None  # 2420B
    dates: tuple[DatedEvent, ...] = ()
    notes: tuple[Note, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    adjudications: tuple[LineAdjudication, ...] = ()
    extra: tuple[Carried, ...] = field(default=(), repr=False)
    segments: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)

    @property
    def service_end(self) -> date | None:
        """The last day of service."""
        return self.service_to or self.service_from


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact of the clinical record, from the closed list in `claims.evidence`."""

    item: str
    value: str
    unit: str = ""
    line: int | None = None
    family: str = ""
    recorded_on: date | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class AuthorizedCode:
    """A code an authorization covers, with the units and side it allows."""

    code: str
    units: Decimal | None = None
    side: str = ""


@dataclass(frozen=True, slots=True)
class Authorization:
    """A payer's prior authorization, as the practice recorded it."""

    number: str
    payer_id: str = ""
    status: str = ""  # approved, pending, denied, not_required
    decided_on: date | None = None
    recorded_on: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    codes: tuple[AuthorizedCode, ...] = ()
    npi: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class CareSpan:
    """A time in which a Medicare patient's care is paid in another way, as an eligibility answer tells it."""

    kind: str  # medicare_advantage, hospice, home_health
    valid_from: date | None = None
    valid_to: date | None = None  # inclusive; None: it goes on


@dataclass(frozen=True, slots=True)
class BenefitLimit:
    """What an eligibility answer says of a service that the plan leaves out, makes wait for, or pays only so often."""

    codes: tuple[str, ...] = ()
    family: str = ""  # of the code table; with no codes and no family it is about every service
    excluded: bool = False
    remaining: Decimal | None = None  # how many are left (271 EB06 = 29)
    covered_from: date | None = None  # the first day after a waiting period


@dataclass(frozen=True, slots=True)
class Eligibility:
    """One eligibility answer (271) the practice holds; what it does not say of cover is None or empty."""

    checked_on: date | None
    payer_id: str = ""
    active: bool | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    plan_type: str = ""  # HMO, PPO, PRIME ..., or the code of 271 EB04
    other_payers: tuple[str, ...] = ()
    primary_payer: str = ""  # the id of the payer that comes first (271 loop 2120, PRP)
    payer_type: str = ""  # what kind of payer it is: a PayerType value
    referral_required: bool | None = None
    spans: tuple[CareSpan, ...] = ()
    limits: tuple[BenefitLimit, ...] = ()


@dataclass(frozen=True, slots=True)
class PriorService:
    """A service rendered before this claim that our own store does not hold."""

    code: str
    service_date: date
    modifiers: tuple[str, ...] = ()
    units: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class PriorServices:
    """What the practice asserts about the patient's past; `complete_since` says how far back the list is whole."""

    complete_since: date | None = None
    items: tuple[PriorService, ...] = ()


@made_quickly
@dataclass(frozen=True, slots=True)
class Origin:
    """Where a claim or remittance stood on the wire: its identity, and the day the sender dated it.

    `known_on` is BHT04 of an 837 (else GS04); of an 835 the later of GS04 and DTM*405.
    """

    sender: str = ""  # ISA06
    interchange: str = ""  # ISA13
    group: str = ""  # GS06
    transaction: str = ""  # ST02
    ordinal: int = 0  # of the claim or CLP within its transaction set, from 1
    known_on: date | None = None
    purpose: str = ""  # BHT06: CH claims, RP encounters, 31 subrogation
    receiver: str = ""  # ISA08
    test: bool = False  # ISA15 = T
    batch: str = ""  # BHT03, the sender's number for the batch
    # What a claim of an export (`claims.exports`) could not tell, from `claims.untold`; empty for one that came whole.
    untold: tuple[str, ...] = ()
    header: tuple[Carried, ...] = field(default=(), repr=False)  # BHT, 1000A, 1000B, where they say more than ours


@made_quickly
@dataclass(frozen=True, slots=True)
class Claim:
    """A professional claim, as submitted or about to be."""

    id: str  # CLM01; may be a patient account number: shown, never logged
    charge: Decimal  # CLM02
    payer: Payer
    billing: Provider
    subscriber: Subscriber
    patient: Person
    diagnoses: tuple[Diagnosis, ...]
    lines: tuple[Line, ...]
    frequency: str = "1"  # CLM05-3: 1 original, 7 replacement, 8 void
    place_of_service: str = ""  # CLM05-1
    kind: ClaimKind = ClaimKind.UNKNOWN
    submitted_on: date | None = None
    rendering: Provider | None = None  # 2310B
    referring: Provider | None = None  # 2310A
    supervising: Provider | None = None  # 2310D
    facility: Provider | None = None  # 2310C
    authorization_number: str = ""  # 2300 REF*G1
    referral_number: str = ""  # 2300 REF*9F
    original_reference: str = ""  # 2300 REF*F8
    medical_record_number: str = ""  # 2300 REF*EA
    clia: str = ""  # 2300 REF*X4
    accident_causes: tuple[str, ...] = ()  # CLM11: AA, EM, OA
    accident_state: str = ""
    accident_date: date | None = None  # DTP*439
    onset_date: date | None = None  # DTP*431
    provider_signature: str = "Y"  # CLM06
    assignment: str = "A"  # CLM07
    benefits_assigned: str = "Y"  # CLM08
    release_of_information: str = "Y"  # CLM09
    delay_reason: str = ""  # CLM20
    amount_paid: Decimal | None = None  # AMT*F5, by the patient
    note: str = ""  # NTE02
    note_kind: str = "ADD"  # NTE01
    accident_country: str = ""  # CLM11-5
    patient_signature: str = ""  # CLM10
    special_program: str = ""  # CLM12
    participation: str = ""  # CLM16
    dates: tuple[DatedEvent, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    other_payers: tuple[OtherPayer, ...] = ()
    extra: tuple[Carried, ...] = field(default=(), repr=False)
    evidence: tuple[Evidence, ...] = ()
    authorizations: tuple[Authorization, ...] = ()
    eligibility: tuple[Eligibility, ...] = ()
    prior_services: PriorServices | None = None
    origin: Origin | None = field(default=None, compare=False)
    segments: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)

    def place_of(self, line: Line) -> str:
        """The line's place of service: its own (SV105), else the claim's."""
        return line.place or self.place_of_service

    def rendering_of(self, line: Line) -> Provider:
        """Who rendered the line: 2420A, else 2310B, else the billing provider."""
        return line.rendering or self.rendering or self.billing

    def diagnoses_of(self, line: Line) -> tuple[Diagnosis, ...]:
        """The diagnoses the line points to; a pointer past the list is left out."""
        return tuple(self.diagnoses[p - 1] for p in line.diagnosis_pointers if 0 < p <= len(self.diagnoses))

    @property
    def first_service(self) -> date | None:
        """The earliest day of service of the claim."""
        first = None
        for line in self.lines:  # a plain loop: rules ask of every claim
            day = line.service_from
            if day is not None and (first is None or day < first):
                first = day
        return first
