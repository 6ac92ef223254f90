"""Whether each payment of an 835 adds up, and whether every claim of it was read: a second look at the whole file.

A payment that does not add up is stated, with its place and its sums. Its claims are kept, and those that add up by
themselves are labels (decision 0015).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from claims.errors import UnreadableSegment
from claims.reading import Refusal
from claims.remittance import Remittance
from claims.x12.payment_totals import ZERO, PaymentTotals, payment_totals
from past.balance import payment_imbalance
from store.report import UnbalancedPayment
from store.sources import REMITTANCES

Given = TypeVar("Given")


@dataclass(slots=True)
class _Read:
    """What the reader gave of one payment."""

    claims: int = 0
    refused: int = 0
    paid: Decimal = ZERO


class Payments:
    """The payments of one file: `watched` lets its records through, then `unbalanced` says what does not add up."""

    def __init__(self, path: Path, kind: str) -> None:
        self._name, self._totals = str(path), list[PaymentTotals]()
        if kind == REMITTANCES:
            with path.open("rb") as file:
                self._totals += payment_totals(file)
        self._starts = [totals.start for totals in self._totals]
        self._read = [_Read() for _ in self._totals]

    def watched(self, records: Iterable[Given]) -> Iterator[Given]:
        """The records as they come, each counted with its payment."""
        for record in records:
            if isinstance(record, Remittance):
                read = self._of(record.segments["CLP"])
                read.claims += 1
                read.paid += record.paid
            elif isinstance(record, Refusal) and record.claims_lost and isinstance(record.error, UnreadableSegment):
                self._of(record.error.number).refused += record.claims_lost
            yield record

    def unbalanced(self) -> Iterator[UnbalancedPayment]:
        """What is wrong with the payments of the file, once all records have gone by."""
        for totals, read in zip(self._totals, self._read, strict=True):
            if text := _fault(totals, read):
                yield UnbalancedPayment(
                    self._name, totals.number or totals.start, totals.offset, totals.control, totals.trace,
                    totals.stated, totals.claims, totals.paid, totals.moved, text,
                )  # fmt: skip

    def _of(self, number: int) -> _Read:
        """The payment a segment stands in."""
        return self._read[bisect_right(self._starts, number) - 1] if self._starts else _Read()


def _fault(totals: PaymentTotals, read: _Read) -> str:
    if read.claims + read.refused != totals.claims:
        return f"it holds {totals.claims} claims, but {read.claims} were read and {read.refused} refused"
    if totals.unread is not None:
        segment, number = totals.unread
        return f"whether the payment adds up is not known: an amount of segment {number} ({segment}) cannot be read"
    if totals.stated is None:
        return "whether the payment adds up is not known: it has no BPR segment"
    paid = totals.paid if read.refused else read.paid
    return payment_imbalance(totals.stated, paid, totals.moved)
