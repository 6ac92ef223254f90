"""What a front end says of claims before the payer judges them: a 277CA read claim by claim, a 999 set by set.

A claim that is rejected here never reaches adjudication: nobody denied it and nobody will answer it. What was wrong is
in the codes; bad values of a 999 may be a patient's and are neither shown nor kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from claims.claim import Origin

REJECTED, ACCEPTED = "U", "WQ"  # STC03

# X12 claim status category codes (code list 507) that a 277CA rejects with, in our words
REJECTIONS = {
    "A3": "returned as unprocessable",
    "A6": "information is missing",
    "A7": "information is not valid",
    "A8": "elements contradict each other",
}

SET_ACCEPTED = frozenset({"A", "E"})  # IK501: accepted, accepted with errors noted


@dataclass(frozen=True, slots=True)
class StatusCode:
    """One claim status (C043): category, status code, and whom it speaks of."""

    category: str  # code list 507, such as A7
    status: str = ""  # code list 508, such as 562
    entity: str = ""  # such as 85, the billing provider

    def __str__(self) -> str:
        return ":".join(part for part in (self.category, self.status, self.entity) if part)


@dataclass(frozen=True, slots=True)
class Status:
    """One STC: up to three codes, the day it took effect, and whether the claim goes on."""

    codes: tuple[StatusCode, ...]
    effective_on: date | None = None
    action: str = ""  # STC03: WQ goes on, U does not
    amount: Decimal | None = None  # STC04

    @property
    def rejects(self) -> bool:
        """True when the claim does not go on: by STC03, where that is not given by the category."""
        if self.action in (REJECTED, ACCEPTED):
            return self.action == REJECTED
        return any(code.category in REJECTIONS for code in self.codes)


@dataclass(frozen=True, slots=True)
class LineStatus:
    """What was said of one service line (SVC with its STC, REF and DTP)."""

    code: str
    statuses: tuple[Status, ...]
    charge: Decimal | None = None
    modifiers: tuple[str, ...] = ()
    control_number: str = ""  # REF*FJ: our line control number, echoed
    service_from: date | None = None
    service_to: date | None = None


@dataclass(frozen=True, slots=True)
class ClaimAcknowledgment:
    """What a 277CA says of one claim; of all claims of a provider or batch where `level` is not "claim".

    `batch_reference` is BHT03 of the 837, echoed; `source` is who speaks: the payer (PR) or another front end (AY).
    """

    claim_id: str  # TRN02, echoes CLM01; "" for a provider or batch
    statuses: tuple[Status, ...]
    level: str = "claim"  # claim, provider, batch
    batch_reference: str = ""
    source_kind: str = ""
    source_id: str = ""
    source_name: str = ""
    received_on: date | None = None  # DTP*050 of the source: when it received the batch
    provider_npi: str = ""
    provider_tax_id: str = ""
    member_id: str = field(default="", repr=False)
    payer_control_number: str = ""  # REF*1K
    clearinghouse_number: str = ""  # REF*D9
    service_from: date | None = None
    service_to: date | None = None
    lines: tuple[LineStatus, ...] = ()
    known_on: date | None = None
    origin: Origin | None = field(default=None, compare=False)

    @property
    def rejects(self) -> bool:
        """True when the claim does not go on to the payer's adjudication."""
        return any(status.rejects for status in self.statuses)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes that decide, such as "A7:562:85": the claim's, then those of its lines; each once."""
        told = [*self.statuses, *(status for line in self.lines for status in line.statuses)]
        return tuple(dict.fromkeys(str(c) for s in told if s.rejects == self.rejects for c in s.codes))

    @property
    def charge(self) -> Decimal | None:
        """The charge it names (STC04), None when it names none."""
        return next((status.amount for status in self.statuses if status.amount is not None), None)

    @property
    def why(self) -> str:
        """What it said, in a sentence without a patient's data."""
        whom = {"claim": "the claim", "provider": "the provider's claims", "batch": "the whole batch"}[self.level]
        verdict = "rejected" if self.rejects else "accepted"
        found = [REJECTIONS[c] for c in dict.fromkeys(code[:2] for code in self.codes) if c in REJECTIONS]
        meaning = f", {', '.join(found)}" if found and self.rejects else ""
        return f"A front end {verdict} {whom} (277CA {' '.join(self.codes) or 'without a code'}{meaning})"


@dataclass(frozen=True, slots=True)
class ElementFault:
    """One IK4: the element that is wrong."""

    position: int  # in the segment
    code: str  # IK403
    component: int = 0  # 0: the whole element
    element: str = ""  # IK402, the element's reference number


@dataclass(frozen=True, slots=True)
class SegmentFault:
    """One IK3 with its IK4: the segment that is wrong, and what of it."""

    segment: str
    number: int  # its ordinal in the transaction set, ST = 1
    loop: str = ""
    code: str = ""  # IK304
    elements: tuple[ElementFault, ...] = ()

    def __str__(self) -> str:
        place = f"{self.segment} (segment {self.number}{f' of loop {self.loop}' if self.loop else ''})"
        parts = [f"{self.segment}{e.position:02d}{f'-{e.component}' if e.component else ''} code {e.code}"
                 for e in self.elements]  # fmt: skip
        return f"{place}: {', '.join(parts) if parts else f'code {self.code}'}"


@dataclass(frozen=True, slots=True)
class SetAcknowledgment:
    """What a 999 says of one transaction set; of the whole group where `transaction` is ""."""

    group: str  # AK102, GS06 of the group it answers
    transaction: str  # AK202, ST02 of the set it answers
    code: str  # IK501, else AK901
    faults: tuple[SegmentFault, ...] = ()
    codes: tuple[str, ...] = ()  # IK502-06, of the set as a whole
    kind: str = "HC"  # AK101: HC professional and other claims
    group_code: str = ""  # AK901
    known_on: date | None = None
    origin: Origin | None = field(default=None, compare=False)

    @property
    def rejects(self) -> bool:
        """True when nothing of the set goes on: it or its whole group was rejected."""
        return self.code not in SET_ACCEPTED or self.group_code in ("R", "M", "W", "X")

    @property
    def why(self) -> str:
        """What it said, in a sentence without a patient's data."""
        of = f"transaction set {self.transaction} of " if self.transaction else ""
        verdict = "rejected" if self.rejects else "accepted"
        said = " ".join(("999", self.code, *self.codes))
        faults = _first(self.faults) if self.rejects else ""
        return f"The receiver {verdict} {of}group {self.group} with every claim in it ({said}{faults})"


Acknowledgment = ClaimAcknowledgment | SetAcknowledgment


def _first(faults: Iterable[SegmentFault], shown: int = 3) -> str:
    told = [str(fault) for fault in faults]
    more = f" and {len(told) - shown} more" if len(told) > shown else ""
    return f"; {'; '.join(told[:shown])}{more}" if told else ""
