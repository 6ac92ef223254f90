"""What a claim's own codes say of its kind, for every format it may come in."""

from __future__ import annotations

from claims.claim import FILING_INDICATORS, ClaimKind, PayerType

ASC_TAXONOMY = "261QA1903X"  # NUCC provider taxonomy: clinic/center, ambulatory surgical


def kind_of_claim(billing_taxonomy: str) -> ClaimKind:
    """Facility fee or professional work, by the billing provider's taxonomy; unknown without one."""
    if billing_taxonomy == ASC_TAXONOMY:
        return ClaimKind.ASC_FACILITY
    return ClaimKind.PROFESSIONAL if billing_taxonomy else ClaimKind.UNKNOWN


def type_of_payer(filing_indicator: str) -> PayerType:
    """The payer's type by SBR09; unknown for an indicator that does not say."""
    return FILING_INDICATORS.get(filing_indicator, PayerType.UNKNOWN)
