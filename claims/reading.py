"""What a reader says beside the claims: what it refused, and what the file held in all."""

from __future__ import annotations

from dataclasses import dataclass

from claims.errors import UnreadableInput


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something in the file that could not be read.

    `claims_lost` is how many claims (CLM) or remittances (CLP) this refusal cost: 1 for a bad claim, 0 for a fault that
    lost none (a wrong trailer count), n when the rest of a transaction had to be given up. Always: records in the
    file = records yielded + sum of `claims_lost`.
    """

    error: UnreadableInput
    claims_lost: int = 0
    claim_id: str = ""  # CLM01 or CLP01 where known: shown, never logged
