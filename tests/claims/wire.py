"""Bases for bad files: two transaction sets of each kind, and ways to damage them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from claims.reading import Refusal
from claims.x12 import read_835, read_837, write_835, write_837
from tests.claims.builders import ENVELOPE, PAYMENT, claim, remittance
from tests.fuzz import counting

PER_SET = 3
CLAIMS = [claim(id=f"T-{n}", charge=Decimal(650 + n)) for n in range(1, 2 * PER_SET + 1)]
REMITTANCES = [remittance(claim_id=f"T-{n}", charge=Decimal(650 + n)) for n in range(1, 2 * PER_SET + 1)]


def _joined(first: bytes, second: bytes) -> bytes:
    """Two interchanges as one: the sets of both under the first one's envelope."""
    start, end = second.index(b"ST*"), second.index(b"GE*")
    return first.replace(b"GE*1*", second[start:end] + b"GE*2*")


BASE_837 = _joined(
    write_837(CLAIMS[:PER_SET], ENVELOPE),
    write_837(CLAIMS[PER_SET:], replace(ENVELOPE, transaction=2)),
)
BASE_835 = _joined(
    write_835(PAYMENT, REMITTANCES[:PER_SET], ENVELOPE),
    write_835(PAYMENT, REMITTANCES[PER_SET:], replace(ENVELOPE, transaction=2)),
)
BASES = {"837P": BASE_837, "835": BASE_835}
READERS = {"837P": read_837, "835": read_835}
RECORD = {"837P": "CLM", "835": "CLP"}


def records_in(document: bytes, kind: str) -> int:
    """How many records the readable sets of a document hold, by a plain split: the readers' tally must agree."""
    return len(counting.records_in(document, kind))


def read_all(document: bytes, kind: str) -> tuple[list, list[Refusal]]:
    """Records and refusals."""
    said = list(READERS[kind](document))
    return [s for s in said if not isinstance(s, Refusal)], [s for s in said if isinstance(s, Refusal)]


def lost(refusals: list[Refusal]) -> int:
    return sum(r.claims_lost for r in refusals)
