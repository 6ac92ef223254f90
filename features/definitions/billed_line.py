"""What is billed on the line, and where?"""

from __future__ import annotations

import math

from claims.claim import ClaimKind
from claims.reasons import Reason
from features.line_day import DRUGS
from features.line_tables import own_row
from features.registry import Direction, Look, feature


@feature(reason=Reason.CLAIM_CONTENT, categorical=True)
def procedure_code(look: Look) -> str | None:
    """CPT or HCPCS code of the line."""
    return look.line.code


@feature(reason=Reason.CLAIM_CONTENT, categorical=True)
def code_family(look: Look) -> str | None:
    """Family of the line's code in the code table."""
    return look.family


@feature(reason=Reason.CLAIM_CONTENT, categorical=True)
def place_of_service(look: Look) -> str | None:
    """Place of service of the line, else of the claim."""
    return look.claim.place_of(look.line)


@feature(reason=Reason.CLAIM_CONTENT, categorical=True)
def claim_kind(look: Look) -> str | None:
    """Whether the claim bills professional work or a surgery centre's facility fee."""
    return None if look.claim.kind is ClaimKind.UNKNOWN else look.claim.kind.value


@feature(reason=Reason.CLAIM_CONTENT, unit="0/1")
def is_addon(look: Look) -> float | None:
    """Whether the code is an add-on to another one, as the code table says."""
    row = own_row(look)
    return None if row is None else row.is_addon


@feature(reason=Reason.CLAIM_CONTENT, unit="units")
def units(look: Look) -> float | None:
    """Units billed on the line."""
    return float(look.line.units)


@feature(reason=Reason.CLAIM_CONTENT, unit="log10(1 + dollars)")
def line_charge(look: Look) -> float | None:
    """Charge of the line."""
    charge = float(look.line.charge)
    return math.log10(1 + charge) if charge >= 0 else None


@feature(reason=Reason.CLAIM_CONTENT, unit="log10(1 + dollars)")
def claim_charge(look: Look) -> float | None:
    """Total charge of the claim."""
    charge = float(look.claim.charge)
    return math.log10(1 + charge) if charge >= 0 else None


@feature(reason=Reason.CLAIM_CONTENT, unit="lines")
def claim_lines(look: Look) -> float | None:
    """Service lines on the claim."""
    return len(look.claim.lines)


@feature(reason=Reason.CLAIM_CONTENT, unit="days")
def days_of_service(look: Look) -> float | None:
    """Days from the line's first day of service to its last, both counted."""
    first, last = look.line.service_from, look.line.service_end
    return None if first is None or last is None else (last - first).days + 1


@feature(reason=Reason.DUPLICATE, unit="0/1")
def is_replacement(look: Look) -> float | None:
    """Whether the claim replaces an earlier one (frequency 7)."""
    return look.claim.frequency == "7" if look.claim.frequency else None


@feature(reason=Reason.SUBMISSION_ERROR, unit="0/1", risk=Direction.RAISES)
def is_drug_without_ndc(look: Look) -> float | None:
    """Whether the line bills a drug without its national drug code (LIN03)."""
    return look.family in DRUGS and not look.line.ndc if look.family else None
