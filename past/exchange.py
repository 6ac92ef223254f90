"""What went out and what came back, and the keys by which the two are compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from claims.acknowledgment import Acknowledgment
from claims.claim import Claim
from claims.remittance import Remittance

KEY_LENGTH = 20  # X12 RFI 504: a payer must return at least 20 characters of CLM01


@dataclass(frozen=True, slots=True)
class Sent:
    """A claim as it went out; `ref` is its opaque id.

    What front ends said of it helps to tell which of two submissions an answer is for: the day it was rejected (no
    payer saw it), and the numbers the payer announced for it (277CA REF*1K).
    """

    ref: str
    known_on: date
    claim: Claim
    rejected_on: date | None = None
    announced: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Received:
    """A payer's answer to one claim (CLP); `ref` is its opaque id."""

    ref: str
    known_on: date
    remittance: Remittance

    @property
    def order(self) -> tuple[date, str, str, str, str, int, str]:
        """Where it stands among all answers: by day, then by its place on the wire."""
        origin = self.remittance.origin
        if origin is None:
            return (self.known_on, "", "", "", "", 0, self.ref)
        numbers = (origin.interchange.zfill(9), origin.group.zfill(9), origin.transaction.zfill(9))
        return (self.known_on, origin.sender, *numbers, origin.ordinal, self.ref)


@dataclass(frozen=True, slots=True)
class Told:
    """What a front end said of a claim or a set of claims (277CA, 999); `ref` is its opaque id."""

    ref: str
    known_on: date
    acknowledgment: Acknowledgment


@dataclass(frozen=True, slots=True)
class Rejection:
    """A front end refused the claim: the payer never judged it."""

    known_on: date
    why: str
    acknowledgment: str = ""  # the ref of what says so


@dataclass(frozen=True, slots=True)
class Candidate:
    """A submission that came near to being the one answered, and what differed."""

    submission: str
    claim_id: str  # shown, never logged
    known_on: date
    differed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ServiceLink:
    """Which line one service (SVC) answers: its place in `claim.lines`, or None and why."""

    line: int | None
    how: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """Which submission one remittance answers, service by service, or None and why."""

    remittance: str
    submission: str | None
    services: tuple[ServiceLink, ...]
    why: str = ""


def claim_key(claim_id: str) -> str:
    """What of CLM01 and CLP01 is compared: the first 20 characters, trimmed, in one case; leading zeros count.

    >>> claim_key(" 00Ab12 "), claim_key("PATIENT-ACCOUNT-00001-VISIT-2") == claim_key("patient-account-0000")
    ('00ab12', True)
    """
    return claim_id.strip()[:KEY_LENGTH].strip().casefold()


def control_key(number: str) -> str:
    """What of a payer's claim number (CLP07, REF*F8) is compared; "" when it can tell no claim from another.

    >>> control_key(" 24a0017 "), control_key("0000000"), control_key("17")
    ('24A0017', '', '')
    """
    key = number.strip().upper()
    return key if len(key) >= 4 and len(set(key)) > 1 else ""
