"""What the claim's payer is known to want: its row of the payer table."""

from __future__ import annotations

from scrubber.registry import Case
from scrubber.tables.rows import PayerRow


def profile(case: Case) -> PayerRow | None:
    """The claim's payer in the payer table; None where it is not there."""
    return case.once_of(_profile)


def _profile(case: Case) -> PayerRow | None:
    return case.tables.payer_row(case.claim)


def wants(case: Case, wish: str) -> bool:
    """True where the payer's profile says so; `wish` is one of `rows.PAYER_WANTS`."""
    row = profile(case)
    return row is not None and wish in row.wants
