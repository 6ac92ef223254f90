"""Whether the payments of an 835 add up: what is paid (BPR02) is the sum of its claims less what is moved outside them.

X12 005010X221A1 section 1.10.2.1 asks it of every transaction set: BPR02 = sum of CLP04 less sum of PLB. It is told
from the segments alone, so it also tells whether the reader of remittances has left one out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import BinaryIO

from claims.x12.elements import BadElement, Elements, amount, at
from claims.x12.segments import TOO_LONG, Segments
from claims.x12.transactions import REMITTANCE, kind_of

ZERO = Decimal(0)
CENT = Decimal("0.01")
_ENDS = frozenset({"ISA", "GS", "SE", "GE", "IEA"})
_AMOUNTS = frozenset({"BPR", "CLP", "PLB"})
_READ = _AMOUNTS | {"TRN", TOO_LONG}


@dataclass(slots=True)
class PaymentTotals:
    """The sums of one 835 set, while its segments come in and afterwards."""

    start: int = 0  # the ordinal of its ST in the file
    control: str = ""  # ST02
    number: int = 0  # of its BPR, 0 when it has none
    offset: int = 0
    trace: str = ""  # TRN02
    stated: Decimal | None = None  # BPR02
    claims: int = 0
    paid: Decimal = ZERO  # the sum of CLP04
    moved: Decimal = ZERO  # the sum of PLB: what was taken from the payment, negative what was added
    unread: tuple[str, int] | None = None  # the first segment whose amount cannot be read, and its ordinal

    def feed(self, e: Elements, number: int, offset: int) -> None:
        """Take a segment of the set; those that move no money are passed over."""
        name = e[0]
        try:
            if name == "CLP":
                self.claims += 1
                self.paid += amount(e, 4)
            elif name == "PLB":
                for i in range(3, len(e), 2):
                    if any(e[i : i + 2]):
                        self.moved += amount(e, i + 1)
            elif name == "BPR" and not self.number:
                self.number, self.offset = number, offset
                self.stated = amount(e, 2)
            elif name == "TRN":
                self.trace = self.trace or at(e, 2)
            elif name == TOO_LONG or name.upper() == "CLP":
                meant = e[1] if name == TOO_LONG else name
                self._not_read(meant.upper(), number)
        except BadElement:
            self.unread = self.unread or (name, number)

    def _not_read(self, name: str, number: int) -> None:
        """Take a segment that is too long to be read, or a claim in small letters: both are refused."""
        self.claims += name == "CLP"
        if name in _AMOUNTS:
            self.unread = self.unread or (name, number)

    @property
    def expected(self) -> Decimal:
        """What BPR02 should be."""
        return self.paid - self.moved

    @property
    def checked(self) -> bool:
        """False when an amount is missing or cannot be read, so that nothing can be said."""
        return self.stated is not None and self.unread is None

    @property
    def balanced(self) -> bool:
        """True when it adds up to the cent; False when it does not, or cannot be checked."""
        return self.stated is not None and self.unread is None and abs(self.stated - self.expected) < CENT


def payment_totals(source: bytes | BinaryIO) -> Iterator[PaymentTotals]:
    """The sums of every 835 set of the file, in order; raises UnreadableFile when there is no interchange."""
    version, totals = "", None
    for number, offset, e in Segments(source):
        name = e[0]
        if totals is not None and (name in _READ or name.upper() == "CLP"):
            totals.feed(e, number, offset)
        elif name == "ST" or name in _ENDS:
            if totals is not None:
                yield totals
            totals = None
            if name == "ST" and kind_of(at(e, 1).strip(), at(e, 3).strip() or version) == REMITTANCE:
                totals = PaymentTotals(number, at(e, 2).strip())
            elif name not in ("ST", "SE"):
                version = at(e, 8).strip() if name == "GS" else ""
    if totals is not None:
        yield totals
