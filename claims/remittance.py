"""The payer's answer: an 835 read into remittances (CLP), service adjudications (SVC) and adjustments (CAS)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from claims.claim import Adjustment, Carried, Origin, Person
from claims.freezing import made_quickly

__all__ = [
    "PREDETERMINATION", "REVERSAL", "Adjudication", "Adjustment", "Payment", "ProviderAdjustment", "Remittance",
]  # fmt: skip

REVERSAL = "22"  # CLP02: reversal of a previous payment
PREDETERMINATION = "25"  # CLP02: predetermination pricing only


@made_quickly
@dataclass(frozen=True, slots=True)
class Adjudication:
    """The payer's decision on one service (SVC with its DTM, CAS, REF, AMT and LQ)."""

    code: str
    charge: Decimal
    paid: Decimal
    modifiers: tuple[str, ...] = ()
    units_paid: Decimal | None = None
    submitted_code: str = ""  # SVC06-2, when the payer changed the code
    submitted_modifiers: tuple[str, ...] = ()
    submitted_units: Decimal | None = None  # SVC07
    control_number: str = ""  # REF*6R: our line control number, echoed
    service_from: date | None = None
    service_to: date | None = None
    allowed: Decimal | None = None  # AMT*B6
    adjustments: tuple[Adjustment, ...] = ()
    remarks: tuple[str, ...] = ()  # LQ*HE
    qualifier: str = "HC"  # SVC01-1
    extra: tuple[Carried, ...] = field(default=(), repr=False)
    segments: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)


@made_quickly
@dataclass(frozen=True, slots=True)
class ProviderAdjustment:
    """Money moved outside any claim (PLB)."""

    provider: str
    reason: str
    reference: str
    amount: Decimal
    period_end: date | None = None  # PLB02, the end of the provider's fiscal year
    segment: int = field(default=0, compare=False)  # the ordinal of its PLB, 0 where there is none


@dataclass(frozen=True, slots=True)
class Payment:
    """What the whole 835 transaction says once: payer, payee, amount, trace."""

    payer_id: str = ""
    payer_name: str = ""
    payee_npi: str = ""
    payee_tax_id: str = ""
    payee_name: str = ""
    amount: Decimal = Decimal(0)  # BPR02
    paid_on: date | None = None  # BPR16
    trace: str = ""  # TRN02
    method: str = ""  # BPR04
    payer_tax_id: str = ""  # TRN03
    produced_on: date | None = None  # DTM*405
    extra: tuple[Carried, ...] = field(default=(), repr=False)  # the whole header, where it says more


@made_quickly
@dataclass(frozen=True, slots=True)
class Remittance:
    """One CLP record: the payer's answer to one claim."""

    claim_id: str  # CLP01, echoes CLM01
    status: str  # CLP02; never the denial label by itself
    charge: Decimal
    paid: Decimal
    patient_responsibility: Decimal
    payer_control_number: str  # CLP07
    lines: tuple[Adjudication, ...]
    payment: Payment
    known_on: date | None = None
    filing_indicator: str = ""
    facility_code: str = ""
    frequency: str = ""  # CLP09
    original_reference: str = ""  # REF*F8
    member_id: str = ""  # NM109 of QC, else IL; patient data
    rendering_npi: str = ""
    service_from: date | None = None  # DTM*232
    service_to: date | None = None  # DTM*233
    received_on: date | None = None  # DTM*050
    adjustments: tuple[Adjustment, ...] = ()  # claim-level CAS
    remarks: tuple[str, ...] = ()  # MOA, MIA
    patient: Person = field(default=Person(), repr=False)  # the names of NM1*QC
    extra: tuple[Carried, ...] = field(default=(), repr=False)
    origin: Origin | None = field(default=None, compare=False)
    segments: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)

    @property
    def is_reversal(self) -> bool:
        """True when the record takes back an earlier payment."""
        return self.status == REVERSAL
