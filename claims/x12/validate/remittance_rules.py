"""What the segments of an 835 demand of each other: the three balances, and codes a payer may use (SNIP 3 to 5)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from claims.reasons import DenialCodes, shipped_codes
from claims.wording import shown
from claims.x12.elements import Elements, at
from claims.x12.payment_totals import PaymentTotals
from claims.x12.validate.finding import Finding, Place, error, warning
from claims.x12.validate.guide import doubt_of_remark
from claims.x12.validate.values import amount_of, bad_npi

_BALANCE = "The payer's file contradicts itself: ask the payer before posting it."


class _Sum:
    """A total that is unknown as soon as one of its amounts cannot be read."""

    def __init__(self) -> None:
        self.total: Decimal | None = Decimal(0)

    def add(self, value: Decimal | None) -> None:
        self.total = None if value is None or self.total is None else self.total + value

    def less(self, other: Decimal | None) -> Decimal | None:
        return None if self.total is None or other is None else self.total - other


class RemittanceRules:
    """Follows BPR, CLP, SVC, CAS and PLB of one 835 set."""

    def __init__(self, codes: DenialCodes | None = None) -> None:
        rows = (codes or shipped_codes()).rows
        self._carcs = {row.code for row in rows if row.kind == "CARC"}
        self._remarks = {row.code for row in rows if row.kind == "RARC"}
        self._payment: Place | None = None
        self._totals = PaymentTotals()
        self._claim: tuple[Place, Decimal | None, Decimal | None] | None = None
        self._claim_adjusted = _Sum()  # of the claim and all its services
        self._service: tuple[Place, Decimal | None, Decimal | None] | None = None
        self._service_adjusted = _Sum()

    def feed(self, e: Elements, place: Place) -> Iterator[Finding]:
        """What the next segment shows to be wrong, with itself or with what it ends."""
        name = e[0]
        self._totals.feed(e, place.number, place.offset)
        if name == "BPR":
            self._payment = self._payment or place
        elif name == "CLP":
            yield from self._end_claim()
            self._claim, self._claim_adjusted = (place, amount_of(at(e, 3)), amount_of(at(e, 4))), _Sum()
        elif name == "SVC":
            yield from self._end_service()
            self._service = place, amount_of(at(e, 2)), amount_of(at(e, 3))
            self._service_adjusted = _Sum()
        elif name == "CAS":
            yield from self._adjustments(e, place)
        elif name in ("LX", "PLB"):
            yield from self._end_claim()
        elif name == "LQ" and at(e, 1) == "HE" and at(e, 2):
            yield from self._remark(at(e, 2), place)
        elif name == "NM1" and at(e, 8) == "XX":
            yield from bad_npi(place, 9, at(e, 9))
        elif name == "N1" and at(e, 3) == "XX":
            yield from bad_npi(place, 4, at(e, 4))

    def end(self) -> Iterator[Finding]:
        """The set is over."""
        yield from self._end_claim()
        totals = self._totals
        if self._payment is not None and totals.checked and not totals.balanced:
            yield error(
                "payment-balance", self._payment, str(totals.stated),
                f"{totals.expected}, the sum of CLP04 less the sum of PLB", _BALANCE, element=2, snip=3,
            )  # fmt: skip
        self._payment = None

    def _adjustments(self, e: Elements, place: Place) -> Iterator[Finding]:
        for i in range(2, min(len(e), 20), 3):
            if at(e, i) or at(e, i + 1):
                value = amount_of(at(e, i + 1))
                self._claim_adjusted.add(value)
                if self._service is not None:
                    self._service_adjusted.add(value)
            if at(e, i) and at(e, i) not in self._carcs:
                yield warning(
                    "unknown-carc", place, shown(at(e, i)), "a CARC of the list we hold",
                    "It may be retired, or newer than our list: read the payer's own explanation.", element=i, snip=5,
                )  # fmt: skip

    def _remark(self, code: str, place: Place) -> Iterator[Finding]:
        doubt = None if code in self._remarks else doubt_of_remark(code)
        if doubt is not None:
            yield Finding(
                doubt, "unknown-rarc", place, shown(code), "a remark code (RARC) of the lists we hold",
                "It may be newer than our lists: read the payer's own explanation.", element=2, loop="2110", snip=5,
            )  # fmt: skip

    def _end_service(self) -> Iterator[Finding]:
        if self._service is not None:
            place, charge, paid = self._service
            yield from _balanced("service-balance", place, charge, paid, self._service_adjusted, "SVC", "2110")
        self._service = None

    def _end_claim(self) -> Iterator[Finding]:
        yield from self._end_service()
        if self._claim is not None:
            place, charge, paid = self._claim
            yield from _balanced("claim-balance", place, charge, paid, self._claim_adjusted, "CLP", "2100")
        self._claim = None


def _balanced(
    check: str, place: Place, charge: Decimal | None, paid: Decimal | None, adjusted: _Sum, segment: str, loop: str
) -> Iterator[Finding]:
    if charge is None or paid is None or adjusted.total is None or charge - adjusted.total == paid:
        return
    charged, paying = (2, 3) if segment == "SVC" else (3, 4)
    yield error(
        check, place, str(paid),
        f"{charge - adjusted.total}: {segment}{charged:02d} {charge} less adjustments (CAS) of {adjusted.total}",
        _BALANCE, element=paying, loop=loop, snip=3,
    )  # fmt: skip
